import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Engine, NodeSets, PassiveTree } from "../../src/index.js";
import { demoBuild, demoTree, lines, run, scratch } from "./run.js";

const files = scratch();
const power = (...more: string[]) => run(["power", demoBuild, "--calculator", "reference", ...more]);

/** A line of CSV without quotes, as all that the embedded tree's names need. */
const cells = (line: string) => line.split(",");

describe("pobatch power", () => {
	test("a node's gain is the build with its path minus the build", async () => {
		const { status, stdout } = await power("--stat", "Life,TotalEHP", "--depth", "2", "--format", "csv");
		expect(status).toBe(0);
		const [head, ...rows] = lines(stdout).map(cells);
		expect(head).toEqual([
			"node",
			"name",
			"type",
			"points",
			"Life",
			"Life %",
			"TotalEHP",
			"TotalEHP %",
			"nodes",
		]);
		await using engine = await Engine.open({ calculator: "reference", threads: 1 });
		const build = await engine.load(readFileSync(demoBuild, "utf8"));
		const tree = await PassiveTree.embedded();
		expect(rows).toHaveLength(tree.pathsWithin(build.allocated, 2).length);
		const base = build.calculateSync({}, { stats: ["Life", "TotalEHP"] });
		const sets = NodeSets.deltas(rows.map((row) => ({ add: (row[8] as string).split(" ").map(Number) })));
		const result = build.calculateBatchSync(sets, { stats: ["Life", "TotalEHP"] });
		rows.forEach((row, i) => {
			expect(Number(row[4])).toBe((result.row(i).Life as number) - (base.Life as number));
			expect(Number(row[6])).toBe((result.row(i).TotalEHP as number) - (base.TotalEHP as number));
			expect(Number(row[3])).toBe((row[8] as string).split(" ").length);
			expect((row[8] as string).split(" ").at(-1)).toBe(row[0]);
		});
		const gains = rows.map((row) => Number(row[4]));
		expect(gains).toEqual([...gains].sort((a, b) => b - a));
	});

	test("the table has name, type, points, gain and percentage, and says how many there are more", async () => {
		const { stdout, stderr } = await power("--stat", "Life", "--depth", "3", "--top", "4");
		const [who, blank, head, own, ...rest] = lines(stdout);
		expect(who).toContain("Skywatcher (Falconer), level 80, 105 nodes");
		expect(blank).toBe("");
		expect(head?.trim().split(/ {2,}/)).toEqual(["Node", "Name", "Type", "Points", "Life", "%"]);
		expect(own).toMatch(/the build itself\s+1,905$/);
		expect(rest).toHaveLength(5);
		expect(rest[0]).toMatch(/^ *\d+ {2}\S.* {2}(normal|notable|keystone) +\d +\+\d+ +\+\d+\.\d\d$/);
		expect(rest[4]).toMatch(/^\d+ more: --top \d+ shows all\.$/);
		expect(lines(stderr).at(-1)).toMatch(/^\d+ rows, \d+\.\d\d s, \d+\.\d{3} ms\/row, 0 from the cache$/);
	});

	test("--per-point sorts by the gain of a point", async () => {
		const { stdout } = await power("--stat", "Life", "--per-point", "--format", "json");
		const { nodes } = JSON.parse(stdout) as { nodes: { points: number; gains: { Life: number } }[] };
		const each = nodes.map(({ points, gains }) => gains.Life / points);
		expect(each).toEqual([...each].sort((a, b) => b - a));
		expect(new Set(nodes.map(({ points }) => points)).size).toBeGreaterThan(2);
	});

	test("--remove has each allocated node with what hangs on it", async () => {
		const { stdout } = await power("--stat", "Life", "--depth", "1", "--remove", "--format", "json");
		const { base, nodes } = JSON.parse(stdout);
		expect(base).toEqual({ Life: 1905 });
		const { nodes: allocated } = JSON.parse(readFileSync(demoBuild, "utf8"));
		const removed = nodes.filter(({ points }: { points: number }) => points < 0);
		expect(removed.length).toBeGreaterThan(allocated.length / 2);
		for (const { id, nodes: changed, points } of removed) {
			expect(changed[0]).toBe(id);
			expect(points).toBe(-changed.length);
		}
	});

	test("--radius keeps what is near", async () => {
		const all = JSON.parse((await power("--stat", "Life", "--format", "json")).stdout).nodes.length;
		const near = JSON.parse(
			(await power("--stat", "Life", "--radius", "400", "--format", "json")).stdout,
		).nodes;
		expect(near.length).toBeGreaterThan(0);
		expect(near.length).toBeLessThan(all);
	});

	describe("of a stat that is infinite", () => {
		// Nodes three points away take the infinity from `Finite`, those two away fail.
		const { nodes } = JSON.parse(readFileSync(demoBuild, "utf8"));
		const calculator = files.write(
			"infinite.lua",
			`return {
				load = function() return {}, { class = "Falconer", level = 1, allocated = { ${nodes} } } end,
				stats = function() return { "Always", "Finite" } end,
				Calculate = function(_, set)
					if set.addCount == 2 then error("not two") end
					return { Always = 1 / 0, Finite = set.addCount == 3 and 1 or 1 / 0 }
				end,
			}`,
		);
		const svg = files.path("infinite.svg");
		const infinite = (...more: string[]) =>
			run([
				"power",
				demoBuild,
				"--calculator",
				calculator,
				"--tree",
				demoTree,
				"--stat",
				"Always,Finite",
				...more,
			]);

		test("the table says it in words, and which row failed and why", async () => {
			const { stdout, stderr, status } = await infinite("--depth", "3", "--svg", svg, "--top", "1000");
			expect(status).toBe(0);
			expect(stdout).toMatch(/the build itself +infinite +infinite$/m);
			const rows = lines(stdout).filter((line) => /^ *\d+ {2}\S/.test(line));
			const cells = rows.map((line) => line.trim().split(/ {2,}/).slice(3));
			const ofPoints = (points: string) => cells.filter(([count]) => count === points).map(String);
			expect(new Set(ofPoints("1"))).toEqual(new Set(["1,0,0.00,0,0.00"]));
			expect(new Set(ofPoints("2"))).toEqual(new Set(["2,failed,failed"]));
			expect(new Set(ofPoints("3"))).toEqual(new Set(["3,0,0.00,-infinite"]));
			expect(stderr).toMatch(/^\d+ rows failed, the first one: node \d+: CALCULATOR_ERROR: .*not two$/m);
			// The heat of `Always`: nothing is lost, nothing gained, and some rows have no number.
			expect(readFileSync(svg, "utf8")).toContain("Always gained by the path: 0");
			expect(readFileSync(svg, "utf8")).toContain("Always gained by the path: no number");
		});

		test("csv leaves the gains of failed rows and shares of infinity empty", async () => {
			const { stdout } = await infinite("--depth", "3", "--format", "csv");
			const rows = lines(stdout).slice(1).map(cells);
			const ofPoints = (points: string) =>
				rows.filter((row) => row[3] === points).map((row) => String(row.slice(4, 8)));
			expect(new Set(ofPoints("1"))).toEqual(new Set(["0,0,0,0"]));
			expect(new Set(ofPoints("2"))).toEqual(new Set([",,,"]));
			expect(new Set(ofPoints("3"))).toEqual(new Set(["0,0,-Infinity,"]));
		});

		test("json can be read again, with the error of the rows that failed", async () => {
			const { stdout } = await infinite("--depth", "3", "--format", "json");
			const { base, nodes } = JSON.parse(stdout);
			expect(base).toEqual({ Always: Number.POSITIVE_INFINITY, Finite: Number.POSITIVE_INFINITY });
			for (const { points, gains, error } of nodes) {
				if (points === 1) expect(gains).toEqual({ Always: 0, Finite: 0 });
				if (points === 2)
					expect([gains, error.code]).toEqual([{ Always: null, Finite: null }, "CALCULATOR_ERROR"]);
				if (points === 3) expect(gains).toEqual({ Always: 0, Finite: Number.NEGATIVE_INFINITY });
			}
		});
	});

	test("--svg draws the tree", async () => {
		const svg = files.path("power.svg");
		const { status, stderr } = await power("--stat", "Life", "--depth", "2", "--svg", svg);
		expect(status).toBe(0);
		expect(stderr).toContain(`Drawn in ${svg}`);
		expect(readFileSync(svg, "utf8")).toMatch(/^<svg [\s\S]*Life gained by the path[\s\S]*<\/svg>\s*$/);
	});

	test.each([
		["an unknown stat", ["--stat", "Lif"], "Did you mean Life"],
		["no depth", ["--depth", "0"], "Expected an integer from 1 to 100"],
		["a negative radius", ["--radius", "-1"], "Expected a positive number of tree units"],
		["an unknown format", ["--format", "xml"], "Allowed choices are table, csv, json"],
	])("%s is bad input", async (_name, options, message) => {
		const { status, stdout, stderr } = await power(...options);
		expect(status).toBe(2);
		expect(stdout).toBe("");
		expect(lines(stderr)).toHaveLength(1);
		expect(stderr).toContain(message);
	});
});
