import { existsSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { Engine } from "../../src/index.js";
import { fixture } from "../support/calculators.js";
import { packageUrl, runChild } from "../support/child.js";

// These run the built package: a worker and a child process import it as a program does.
const isBuilt = existsSync(fileURLToPath(packageUrl));
// Under Wine, /proc is that of the system below.
const hasThreadList = process.platform === "linux" && existsSync("/proc/self/task");
const names = { sums: JSON.stringify(fixture("sums.lua")), endless: JSON.stringify(fixture("endless.lua")) };

/** Opens an engine over test/lua/endless.lua whose two threads begin a loop that never ends. */
const startLoop = `
	const engine = await pobatch.Engine.open({ calculator: ${names.endless}, threads: 2 });
	const build = await engine.load("compiled loop");
	const loop = build.calculateBatch(pobatch.NodeSets.deltas([{ add: [9] }, { add: [9] }]));
	await new Promise((resolve) => setTimeout(resolve, 30));`;

describe.skipIf(!isBuilt)("worker threads (needs dist/: npm run build:ts)", () => {
	const startWorker = (body: string) =>
		new Worker(
			`const { parentPort } = require("node:worker_threads");
			(async () => {
				const pobatch = await import(${JSON.stringify(packageUrl)});
				${body}
			})().catch((error) => { throw error; });`,
			{ eval: true },
		);
	const message = (worker: Worker) =>
		new Promise<unknown>((resolve, reject) => {
			worker.once("message", resolve);
			worker.once("error", reject);
		});

	it("engines in two workers and here answer side by side", async () => {
		const body = `
			const engine = await pobatch.Engine.open({ calculator: ${names.sums}, threads: 2 });
			const build = await engine.load("4");
			const sets = pobatch.NodeSets.deltas(Array.from({ length: 20000 }, (_, i) => ({ add: [5 + (i % 90)] })));
			const ids = (await build.calculateBatch(sets, { stats: ["Ids"] })).column("Ids");
			await engine.close();
			parentPort.postMessage(ids.every((value, i) => value === 9 + (i % 90)));`;
		const workers = [startWorker(body), startWorker(body)];
		const here = await Engine.open({ calculator: fixture("sums.lua"), threads: 1 });
		expect((await (await here.load("7")).calculate()).Ids).toBe(7);
		expect(await Promise.all(workers.map(message))).toEqual([true, true]);
		await Promise.all(workers.map((worker) => worker.terminate()));
		await here.close();
	});

	it("terminate() while a large batch is looked up in the cache ends the worker and its threads", async () => {
		const body = `
			const engine = await pobatch.Engine.open({ calculator: ${names.sums}, threads: 1, cache: true });
			const build = await engine.load("4");
			const words = Uint32Array.from({ length: 3e6 }, (_, i) => 5 + (i % 90));
			const offsets = Uint32Array.from({ length: 1e6 + 1 }, (_, i) => 3 * i);
			const sets = pobatch.NodeSets.from("delta", words, offsets);
			parentPort.postMessage("runs");
			for (;;) await build.calculateBatch(sets);`;
		for (const wait of [0, 20, 60]) {
			const worker = startWorker(body);
			expect(await message(worker)).toBe("runs");
			await sleep(wait);
			expect(await worker.terminate()).toBe(1);
		}
	});

	it("terminate() during an endless loop ends the worker and its threads", async () => {
		for (let i = 0; i < 5; i++) {
			const worker = startWorker(`${startLoop} parentPort.postMessage("runs"); await loop;`);
			expect(await message(worker)).toBe("runs");
			expect(await worker.terminate()).toBe(1);
		}
	});

	it("terminate() while batches report progress", async () => {
		for (let i = 0; i < 10; i++) {
			const worker = startWorker(`
				const engine = await pobatch.Engine.open({ calculator: ${names.sums}, threads: 2 });
				const build = await engine.load("4");
				parentPort.postMessage("runs");
				for (;;) await build.calculateBatch(pobatch.NodeSets.deltas(Array(500).fill({ add: [5] })), { onProgress() {} });`);
			await message(worker);
			await sleep(3 * i);
			expect(await worker.terminate()).toBe(1);
		}
	});

	it("a worker that ends by itself with an open engine leaves no threads", async () => {
		const worker = startWorker(`
			const engine = await pobatch.Engine.open({ calculator: ${names.sums}, threads: 2 });
			globalThis.kept = engine;
			parentPort.postMessage("open");`);
		const code = new Promise((resolve) => worker.once("exit", resolve));
		expect(await message(worker)).toBe("open");
		expect(await code).toBe(0);
	});
});

describe.skipIf(!isBuilt)("the end of the process (needs dist/: npm run build:ts)", () => {
	const clean = { code: 0, signal: null, stderr: "" };

	it("an open engine that does nothing does not keep it alive", async () => {
		const end = await runChild(`
			const engine = await pobatch.Engine.open({ calculator: ${names.sums}, threads: 2 });
			console.log((await (await engine.load("4")).calculate()).Ids);`);
		expect(end).toEqual({ ...clean, stdout: "4\n" });
	});

	it("a batch that runs keeps it alive until it is done", async () => {
		const end = await runChild(`
			const engine = await pobatch.Engine.open({ calculator: ${names.endless}, threads: 2 });
			const build = await engine.load("compiled loop");
			const sets = pobatch.NodeSets.deltas([{ add: [9] }, { add: [3] }]);
			build.calculateBatch(sets, { rowTimeoutMs: 200 }).then((result) => console.log(result.row(1).Node));`);
		expect(end).toEqual({ ...clean, stdout: "3\n" });
	});

	it("process.exit() during an endless loop", async () => {
		expect(await runChild(`${startLoop} console.log("runs"); process.exit(0);`)).toEqual({
			...clean,
			stdout: "runs\n",
		});
	});

	it("process.exit() while an engine opens and while one loads", async () => {
		const open = `pobatch.Engine.open({ calculator: ${names.endless}, threads: 2, options: { where: "open" } });
			setTimeout(() => process.exit(0), 60);`;
		expect(await runChild(open)).toMatchObject(clean);
		expect(await runChild(`${startLoop} engine.load("load"); process.exit(0);`)).toMatchObject(clean);
	});

	it("an exception that nobody catches, during an endless loop", async () => {
		const end = await runChild(`${startLoop} throw new Error("mine");`);
		expect([end.code, end.signal]).toEqual([1, null]);
		expect(end.stderr).toContain("Error: mine");
	});

	it("an exception in onLog is uncaught, and costs no batch", async () => {
		const end = await runChild(`
			import { writeFileSync } from "node:fs";
			import { tmpdir } from "node:os";
			import { join } from "node:path";
			const file = join(tmpdir(), "pobatch-log-" + process.pid + ".lua");
			writeFileSync(file, "local host = ... return { load = function() return {} end, stats = function() return { 'A' } end, Calculate = function() host.log('x') return { A = 1 } end }");
			let caught = 0;
			process.on("uncaughtException", () => caught++);
			const engine = await pobatch.Engine.open({ calculator: file, threads: 2, onLog() { throw new Error("log"); } });
			const build = await engine.load("");
			const result = await build.calculateBatch(pobatch.NodeSets.deltas(Array(20).fill({})));
			await engine.close();
			console.log(result.column("A").reduce((sum, value) => sum + value, 0), caught);`);
		expect(end).toEqual({ ...clean, stdout: "20 20\n" });
	});

	it("engines that are forgotten are collected with their threads", async () => {
		const end = await runChild(
			`
			import { readdirSync } from "node:fs";
			const threads = () => (${hasThreadList} ? readdirSync("/proc/self/task").length : 0);
			const open = async () => {
				const engine = await pobatch.Engine.open({ calculator: ${names.sums}, threads: 3 });
				const build = await engine.load("4");
				await build.calculate();
			};
			await open();
			const turn = async () => { for (let i = 0; i < 20; i++) { gc(); await new Promise((r) => setTimeout(r, 5)); } };
			await turn();
			const before = threads();
			for (let i = 0; i < 10; i++) await open();
			await turn();
			console.log(threads() - before);`,
			["--expose-gc"],
		);
		expect(end).toEqual({ ...clean, stdout: "0\n" });
	});

	it("a forgotten engine lives as long as its batch, and an old stop() does nothing", async () => {
		const end = await runChild(
			`
			const controller = new AbortController();
			const start = async () => {
				const engine = await pobatch.Engine.open({ calculator: ${names.endless}, threads: 2 });
				const build = await engine.load("compiled loop");
				return build.calculateBatch(pobatch.NodeSets.deltas([{ add: [9] }, { add: [2] }]), {
					rowTimeoutMs: 150,
					signal: controller.signal,
				});
			};
			const running = start();
			for (let i = 0; i < 20; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 5)); }
			console.log((await running).row(1).Node);
			for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 5)); }
			controller.abort();`,
			["--expose-gc"],
		);
		expect(end).toEqual({ ...clean, stdout: "2\n" });
	});

	it("close() with calls still under way, and the engine collected at once", async () => {
		const end = await runChild(
			`
			for (let i = 0; i < 30; i++) {
				let engine = await pobatch.Engine.open({ calculator: ${names.sums}, threads: 2 });
				const build = await engine.load("4");
				build.calculateBatch(pobatch.NodeSets.deltas(Array(2000).fill({ add: [5] }))).catch(() => {});
				engine.collectGarbage().catch(() => {});
				engine.close();
				engine = undefined;
				gc();
				await new Promise((resolve) => setImmediate(resolve));
			}
			console.log("done");`,
			["--expose-gc"],
		);
		expect(end).toEqual({ ...clean, stdout: "done\n" });
	});
});

describe("no thread and no file is left", () => {
	it.skipIf(!hasThreadList)("after 200 engines were opened and closed (needs /proc)", async () => {
		const count = (what: string) => readdirSync(`/proc/self/${what}`).length;
		const cycle = async (i: number) => {
			const engine = await Engine.open({ calculator: fixture("endless.lua"), threads: 1 + (i % 3) });
			const build = await engine.load("compiled loop");
			if (i % 10 === 0) build.calculate({ add: [9] }).catch(() => {});
			else await build.calculate();
			await engine.close();
		};
		await cycle(0);
		const before = [count("task"), count("fd")];
		for (let i = 0; i < 200; i++) await cycle(i);
		expect([count("task"), count("fd")]).toEqual(before);
	});

	it.skipIf(!hasThreadList)("after engines that did not open (needs /proc)", async () => {
		const count = () => readdirSync("/proc/self/task").length;
		const before = count();
		for (let i = 0; i < 20; i++) {
			const options = { where: "open" };
			await Engine.open({ calculator: fixture("endless.lua"), threads: 2, openTimeoutMs: 5, options }).catch(
				() => {},
			);
		}
		expect(count()).toBe(before);
	});
});
