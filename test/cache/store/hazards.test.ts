/** Hazards of a folder of rows. In each case, no row is lost or wrong, and one warning says what is wrong. */
import { execFileSync } from "node:child_process";
import {
	appendFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { Engine, NodeSets } from "../../../src/index.js";
import { askFor, dividing, range } from "../../support/cached-rows.js";
import { packageUrl, runChild } from "../../support/child.js";
import { canLink, isWindows } from "../../support/windows.js";

const root = mkdtempSync(join(tmpdir(), "pobatch-rows-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let dir: string;
let count = 0;
beforeEach(() => {
	dir = join(root, String(++count));
});

const segments = () => readdirSync(dir).filter((name) => /^rows-.*\.log$/.test(name));
const segment = () => join(dir, segments()[0] as string);
const rows = range(1, 601);

describe("a damaged file", () => {
	const change = (from: number, bytes: Buffer) => {
		const all = readFileSync(segment());
		bytes.copy(all, from);
		writeFileSync(segment(), all);
	};
	const damages: [string, () => void, { warns: boolean }][] = [
		[
			"garbage in place of the file",
			() => writeFileSync(segment(), "garbage ".repeat(1000)),
			{ warns: true },
		],
		["one flipped bit in a row", () => change(64 + 16 * 150 + 4000, Buffer.of(0x55)), { warns: true }],
		["one flipped bit in a key", () => change(70, Buffer.of(0x55)), { warns: true }],
		["another number of rows in a head", () => change(40, Buffer.of(3, 0, 0, 0)), { warns: true }],
		["a page of zeros", () => change(4096, Buffer.alloc(4096)), { warns: true }],
		["a head that is gone", () => change(0, Buffer.alloc(8)), { warns: true }],
		// What a killed process leaves behind needs no warning.
		["a file cut in the middle of a frame", () => truncateSync(segment(), 100_000), { warns: false }],
		["a file cut in the middle of a head", () => truncateSync(segment(), 20), { warns: false }],
		["an empty file", () => truncateSync(segment()), { warns: false }],
	];
	it.each(damages)("%s costs time, and is mended by what is calculated again", async (_, damage, {
		warns,
	}) => {
		expect((await askFor(dir, rows)).hits).toBe(0);
		damage();
		const after = await askFor(dir, rows);
		expect(after.hits).toBeLessThan(rows.length);
		expect(after.warnings.map(({ code }) => code)).toEqual(warns ? ["CACHE_DAMAGED"] : []);
		expect((await askFor(dir, rows)).hits).toBe(rows.length);
	});

	it("garbage after the rows costs none of them", async () => {
		await askFor(dir, rows);
		appendFileSync(segment(), Buffer.alloc(5000, 7));
		const after = await askFor(dir, range(301, 901));
		expect(after).toMatchObject({ hits: 300, warnings: [{ code: "CACHE_DAMAGED" }] });
		expect((await askFor(dir, range(1, 901))).hits).toBe(900);
	});

	it("costs only the frame that is hit", async () => {
		await askFor(dir, rows);
		change(64 + 16 * 150 + 4000, Buffer.of(0x55));
		expect((await askFor(dir, rows)).hits).toBeGreaterThan(rows.length / 2);
	});
});

describe("something else instead of a file", () => {
	const replaced = (make: (path: string) => void) => () => {
		const path = segment();
		rmSync(path);
		make(path);
	};
	const others: [string, () => void][] = [
		["a folder", replaced((path) => mkdirSync(path))],
		["nothing", replaced(() => {})],
		["the file under another name", () => renameSync(segment(), join(dir, "rows-00000009-00000000.log"))],
		["a file of no use", () => writeFileSync(join(dir, "rows-99999999-00000000.log"), "")],
	];
	if (canLink) others.push(["a link to itself", replaced((path) => symlinkSync(path, path))]);
	if (!isWindows)
		others.push(
			["a link to a file without end", replaced((path) => symlinkSync("/dev/zero", path))],
			["a pipe", replaced((path) => execFileSync("mkfifo", [path]))],
		);
	it.each(others)("%s", async (_, replace) => {
		await askFor(dir, rows);
		replace();
		expect((await askFor(dir, rows)).warnings).toEqual([]);
		expect((await askFor(dir, rows)).hits).toBe(rows.length);
	});
});

describe("a folder that cannot be used", () => {
	it("is a file", async () => {
		writeFileSync(dir, "");
		const { warnings } = await askFor(dir, rows);
		expect(warnings).toEqual([
			{
				code: "CACHE_UNUSABLE",
				text: `The cache folder ${dir} cannot be used: not a directory`,
				where: dir,
			},
		]);
	});

	it.skipIf(isWindows || !existsSync("/proc/self"))(
		"cannot be made below a folder that takes no new ones (needs /proc)",
		async () => {
			const { warnings } = await askFor("/proc/foo/bar", rows);
			expect(warnings.map(({ text }) => text)).toEqual([
				"The cache folder /proc/foo/bar cannot be used: no such file or directory",
			]);
		},
	);

	it.skipIf(isWindows || process.getuid?.() === 0)(
		"may not be written to (needs a POSIX user other than root)",
		async () => {
			mkdirSync(dir, { mode: 0o500 });
			const { warnings } = await askFor(dir, rows);
			expect(warnings.map(({ text }) => text)).toEqual([
				`The cache folder ${dir} cannot be written to: permission denied`,
			]);
		},
	);

	it("is made with those above it", async () => {
		await askFor(join(dir, "a", "b"), rows);
		expect((await askFor(join(dir, "a", "b"), rows)).hits).toBe(rows.length);
	});
});

it("is emptied while an engine uses it", async () => {
	await askFor(dir, rows);
	const remove = () => rmSync(dir, { recursive: true, force: true });
	const used = await askFor(dir, range(301, 901), { between: remove });
	expect(used).toEqual({ hits: 300, warnings: [] });
	expect(existsSync(dir)).toBe(true);
});

it("files of an older pobatch are not touched, and reported once", async () => {
	mkdirSync(dir);
	writeFileSync(join(dir, "data.mdb"), "garbage");
	writeFileSync(join(dir, "lock.mdb"), "");
	const first = await askFor(dir, rows);
	expect(first.warnings.map(({ code }) => code)).toEqual(["CACHE_OLD"]);
	expect(first.warnings[0]?.text).toContain("data.mdb, lock.mdb");
	expect(await askFor(dir, rows)).toEqual({ hits: rows.length, warnings: [] });
	expect(readFileSync(join(dir, "data.mdb"), "utf8")).toBe("garbage");
});

it("keeps to its limit on disk; the oldest rows go", async () => {
	for (let from = 1; from < 30_001; from += 3000)
		await askFor(dir, range(from, from + 3000), { maxDiskMB: 4 });
	const bytes = segments().reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
	expect(bytes).toBeLessThanOrEqual(4 * 2 ** 20);
	expect(bytes).toBeGreaterThan(2 * 2 ** 20);
	expect((await askFor(dir, range(27_001, 30_001))).hits).toBe(3000);
	expect((await askFor(dir, range(1, 3001))).hits).toBe(0);
});

it("many batches at once find what is on disk, none of them twice calculated", async () => {
	await askFor(dir, rows);
	await using engine = await Engine.open({
		calculator: dividing,
		threads: 2,
		rollback: false,
		cache: { dir },
	});
	const build = await engine.load("any");
	const results = await Promise.all(
		rows.map((number) => build.calculateBatch(NodeSets.deltas([{ add: [number] }]))),
	);
	expect(results.reduce((sum, { cache }) => sum + cache.hits, 0)).toBe(rows.length);
});

it("a build that is closed at once answers what was asked for before", async () => {
	await askFor(dir, rows);
	await using engine = await Engine.open({
		calculator: dividing,
		threads: 1,
		rollback: false,
		cache: { dir },
	});
	const build = await engine.load("any");
	const asked = build.calculateBatch(NodeSets.deltas([{ add: [1] }, { add: [999] }]));
	await build.close();
	expect([...(await asked).column("S0")]).toEqual([1 / 3, 333]);
});

it("synchronous batches read and write the same rows", async () => {
	expect((await askFor(dir, rows, { sync: true })).hits).toBe(0);
	expect((await askFor(dir, rows)).hits).toBe(rows.length);
	expect((await askFor(dir, rows, { sync: true })).hits).toBe(rows.length);
});

describe.skipIf(!existsSync(new URL(packageUrl)))("shared (needs dist/: npm run build:ts)", () => {
	const work = (from: number, to: number) => `
		const engine = await pobatch.Engine.open({
			calculator: ${JSON.stringify(dividing)}, threads: 1, rollback: false, cache: { dir: ${JSON.stringify(dir)} },
		});
		const build = await engine.load("any");
		for (let from = ${from}; from < ${to}; from += 50)
			await build.calculateBatch(pobatch.NodeSets.deltas(Array.from({ length: 50 }, (_, i) => ({ add: [from + i] }))));
		await engine.close();`;

	it("two processes at once write rows that a third one reads", async () => {
		const ends = await Promise.all([runChild(work(1, 2001)), runChild(work(1001, 3001))]);
		for (const end of ends) expect(end).toMatchObject({ code: 0, stderr: "" });
		expect(await askFor(dir, range(1, 3001))).toEqual({ hits: 3000, warnings: [] });
	});

	it("two threads at once", async () => {
		const threads = [work(1, 2001), work(1001, 3001)].map((text) => {
			const module = `import("${packageUrl}").then(async (pobatch) => {${text}});`;
			return new Worker(module, { eval: true });
		});
		const codes = threads.map((thread) => new Promise((done) => thread.on("exit", done)));
		expect(await Promise.all(codes)).toEqual([0, 0]);
		expect(await askFor(dir, range(1, 3001))).toEqual({ hits: 3000, warnings: [] });
	});

	it("what another process has written shows while an engine is open", async () => {
		await askFor(dir, range(1, 101));
		await using engine = await Engine.open({
			calculator: dividing,
			threads: 1,
			rollback: false,
			cache: { dir },
		});
		const build = await engine.load("any");
		await build.calculate({ add: [1] });
		await runChild(work(1001, 2001));
		await new Promise((done) => setTimeout(done, 1100));
		const sets = NodeSets.deltas(range(1001, 2001).map((number) => ({ add: [number] })));
		expect((await build.calculateBatch(sets)).cache.hits).toBe(1000);
	});

	// A limit on the file's size acts like a full disk: the write that meets it is cut, the next one fails.
	it.skipIf(isWindows).each([1, 8, 64, 200])(
		"a disk that is full after %i KB ends neither rows nor process, and is said once (needs limits of a POSIX shell)",
		async (kilobytes) => {
			const program = `
			const warnings = [];
			process.on("warning", ({ code, message }) => warnings.push(code + " " + message));
			const engine = await pobatch.Engine.open({
				calculator: ${JSON.stringify(dividing)}, threads: 1, rollback: false, cache: { dir: ${JSON.stringify(dir)} },
			});
			const build = await engine.load("any");
			let good = 0;
			for (let from = 1; from < 2001; from += 100) {
				const sets = pobatch.NodeSets.deltas(Array.from({ length: 100 }, (_, i) => ({ add: [from + i] })));
				const column = (await build.calculateBatch(sets)).column("S0");
				column.forEach((value, i) => { if (value === (from + i) / 3) good++; });
				await new Promise((done) => setTimeout(done, 20));
			}
			await engine.close();
			await new Promise(setImmediate);
			console.log(JSON.stringify({ good, warnings }));`;
			const text = `import * as pobatch from ${JSON.stringify(packageUrl)};\n${program}`;
			const out = execFileSync(
				"bash",
				["-c", `ulimit -f ${kilobytes}; exec "$0" --input-type=module -e "$1"`, process.execPath, text],
				{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
			);
			const warning = `CACHE_UNUSABLE The cache folder ${dir} cannot be written to: file too large`;
			expect(JSON.parse(out)).toEqual({ good: 2000, warnings: [warning] });
			expect((await askFor(dir, range(1, 2001))).warnings).toEqual([]);
		},
	);
});
