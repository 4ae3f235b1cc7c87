import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));

/** What each room of src/ may know of, besides `common` and itself; docs/architecture.md says what lives in each. */
const rooms: Record<string, readonly string[]> = {
	common: [],
	native: [],
	tree: ["native"],
	builds: ["native", "tree"],
	rows: ["native", "tree", "builds"],
	variants: ["native"],
	cache: ["native", "rows"],
	// `cache`: a function that makes a folder.
	calculators: ["native", "tree", "builds", "cache"],
	executors: ["native", "tree", "builds", "rows", "variants"],
	profile: ["native", "executors"],
	// A search knows an Evaluator and the tree, and no engine.
	search: ["tree", "rows"],
	engine: [
		"native",
		"tree",
		"builds",
		"rows",
		"cache",
		"calculators",
		"executors",
		"profile",
		"search",
		"variants",
	],
	operations: ["native", "tree", "builds", "rows", "calculators", "profile", "search", "engine", "variants"],
	cli: [
		"native",
		"tree",
		"builds",
		"rows",
		"cache",
		"calculators",
		"profile",
		"search",
		"engine",
		"operations",
	],
	// The library with one binary that is named.
	platforms: ["native", "index.js"],
};

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
	.filter((file) => file.endsWith(".ts"))
	.map((file) => ({ file, text: readFileSync(join(src, file), "utf8") }));
/** Without lines of comments, which may show how to print. */
const codeOf = (text: string) => text.replace(/^\s*(\*|\/\/).*$/gm, "");
const roomOf = (file: string) => file.split(/[\\/]/)[0] as string;

describe("the rooms of src/", () => {
	it("are all listed here", () => {
		const found = new Set(files.map(({ file }) => roomOf(file)).filter((name) => name !== "index.ts"));
		expect([...found].sort()).toEqual(Object.keys(rooms).sort());
	});

	it.each(Object.entries(rooms))("%s knows only rooms below it", (room, allowed) => {
		const wrong = files
			.filter(({ file }) => roomOf(file) === room)
			.flatMap(({ file, text }) =>
				Array.from(text.matchAll(/from "(\.[^"]+)"/g), ([, path]) => ({
					file,
					other: roomOf(relative(src, join(src, dirname(file), path as string))),
				})),
			)
			.filter(({ other }) => other !== room && other !== "common" && !allowed.includes(other));
		expect(wrong).toEqual([]);
	});

	it("print nothing but in cli/", () => {
		const printing = files.filter(
			({ file, text }) =>
				roomOf(file) !== "cli" &&
				/process\.(stdout|stderr|exitCode)|console\.|process\.exit\(/.test(codeOf(text)),
		);
		expect(printing.map(({ file }) => file)).toEqual([]);
	});
});
