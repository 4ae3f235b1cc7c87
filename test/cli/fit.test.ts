import { describe, expect, test } from "vitest";
import { fittedTable } from "../../src/cli/fit.js";
import { isWindows } from "../support/windows.js";
import { demoBuild, lines, run } from "./run.js";

const widest = (text: string) => Math.max(...lines(text).map(({ length }) => length));

describe("a table that has to fit a terminal", () => {
	const columns = [
		{ head: "Name", cells: ["Lightning Penetration"], cut: { side: "end", fair: 10, least: 4 } },
		{ head: "Type", cells: ["notable"], optional: 0 },
		{ head: "ColdMaximumHitTaken", cells: ["1,234"], right: true, optional: 1 },
	] as const;

	test("is unchanged if there is room", () => {
		expect(fittedTable(columns, 51)).toEqual({
			text: [
				"Name                   Type     ColdMaximumHitTaken",
				"Lightning Penetration  notable                1,234\n",
			].join("\n"),
			leftOut: [],
		});
	});

	test("cuts texts first, then breaks heads between their words", () => {
		expect(lines(fittedTable(columns, 40).text)).toEqual([
			"Name        Type     ColdMaximumHitTaken",
			"Lightning…  notable                1,234",
		]);
		expect(lines(fittedTable(columns, 39).text)).toEqual([
			"Name                   Type        Cold",
			"                                Maximum",
			"                                    Hit",
			"                                  Taken",
			"Lightning Penetration  notable    1,234",
		]);
	});

	test("leaves out columns by their rank and tells which, and cuts the rest at last", () => {
		const narrow = fittedTable(columns, 20);
		expect(lines(narrow.text)).toEqual([
			"Name           Cold",
			"            Maximum",
			"                Hit",
			"              Taken",
			"Lightning…    1,234",
		]);
		expect(narrow.leftOut).toEqual(["Type"]);
		expect(fittedTable(columns, 6)).toEqual({
			text: "Name\nLight…\n",
			leftOut: ["Type", "ColdMaximumHitTaken"],
		});
	});

	test("keeps the end of what is cut at its start", () => {
		const path = { head: "Where", cells: ["src/Modules/Calcs.lua:12", "[C]"] };
		const { text } = fittedTable([{ ...path, cut: { side: "start", fair: 12, least: 12 } }], 12);
		expect(lines(text)).toEqual(["Where", "…alcs.lua:12", "[C]"]);
	});

	test("keeps within the width whatever its numbers are, down to what may not be cut", () => {
		for (let width = 80; width >= 8; width--)
			expect(widest(fittedTable(columns, width).text)).toBeLessThanOrEqual(width);
	});
});

describe("80 columns hold", () => {
	const stats = "TotalEHP,PhysicalMaximumHitTaken,LightningResist,EnergyShield";

	test("node power of four stats, and it says what had no room", async () => {
		const args = ["power", demoBuild, "--calculator", "reference", "--depth", "6", "--stat", stats];
		for (const more of [[], ["--per-point"], ["--remove"]]) {
			const { stdout, status } = await run([...args, ...more]);
			expect(status).toBe(0);
			expect(lines(stdout).length).toBeGreaterThan(30);
			expect(widest(stdout)).toBeLessThanOrEqual(80);
			expect(stdout).toMatch(/^No room for: .*%.* --format csv has all\.$/m);
		}
	});

	test.skipIf(isWindows)("a profile (not on Windows)", async () => {
		const { stdout, status } = await run([
			"profile",
			demoBuild,
			"--calculator",
			"reference",
			"--seconds",
			"0.3",
		]);
		expect(status).toBe(0);
		expect(stdout).toContain("pobatch/lua/");
		expect(widest(stdout)).toBeLessThanOrEqual(80);
	});

	test.each([
		"calc",
		"batch",
		"power",
		"profile",
		"coverage",
		"demo",
		"pob",
		"cache",
		"doctor",
		"build-addon",
	])("%s --help", async (command) => {
		expect(widest((await run([command, "--help"])).stdout)).toBeLessThanOrEqual(80);
	});
});
