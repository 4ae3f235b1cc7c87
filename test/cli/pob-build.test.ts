import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildText, describeWithBuilds, miniBuild, miniPob, miniSpec, truthOf } from "../support/pob.js";
import { isWindows } from "../support/windows.js";
import { demoBuild, ended, lines, run, scratch, start } from "./run.js";

const files = scratch();
const build = files.write("build.xml", miniBuild());
const withPob = { POBATCH_POB: miniPob };
const mini = (...args: string[]) => run(args, "", withPob);

describe("which calculator answers", () => {
	test("Path of Building where POBATCH_POB or --pob names one, and stderr says so", async () => {
		const fromVariable = await mini("calc", build);
		expect(fromVariable.stderr).toMatch(/^calculator pob \S+ \(Path of Building \S+ in .*mini-pob\)/);
		const fromOption = await run(["calc", build, "--pob", miniPob]);
		expect(fromOption.stderr).toMatch(/^calculator pob /);
		expect(fromOption.stdout).toBe(fromVariable.stdout);
	});

	test("the reference calculator without a checkout, and stderr says why", async () => {
		const { status, stderr } = await run(["calc", demoBuild]);
		expect(status).toBe(0);
		expect(lines(stderr)[0]).toContain("since no Path of Building was found: `pobatch pob install` gets it");
		expect(lines(stderr)[1]).toMatch(/^calculator reference /);
	});

	test("the reference calculator for a build that Path of Building does not read", async () => {
		const { status, stderr } = await mini("calc", demoBuild);
		expect(status).toBe(0);
		expect(lines(stderr)[0]).toContain("Path of Building does not read this kind of build");
	});

	test("the reference calculator where it is asked for", async () => {
		const { stderr } = await mini("calc", demoBuild, "--calculator", "reference");
		expect(stderr).toMatch(/^calculator reference /);
	});

	test.each([
		["--pob with another calculator", ["--calculator", "reference", "--pob", "x"], "--pob x is of no use to"],
		["--tree with Path of Building", ["--calculator", "pob", "--tree", "x"], "--tree x is of no use to"],
		[
			"a folder that is no checkout",
			["--pob", files.path("")],
			`there is no ${files.path(join("src", "Launch.lua"))}`,
		],
		["a tree of the build that is not there", ["--spec", "2"], "expected spec between 1 and 1"],
	])("%s is bad input", async (_name, options, message) => {
		const { status, stderr } = await mini("calc", build, ...options);
		expect(status).toBe(2);
		expect(lines(stderr)).toHaveLength(1);
		expect(stderr).toContain(message);
	});

	test("with a real build but no Path of Building, stderr says how to get it", async () => {
		const { status, stderr } = await run(["calc", build]);
		expect(status).toBe(2);
		expect(stderr).toContain("pobatch pob install");
	});
});

