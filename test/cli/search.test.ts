import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { demoBuild, lines, run, scratch } from "./run.js";

const files = scratch();
const search = (...more: string[]) => run(["search", demoBuild, "--calculator", "reference", ...more]);
const json = ({ stdout }: { stdout: string }) => JSON.parse(stdout);

// A loaded machine takes several times the usual seconds.
describe("pobatch search", { timeout: 120_000 }, () => {
	test("JSON has the goal, stats by name, the steps, points and respec apart, and the evidence", async () => {
		const answer = await search("--points", "3", "--respec", "2", "--evaluations", "600", "--format", "json");
		expect(answer.status).toBe(0);
		const result = json(answer);
		expect(Object.keys(result)).toEqual(
			expect.arrayContaining([
				"goal",
				"before",
				"after",
				"steps",
				"points",
				"respec",
				"evaluations",
				"elapsedMs",
			]),
		);
		expect(result.goal.after).toBeGreaterThan(result.goal.before);
		expect(result.before.TotalDPS).toBeGreaterThan(0);
		expect(result.points.normal.given).toBe(3);
		expect(result.respec.given).toBe(2);
		expect(result.steps.length).toBeGreaterThan(0);
		expect(result.steps.at(-1).goal).toBe(result.goal.after);
	});

	test("the table names each click, the stats before and after, and what is used", async () => {
		const { stdout, stderr } = await search("--points", "3", "--evaluations", "600");
		expect(stdout).toContain("Skywatcher (Falconer), level 80, 105 nodes");
		expect(stdout).toMatch(/Goal balanced: 1 -> 1\.\d+ \(\+\d+\.\d\d %\)/);
		expect(stdout).toMatch(/1 +allocate +\S/);
		expect(stdout).toMatch(/Used: \d of 3 passive points\./);
		expect(lines(stderr).at(-1)).toMatch(
			/^\d+ evaluations, .* rows\/s, 0 from the cache, 0 memoized; limited by/,
		);
	});

	test("says that the tree is already the best found", async () => {
		const { stdout, status } = await search("--points", "0", "--evaluations", "100");
		expect(status).toBe(0);
		expect(stdout).toContain("your tree is already the best found");
	});

	test("--svg draws added nodes", async () => {
		const svg = files.path("new.svg");
		await search("--points", "3", "--evaluations", "600", "--svg", svg);
		expect(readFileSync(svg, "utf8")).toMatch(/class="node \w+ on added"/);
	});

	test("--pareto answers a front as table, CSV, JSON and plot", async () => {
		const svg = files.path("front.svg");
		const front = (format: string) =>
			search(
				"--points",
				"6",
				"--pareto",
				"TotalDPS,TotalEHP",
				"--evaluations",
				"1500",
				"--format",
				format,
				"--svg",
				svg,
			);
		const { front: trees } = json(await front("json"));
		const values: [number, number][] = trees.map(({ stats }: { stats: Record<string, number> }) => [
			stats.TotalDPS as number,
			stats.TotalEHP as number,
		]);
		expect(values.length).toBeGreaterThanOrEqual(2);
		values.slice(1).forEach(([dps, ehp], i) => {
			expect(dps).toBeLessThan((values[i] as [number, number])[0]);
			expect(ehp).toBeGreaterThan((values[i] as [number, number])[1]);
		});
		const csv = lines((await front("csv")).stdout);
		expect(csv[0]).toBe("TotalDPS,TotalEHP,points,respec,set");
		expect(csv).toHaveLength(values.length + 1);
		expect((await front("table")).stdout).toContain("TotalEHP");
		expect(readFileSync(svg, "utf8").match(/<circle/g)).toHaveLength(values.length + 1);
	});

	test.each([
		[["--goal", "Lfie"], 'has no stat "Lfie"'],
		[["--goal", "Life +"], "cannot be read"],
		[["--floor", "Life"], "Expected a bound such as Life=95%"],
		[["--avoid", "No Such Node"], "has no node No Such Node"],
		[["--keep", "99999"], "has no node 99999"],
		[["--code"], "cannot write a build"],
		[["--format", "csv"], "is for --pareto"],
		[["--screen", "reference"], "cannot screen for itself"],
		[["--pareto", "Life,Mana", "--goal", "dps"], "finds many trees"],
	])("%j is refused in one line", async (flags, reason) => {
		const { status, stdout, stderr } = await search("--points", "2", ...flags);
		expect(status).not.toBe(0);
		expect(stdout).toBe("");
		expect(stderr).toContain(reason);
		expect(lines(stderr)).toHaveLength(1);
	});
});

describe("pobatch order", () => {
	test("lists the clicks that lead to the build's tree, a level for each point", async () => {
		const { status, stdout } = await run([
			"order",
			demoBuild,
			"--calculator",
			"reference",
			"--format",
			"csv",
		]);
		expect(status).toBe(0);
		const [head, ...rows] = lines(stdout).map((line) => line.split(","));
		const column = (name: string) => (head as string[]).indexOf(name);
		const build = JSON.parse(readFileSync(demoBuild, "utf8")) as { nodes: number[] };
		const clicked = rows.flatMap((row) => (row[column("nodes")] as string).split(" ").map(Number));
		expect(new Set(clicked).size).toBe(clicked.length);
		for (const id of clicked) expect(build.nodes).toContain(id);
		let spent = 0;
		for (const row of rows) {
			spent += Number(row[column("points")]);
			expect(Number(row[column("spent")])).toBe(spent);
			expect(Number(row[column("level")])).toBe(Math.min(100, 1 + spent));
		}
		expect(Number(rows.at(-1)?.[column("goal")])).toBe(1);
	});
});

describe("pobatch trim", () => {
	test("lists branches by what a point of them is worth", async () => {
		const { status, stdout } = await run([
			"trim",
			demoBuild,
			"--calculator",
			"reference",
			"--format",
			"json",
		]);
		expect(status).toBe(0);
		const { nodes } = JSON.parse(stdout) as {
			nodes: { lossPerPoint: number; points: number; nodes: number[] }[];
		};
		const each = nodes.map(({ lossPerPoint }) => lossPerPoint);
		expect(each).toEqual([...each].sort((a, b) => a - b));
		for (const { nodes: ids, points } of nodes) expect(points).toBe(ids.length);
	});

	test("keeps what it is told to keep", async () => {
		const all = ["trim", demoBuild, "--calculator", "reference", "--format", "json"];
		const some = await run([...all, "--keep", "notables"]);
		const { nodes } = JSON.parse(some.stdout) as { nodes: { type: string }[] };
		expect(nodes.some(({ type }) => type === "notable")).toBe(false);
	});
});
