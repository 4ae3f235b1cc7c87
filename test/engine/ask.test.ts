/** Questions about a build that not every calculator can answer. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { Engine } from "../../src/index.js";
import { rankAnoints } from "../../src/operations/anoints.js";

it("a calculator that has no list of anoints, options or skill groups is named, with what to do", async () => {
	await using engine = await Engine.open({ threads: 1 });
	const build = await engine.load(
		await readFile(new URL("../../data/demo-build.json", import.meta.url), "utf8"),
	);
	const wanted = { code: "VARIANTS_UNSUPPORTED", hint: expect.stringContaining("Path of Building") };
	await expect(build.configOptions()).rejects.toMatchObject(wanted);
	await expect(rankAnoints(build, {})).rejects.toMatchObject({
		...wanted,
		message: expect.stringContaining('"reference"'),
	});
});