describe("pobatch calc with Path of Building", () => {
	test("prints the side bar: labels left, values right, groups apart", async () => {
		const { status, stdout } = await mini("calc", build);
		expect(status).toBe(0);
		expect(lines(stdout)[0]).toBe("Sage (Wanderer), level 20, 5 nodes, main skill Spark");
		expect(stdout).toMatch(/\n\n\S.*\s{2,}[\d,.%]+\n/);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: there is none in a pipe
		expect(stdout).not.toMatch(/\x1b|\^\d|\^x/);
	});

	test("--set shows what becomes different", async () => {
		const { stdout } = await mini("calc", build, "--set", '{"remove":[13]}');
		expect(stdout).toMatch(/ {2}was \S+/);
		const table = await mini("calc", build, "--set", '{"remove":[13]}', "--stats", "Life");
		expect(table.stdout).toMatch(/^Stat\s+Build\s+With the set\s+Change$/m);
	});

	test("--json has the sheet, too", async () => {
		const { stdout } = await mini("calc", build, "--json", "--stats", "Life");
		const { sheet, stats, calculator } = JSON.parse(stdout);
		expect(calculator.name).toBe("pob");
		expect(Object.keys(stats)).toEqual(["Life"]);
		expect(sheet.groups.length).toBeGreaterThan(0);
	});

	test("--xml and --code write a build that comes back with the set's nodes", async () => {
		const out = files.path("out.xml");
		const written = await mini("calc", build, "--set", '{"remove":[13]}', "--xml", out);
		expect(written.status).toBe(0);
		expect(written.stdout).toBe("");
		expect(readFileSync(out, "utf8")).toContain("<PathOfBuilding2>");
		expect((await mini("calc", out)).stdout).toContain("level 20, 4 nodes");
		const { stdout: code } = await mini("calc", out, "--code");
		expect(code).toMatch(/^[\w-]+=*\n$/);
		const again = await run(["calc", "-", "--xml", "-"], code, withPob);
		expect(again.stdout.trimEnd()).toBe(readFileSync(out, "utf8").trimEnd());
	});

	test("--xml does not overwrite the build that is read", async () => {
		const { status, stderr } = await mini("calc", build, "--xml", build);
		expect(status).toBe(2);
		expect(stderr).toContain("cannot be its output");
	});

	test("--spec takes another tree of the build", async () => {
		const two = files.write("two.xml", miniBuild({ specs: [miniSpec("1,10"), miniSpec("1,10,12")] }));
		expect((await mini("calc", two)).stdout).toContain("level 20, 3 nodes, main skill Spark, tree 1 of 2");
		expect((await mini("calc", two, "--spec", "2")).stdout).toContain(
			"4 nodes, main skill Spark, tree 2 of 2",
		);
	});

	test("--spec answers what its --code answers when it is loaded again, where the level follows the points", async () => {
		const two = files.write(
			"levels.xml",
			miniBuild({
				build: 'level="4" mainSocketGroup="1" characterLevelAutoMode="true"',
				specs: [miniSpec("1,10,12,13"), miniSpec("1,24")],
			}),
		);
		for (const [more, accuracy] of [
			[[], "24"],
			[["--spec", "2"], "12"],
		] as const) {
			const { stdout } = await mini("calc", two, ...more);
			expect(stdout).toMatch(new RegExp(`^Accuracy +${accuracy}$`, "m"));
			const { stdout: code } = await mini("calc", two, ...more, "--code");
			expect((await run(["calc", "-"], code, withPob)).stdout).toBe(stdout);
		}
	});

	test("--set compares with the build as node sets answer it, not as it was loaded", async () => {
		const stale = files.write(
			"stale.xml",
			miniBuild({ build: 'level="20" mainSocketGroup="1" characterLevelAutoMode="true"' }),
		);
		const args = ["calc", stale, "--set", '{"remove":[13]}'];
		const sheet = lines((await mini(...args)).stdout);
		expect(sheet.filter((line) => / {2}was /.test(line)).map((line) => line.split(/ {2,}/)[0])).toEqual([
			"Total Life",
			"%Inc Life from Tree",
		]);
		const { stdout } = await mini(...args, "--stats", "Accuracy,Life");
		expect(stdout).toMatch(/^Accuracy +24 +24 +0$/m);
		expect(stdout).toMatch(/^Life +96 +80 +-16$/m);
		// The build's own nodes answer as loaded, and change nothing.
		const none = ["calc", stale, "--set", '{"add":[13]}'];
		expect((await mini(...none)).stdout).not.toMatch(/ {2}was /);
		expect((await mini(...none, "--stats", "Accuracy")).stdout).toMatch(/^Accuracy +120 +120 +0$/m);
	});

	test.each([
		["no JSON", "{", "Not JSON"],
		["a choice without a node", '{"add":[],"attributes":{"1":"Str"}}', "has a choice but is not added"],
		["a node no tree can have", '{"add":[70000]}', "node 70000 is not in the tree"],
	])("--set with %s is bad input", async (_name, set, message) => {
		const { status, stderr } = await mini("calc", build, "--set", set);
		expect(status).toBe(2);
		expect(lines(stderr)).toHaveLength(1);
		expect(stderr).toContain(message);
	});
});

describe("the disk cache", () => {
	const cache = ["--cache", files.path("rows")];
	const power = (...more: string[]) =>
		mini("power", build, "--stat", "Life", "--remove", "--depth", "2", ...more);

	test("a second run over the same build calculates nothing; stats and clear see the rows", async () => {
		const none = await run(["cache", "stats", ...cache]);
		expect(none.stdout).toContain("No rows are kept in ");
		const first = await power(...cache);
		const second = await power(...cache);
		expect(second.stdout).toBe(first.stdout);
		const rows = Number(/(\d+) rows/.exec(lines(second.stderr).at(-1) as string)?.[1]);
		expect(rows).toBeGreaterThan(3);
		expect(lines(first.stderr).at(-1)).toMatch(/, 0 from the cache$/);
		expect(lines(second.stderr).at(-1)).toMatch(new RegExp(`, ${rows} from the cache$`));
		const kept = await run(["cache", "stats", ...cache]);
		expect(kept.stdout).toMatch(new RegExp(`^${rows} rows, \\d+ KB, in `));
		expect((await run(["cache", "clear", ...cache])).stdout).toMatch(new RegExp(`^Deleted ${rows} rows`));
		expect((await run(["cache", "stats", ...cache])).stdout).toContain("No rows are kept in ");
		expect(lines((await power(...cache)).stderr).at(-1)).toMatch(/, 0 from the cache$/);
	});

	test("--cache without a folder takes the user's cache folder, as `cache` does", async () => {
		await power("--cache");
		const { stdout } = await run(["cache", "stats"]);
		expect(stdout).toMatch(/^\d+ rows, \d+ KB, in .*cache.*rows\n$/i);
	});
});

