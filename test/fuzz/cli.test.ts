import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { main, run, sumCalculator } from "../cli/run.js";
import { fuzz, patience } from "./fuzz.js";

describe.skipIf(!existsSync(main))("fuzzing the command line (needs dist/: npm run build:ts)", () => {
	it(
		"any input ends with 0, 1 or 2 and no stack of its own, and each line of output is whole",
		async () => {
			const line = fc.oneof(
				fc.constantFrom(
					'{"add":[1]}',
					'{"nodes":[1,2]}',
					"{}",
					"",
					" ",
					"null",
					'{"add":[99999]}',
					'{"add":1}',
				),
				fc.json({ maxDepth: 2 }),
				fc.string({ unit: "binary", maxLength: 40 }),
			);
			const input = fc.tuple(
				fc.array(line, { maxLength: 30 }),
				fc.constantFrom("\n", "\r\n", "\n\n", "\0", ""),
			);
			const property = fc.asyncProperty(input, async ([lines, separator]) => {
				const args = ["batch", sumCalculator, "--calculator", sumCalculator, "--sets", "-"];
				const { status, stdout, stderr } = await run(args, lines.join(separator));
				expect([0, 1, 2]).toContain(status);
				expect(stderr).not.toMatch(/\n\s+at /);
				if (stdout !== "") {
					expect(stdout.endsWith("\n")).toBe(true);
					for (const out of stdout.trimEnd().split("\n")) JSON.parse(out);
				}
			});
			await fuzz(property, 1);
		},
		patience,
	);
});
