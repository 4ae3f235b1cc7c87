import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Engine, NodeSets } from "../../src/index.js";
import { calculatorWith } from "../support/calculators.js";
import { canLink } from "../support/windows.js";

const folder = mkdtempSync(join(tmpdir(), "pobatch-invalidate-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
let folders = 0;

const calculator = (version: string) =>
	calculatorWith({
		name: '"sums"',
		version: `"${version}"`,
		load: "function(text) return { text = text }, { allocated = {} } end",
		stats: 'function() return { "A", "B" } end',
		Calculate: "function(build, set) return { A = #build.text + set.add[1] / 3, B = set.addCount } end",
	});

const sets = NodeSets.deltas(Array.from({ length: 50 }, (_, i) => ({ add: [i + 1] })));

/** Rows of two builds, and of one of them with other stats. @returns what the cache knew of each */
async function askForAll(dir: string | undefined, engine?: Engine): Promise<Record<string, number>> {
	const own = engine ?? (await open(dir));
	const [one, two] = [await own.load("x"), await own.load("yyy")];
	const known: Record<string, number> = {};
	for (const [name, build, stats] of [
		["one", one, ["A"]],
		["two", two, ["A"]],
		["two B", two, ["B"]],
	] as const) {
		const result = await build.calculateBatch(sets, { stats });
		const first = name === "two B" ? 1 : (name === "one" ? 1 : 3) + 1 / 3;
		expect(result.values[0]).toBe(first);
		known[name] = result.cache.hits;
	}
	if (!engine) await own.close();
	return known;
}

const open = (dir: string | undefined, version = "1") =>
	Engine.open({ calculator: calculator(version), threads: 1, cache: dir === undefined ? true : { dir } });

const newFolder = () => join(folder, String(++folders));

describe.each(["memory", "a folder"])("rows in %s", (where) => {
	const dirOf = () => (where === "memory" ? undefined : newFolder());

	it("of one build are deleted, and no others", async () => {
		const dir = dirOf();
		await using engine = await open(dir);
		await askForAll(dir, engine);
		const build = await engine.load("yyy");
		expect(await engine.invalidateCache({ build })).toBe(dir === undefined ? 0 : 100);
		expect(await askForAll(dir, engine)).toEqual({ one: 50, two: 0, "two B": 0 });
		expect(await askForAll(dir, engine)).toEqual({ one: 50, two: 50, "two B": 50 });
	});

	it("with a stat are deleted, and no others", async () => {
		const dir = dirOf();
		await using engine = await open(dir);
		await askForAll(dir, engine);
		expect(await engine.invalidateCache({ stats: ["A", "C"] })).toBe(dir === undefined ? 0 : 100);
		expect(await askForAll(dir, engine)).toEqual({ one: 0, two: 0, "two B": 50 });
	});

	it("of this version of the calculator, if that is the only condition", async () => {
		const dir = dirOf();
		await using engine = await open(dir);
		await askForAll(dir, engine);
		await engine.invalidateCache({ calculator: "sums 2" });
		expect(await askForAll(dir, engine)).toEqual({ one: 50, two: 50, "two B": 50 });
		await engine.invalidateCache({ calculator: "sums 1" });
		expect(await askForAll(dir, engine)).toEqual({ one: 0, two: 0, "two B": 0 });
	});

	it("are all deleted if nothing is named", async () => {
		const dir = dirOf();
		await using engine = await open(dir);
		await askForAll(dir, engine);
		await engine.invalidateCache();
		expect(await askForAll(dir, engine)).toEqual({ one: 0, two: 0, "two B": 0 });
	});
});

describe("rows in a folder that other engines use", () => {
	it("of another version are deleted, and other engines see it", async () => {
		const dir = newFolder();
		{
			await using old = await open(dir, "0.16.0");
			await askForAll(dir, old);
		}
		await using engine = await open(dir, "0.20.0");
		await askForAll(dir, engine);
		expect(await engine.invalidateCache({ calculator: "0.16.0" })).toBe(150);
		await using later = await open(dir, "0.16.0");
		expect(await askForAll(dir, later)).toEqual({ one: 0, two: 0, "two B": 0 });
		await using same = await open(dir, "0.20.0");
		expect(await askForAll(dir, same)).toEqual({ one: 50, two: 50, "two B": 50 });
	});

	it("of groups without a description are deleted, too", async () => {
		const dir = newFolder();
		await askForAll(dir);
		expect(await readFile(join(dir, "groups.log"), "utf8")).toContain('"name":"sums 1"');
		await rm(join(dir, "groups.log"));
		await using engine = await open(dir);
		const other = await engine.load("zz");
		await engine.invalidateCache({ build: other });
		expect(await askForAll(dir)).toEqual({ one: 0, two: 0, "two B": 0 });
	});
});

it.each<[string, (path: string) => void]>([
	["a folder", (path) => void mkdirSync(path)],
	...(canLink
		? ([
				["a link to itself", (path) => symlinkSync(path, path)],
				["a link to a file of the user's", (path) => symlinkSync(join(path, "..", "other.txt"), path)],
			] as [string, (path: string) => void][])
		: []),
])("rows are kept where groups.log is %s, which nothing is written to", async (_, make) => {
	const dir = newFolder();
	mkdirSync(dir);
	writeFileSync(join(dir, "other.txt"), "the user's");
	make(join(dir, "groups.log"));
	await askForAll(dir);
	expect(await askForAll(dir)).toEqual({ one: 50, two: 50, "two B": 50 });
	expect(readFileSync(join(dir, "other.txt"), "utf8")).toBe("the user's");
});

describe("invalidateCache", () => {
	it("does nothing without a cache", async () => {
		await using engine = await Engine.open({ calculator: calculator("1"), threads: 1, cache: false });
		expect(await engine.invalidateCache()).toBe(0);
	});

	it.each([
		[{ build: "x" }, "build"],
		[{ calculator: "" }, "calculator"],
		[{ stats: "A" }, "stats"],
	])("refuses %j", async (scope, name) => {
		await using engine = await open(undefined);
		await expect(engine.invalidateCache(scope as never)).rejects.toMatchObject({
			code: "INVALID_ARGUMENT",
			message: expect.stringContaining(name),
		});
	});
});
