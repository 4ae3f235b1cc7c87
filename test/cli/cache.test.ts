/** The command line over a cache folder that is damaged or cannot be used. */
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isWindows } from "../support/windows.js";
import { demoBuild, lines, main, run, scratch } from "./run.js";

const files = scratch();
const sets = files.write("sets.jsonl", '{"add":[57104]}\n');
const batch = (...more: string[]) =>
	run(["batch", demoBuild, "--calculator", "reference", "--sets", sets, "--stats", "Life", ...more]);

describe.skipIf(!existsSync(main))("the cache folder (needs dist/: npm run build:ts)", () => {
	test("with garbage of another program or an older pobatch ends nothing", async () => {
		const folder = files.path("garbage");
		mkdirSync(folder);
		writeFileSync(join(folder, "data.mdb"), "garbage\n");
		const stats = await run(["cache", "stats", "--cache", folder]);
		expect(stats).toMatchObject({ status: 0, stderr: "" });
		const first = await batch("--cache", folder);
		expect(first.status).toBe(0);
		expect(lines(first.stderr).filter((line) => line.startsWith("warning: "))).toHaveLength(1);
		expect(first.stderr).toContain("data.mdb");
		expect((await batch("--cache", folder)).stderr).not.toContain("warning");
		expect((await run(["cache", "clear", "--cache", folder])).stdout).toMatch(/^Deleted 1 row, /);
		expect(readdirSync(folder)).toEqual([]);
	});

	test("with a file that was cut answers the same, and tells what cannot be read", async () => {
		const folder = files.path("cut");
		const first = await batch("--cache", folder);
		const rows = readdirSync(folder).find((name) => name.startsWith("rows-"));
		truncateSync(join(folder, rows as string), 70);
		expect((await run(["cache", "stats", "--cache", folder])).stdout).toMatch(
			/^0 rows, 1 KB, 1 KB of it unreadable, in /,
		);
		const again = await batch("--cache", folder);
		expect(again).toMatchObject({ status: 0, stdout: first.stdout });
		expect(again.stderr).not.toContain("warning");
	});

	test("forgets the rows of one build, of a calculator or a stat, and keeps the others", async () => {
		const folder = files.path("some");
		const build = files.write(
			"other.json",
			readFileSync(demoBuild, "utf8").replace(/"level": *\d+/, '"level": 11'),
		);
		const clear = async (...more: string[]) =>
			(await run(["cache", "clear", "--cache", folder, ...more])).stdout;
		await batch("--cache", folder);
		expect(await clear("--build", build)).toBe(`No such rows are kept in ${folder}\n`);
		expect(await clear("--calculator", "Path of Building 1")).toBe(`No such rows are kept in ${folder}\n`);
		expect(await clear("--stats", "Mana, TotalEHP")).toBe(`No such rows are kept in ${folder}\n`);
		expect((await run(["cache", "stats", "--cache", folder])).stdout).toMatch(/^1 row, /);
		expect(await clear("--build", demoBuild, "--stats", "Life")).toBe(`Deleted 1 row in ${folder}\n`);
		expect((await run(["cache", "stats", "--cache", folder])).stdout).toBe(`No rows are kept in ${folder}\n`);
	});

	test("that is a file costs a warning in one line with the reason, and no row", async () => {
		const { status, stdout, stderr } = await batch("--cache", sets);
		expect(status).toBe(0);
		expect(lines(stdout)).toHaveLength(1);
		expect(lines(stderr)).toContain(`warning: The cache folder ${sets} cannot be used: not a directory`);
		const stats = await run(["cache", "stats", "--cache", sets]);
		expect(stats).toMatchObject({
			status: 2,
			stderr: `error: The cache folder ${sets} cannot be used: not a directory\n`,
		});
	});

	test.skipIf(isWindows || !existsSync("/proc/self"))(
		"below /proc does not wait forever (needs /proc)",
		async () => {
			const { status, stderr } = await batch("--cache", "/proc/foo");
			expect(status).toBe(0);
			expect(stderr).toContain(
				"warning: The cache folder /proc/foo cannot be used: no such file or directory\n",
			);
			// The other folder that a command makes.
			const installed = await run(["pob", "install", "--from", files.path("")], "", {
				XDG_DATA_HOME: "/proc/foo",
			});
			expect(installed.status).toBe(2);
			expect(installed.stderr).toMatch(/^error: The folder \/proc\/foo.* cannot be made: no such file/);
		},
	);
});