describe("pobatch doctor --pob", () => {
	test("tells version, trees, files and which hot functions it knows", async () => {
		const { stdout } = await run(["doctor", "--pob", miniPob]);
		expect(stdout).toMatch(/^ok\s+PoB\s+\S+ in .*mini-pob, starts in [\d.]+ s/m);
		expect(stdout).toMatch(/^ok\s+PoB trees\s+0_1/m);
		expect(stdout).toMatch(/^ok\s+PoB files\s+all there/m);
		expect(stdout).toMatch(/^ok\s+PoB speed\s+\d+ of \d+ hot functions recognised/m);
	});

	test("names the file that a folder lacks, with status 1", async () => {
		const { status, stdout } = await run(["doctor", "--pob", files.path("")]);
		expect(status).toBe(1);
		expect(stdout).toMatch(/^FAIL\s+PoB\s.*there is no .*[\\/]src[\\/]Launch\.lua/m);
	});

	test("nothing is wrong without Path of Building", async () => {
		const { status, stdout } = await run(["doctor"]);
		expect(status).toBe(0);
		expect(stdout).toMatch(/^ok\s+PoB\s+none found/m);
	});
});

test("rows of processes are the rows of threads", async () => {
	const sets = files.write("sets.jsonl", '{"remove":[13]}\n{}\n{"add":[99]}\n');
	const batch = (...more: string[]) => mini("batch", build, "--sets", sets, "--no-cache", ...more);
	const threads = await batch();
	const processes = await batch("--isolation", "process", "--threads", "2");
	expect(processes.status).toBe(0);
	expect(processes.stdout).toBe(threads.stdout);
	expect(lines(threads.stdout)).toHaveLength(3);
});

test.skipIf(isWindows)(
	"SIGTERM ends node power early with what was calculated, and status 143 (needs POSIX signals)",
	async () => {
		// Three points away, the stand-in has a node whose calculation never ends. Nothing shows from outside when it is
		// reached; a signal while the build is being opened ends the command at once.
		for (const wait of [1500, 6000, 24_000]) {
			const child = start(["power", build, "--stat", "Life", "--depth", "3", "--threads", "1"], withPob);
			const end = ended(child);
			setTimeout(() => child.kill("SIGTERM"), wait);
			const { status, stdout, stderr } = await end;
			if (status === undefined) continue;
			expect(status).toBe(143);
			expect(stdout).toContain("Great Wrath");
			expect(stderr).toContain("Interrupted: only what was calculated is shown.");
			return;
		}
		expect.unreachable("the rows never began");
	},
	60_000,
);

describeWithBuilds("the command line over Path of Building itself", (pob) => {
	test("calc answers what Path of Building answers", async () => {
		const name = "monk_72_poeninja";
		const { base } = await truthOf(name);
		const xml = files.write("monk.xml", await buildText(name));
		const { stdout } = await run(["calc", xml, "--pob", pob, "--json", "--stats", "Life,TotalEHP,Mana"]);
		const { stats, sheet } = JSON.parse(stdout);
		for (const stat of ["Life", "TotalEHP", "Mana"]) expect(stats[stat]).toBe(base[stat]);
		const rows = sheet.groups.flatMap(({ rows }: { rows: { label?: string; value?: string }[] }) => rows);
		const life = rows.find(({ label }: { label?: string }) => label === "Total Life");
		expect(life?.value).toBe((base.Life as number).toLocaleString("en-US"));
	}, 60_000);

	test("batch answers the truth's rows", async () => {
		const name = "monk_72_poeninja";
		const { sets } = await truthOf(name);
		const some = sets.slice(0, 10);
		const xml = files.write("monk.xml", await buildText(name));
		const input = some
			.map(({ add, remove, attributes }) => JSON.stringify({ add, remove, attributes }))
			.join("\n");
		const args = ["batch", xml, "--sets", "-", "--pob", pob, "--stats", "Life,TotalEHP", "--threads", "1"];
		const { stdout } = await run(args, input);
		const rows = lines(stdout).map((line) => JSON.parse(line).stats);
		some.forEach(({ out }, i) => {
			expect(rows[i]).toEqual({ Life: out.Life, TotalEHP: out.TotalEHP });
		});
	}, 60_000);
});
