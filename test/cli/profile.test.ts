import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { SpeedscopeFile } from "../../src/index.js";
import { isWindows } from "../support/windows.js";
import { demoBuild, lines, run, scratch, sumCalculator } from "./run.js";

const files = scratch();
const profile = (...more: string[]) =>
	run(["profile", demoBuild, "--calculator", "reference", "--seconds", "0.3", ...more]);

describe.skipIf(isWindows)("pobatch profile (not on Windows)", () => {
	test("prints the phases of opening and of rows, and the functions", async () => {
		const { status, stdout, stderr } = await profile("--top", "3");
		expect(status).toBe(0);
		const all = lines(stdout);
		expect(all[0]).toContain("Skywatcher (Falconer), level 80");
		const heads = all.filter((line) => / %/.test(line)).map((line) => line.trim().split(/ {2,}/));
		expect(heads).toEqual([
			["Opening: phase", "%", "compiled", "interpreted", "C", "s"],
			["Rows: phase", "%", "compiled", "interpreted", "C", "ms/row"],
			["Self %", "Total %", "Function", "Where"],
		]);
		expect(stdout).toMatch(/^boot +\d+\.\d /m);
		expect(stdout).toMatch(/^calculate +\d+\.\d .* \d+\.\d{3}$/m);
		const functions = all.slice(all.findIndex((line) => line.includes("Where")) + 1);
		expect(functions).toHaveLength(3);
		for (const line of functions) expect(line).toMatch(/^ *\d+\.\d +\d+\.\d {2}\S/);
		expect(lines(stderr).at(-1)).toMatch(/^\d+ rows, \d+\.\d\d s, \d+\.\d{3} ms\/row, \d+ samples$/);
	});

	test("--rows counts distinct rows; the rows are calculated over and over", async () => {
		const { stderr } = await profile("--rows", "7");
		const [, rows] = /^(\d+) rows/.exec(lines(stderr).at(-1) ?? "") ?? [];
		expect(Number(rows) % 7).toBe(0);
		expect(Number(rows)).toBeGreaterThan(7);
	});

	test("--format json has counts", async () => {
		const { stdout } = await profile("--format", "json");
		const { opening, rows } = JSON.parse(stdout);
		expect(opening.phases.map(({ name }: { name: string }) => name)).toContain("boot");
		const total = rows.phases.reduce((sum: number, { samples }: { samples: number }) => sum + samples, 0);
		expect(total).toBe(rows.samples);
		expect(rows.functions.length).toBeLessThanOrEqual(25);
		expect(rows.functions[0].self).toBeGreaterThan(0);
	});

	test("--collapsed and --speedscope write the same samples", async () => {
		const [collapsed, speedscope] = [files.path("stacks.txt"), files.path("rows.speedscope.json")];
		const { status } = await profile("--collapsed", collapsed, "--speedscope", speedscope);
		expect(status).toBe(0);
		const stacks = lines(readFileSync(collapsed, "utf8"));
		let count = 0;
		for (const line of stacks) {
			const [, stack, ticks] = /^(\S.*) (\d+)$/.exec(line) ?? [];
			expect(stack).toMatch(/^(protocol\.\w+ \(pobatch\/lua\/batch_loop\.lua:\d+\)|\[native\])/);
			count += Number(ticks);
		}
		const file: SpeedscopeFile = JSON.parse(readFileSync(speedscope, "utf8"));
		checkShape(file);
		expect(file.profiles[0]?.endValue).toBe(count);
	});

	test("--sets calculates the sets of a file, without a tree, too", async () => {
		const sets = files.write("sets.jsonl", '{"add":[1]}\n{"nodes":[2]}\n{"add":[3]}\n');
		const args = ["profile", demoBuild, "--calculator", sumCalculator, "--seconds", "0.1"];
		const { status, stderr } = await run([...args, "--sets", sets, "--rows", "2"]);
		expect(status).toBe(0);
		expect(Number(/(\d+) rows, /.exec(stderr)?.[1]) % 2).toBe(0);
		const without = await run(args);
		expect(without.status).toBe(2);
		expect(without.stderr).toContain("--sets");
		const empty = await run([...args, "--sets", files.write("empty.jsonl", "\n")]);
		expect(empty.status).toBe(2);
		expect(empty.stderr).toContain("has no node sets");
	});

	test("says that processes cannot be sampled, and refuses to overwrite its input", async () => {
		const isolated = await profile("--isolation", "process");
		expect(isolated.status).toBe(2);
		expect(isolated.stderr).toContain("States in other processes cannot be profiled");
		const over = await profile("--collapsed", demoBuild);
		expect(over.status).toBe(2);
		expect(over.stderr).toContain("cannot be its output");
	});
});

/** What https://www.speedscope.app/file-format-schema.json asks of a sampled profile, and what its importer assumes. */
function checkShape(file: SpeedscopeFile): void {
	expect(file.$schema).toBe("https://www.speedscope.app/file-format-schema.json");
	const { frames } = file.shared;
	for (const { name, file: path, line } of frames) {
		expect(name).toBeTypeOf("string");
		if (path !== undefined) expect(path).toBeTypeOf("string");
		if (line !== undefined) expect(Number.isInteger(line)).toBe(true);
	}
	expect(file.profiles).toHaveLength(1);
	for (const { type, name, unit, startValue, endValue, samples, weights } of file.profiles) {
		expect([type, unit, startValue]).toEqual(["sampled", "milliseconds", 0]);
		expect(name).toBeTypeOf("string");
		expect(samples.length).toBe(weights.length);
		expect(weights.every((weight) => weight > 0)).toBe(true);
		expect(endValue).toBeCloseTo(
			weights.reduce((a, b) => a + b, 0),
			6,
		);
		for (const frame of samples.flat()) expect(frames[frame]).toBeDefined();
	}
}
