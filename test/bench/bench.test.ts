import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, expect, test, vi } from "vitest";

// The benchmarks are plain JavaScript without types; only how they judge figures is tested here.
const lib = (name: string) => import(pathToFileURL(join(import.meta.dirname, "../../bench/lib", name)).href);
const { compareWith } = await lib("baseline.mjs");
const { writeInto } = await lib("markdown.mjs");

const folder = mkdtempSync(join(tmpdir(), "pobatch-bench-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

const time = { key: "row", what: "A row", unit: "ms", better: "lower" };

/** What the table says of a run of 10 to 12 ms followed by one of `min` to `max`, and whether that is a failure. */
function compared(min: number, max: number, more = {}): { isWorse: boolean; table: string } {
	const print = vi.spyOn(console, "log").mockImplementation(() => {});
	const before = { about: {}, figures: [{ ...time, median: 11, min: 10, max: 12 }] };
	const now = [{ ...time, value: (min + max) / 2, min, max, ...more }];
	const isWorse = compareWith("before", before, {}, now);
	return { isWorse, table: String(print.mock.calls.at(-1)?.[0]) };
}

test.each([
	["slower", 13, 15, {}, true],
	["faster", 7, 9, {}, false],
	["within noise", 11.9, 20, {}, false],
	["faster", 13, 15, { better: "higher" }, false],
	["slower", 7, 9, { better: "higher", unit: "/s" }, true],
	["worse", 13, 15, { unit: "MB" }, true],
	["one sample", 20, 20, {}, false],
])("a run compared with a saved one is called %s (%d to %d)", (word, min, max, more, isWorse) => {
	const found = compared(min, max, more);
	expect(found.table).toContain(word);
	expect(found.isWorse).toBe(isWorse);
});

test("figures are written between their suite's marks, and nothing else of the page changes", () => {
	const page = join(folder, "page.md");
	const other = "<!-- figures: pob -->\nkept\n<!-- end -->\n";
	writeFileSync(page, `Before\n<!-- figures: core -->\nold\n<!-- end -->\nBetween\n${other}`);
	const peer = (who: string, value: number) => ({
		peer: { table: "Sums", who, time: { value, unit: "ms" }, against: { value: value / 2 } },
	});
	const figures = [
		{ ...time, value: 2, low: 1.5, high: 2.5, target: 1, ...peer("this", 2), note: "A note." },
		{ ...time, what: "Another", value: 8, low: 8, high: 8, ...peer("that", 8) },
	];
	vi.spyOn(console, "log").mockImplementation(() => {});
	writeInto(page, "core", { about: { cpu: "a machine" }, loadBefore: "load 1", figures });
	const text = readFileSync(page, "utf8");
	expect(text).toMatch(/^Before\n<!-- figures: core -->\n\na machine; load 1\.\n/);
	expect(text).toContain("| that | 8 ms | 4 x |\n");
	expect(text).toContain("| A row | 2 ms | 1.5 .. 2.5 | <= 1 | **no** |\n| Another | 8 ms |  |  |  |\n");
	expect(text).toContain("A note.");
	expect(text).not.toContain("old");
	expect(text.endsWith(`<!-- end -->\nBetween\n${other}`)).toBe(true);
	expect(() => writeInto(page, "soak", { about: {}, loadBefore: "", figures })).toThrow("figures: soak");
});
