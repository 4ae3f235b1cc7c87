// Delay of the event loop, by perf_hooks.monitorEventLoopDelay, while batches of the reference calculator run: with
// rows that are calculated, and with rows from the cache in memory or on disk.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Engine } from "../../../dist/index.js";
import { summary } from "../../lib/measure.mjs";
import { grownSets, treeAndBuild } from "../../lib/workload.mjs";

const many = 100_000;
const some = 10_000;
const rounds = 3;
const targetMs = 20;

/** @returns 99th percentile, maximum and duration, each in milliseconds */
async function watch(run) {
	// The measured delay includes the monitor's own sampling interval of a millisecond.
	const monitor = monitorEventLoopDelay({ resolution: 1 });
	monitor.enable();
	// The monitor counts from its second sample on.
	await new Promise((done) => setTimeout(done, 20));
	const start = performance.now();
	await run();
	const ms = performance.now() - start;
	// A delay is only recorded when the loop turns again.
	await new Promise((done) => setTimeout(done, 5));
	monitor.disable();
	return { p99: monitor.percentile(99) / 1e6, max: monitor.max / 1e6, ms };
}

export async function delays() {
	const { tree, build: text, note } = await treeAndBuild();
	const folder = mkdtempSync(join(tmpdir(), "pobatch-bench-"));
	const found = new Map();
	const engineWith = (cache) => Engine.open({ calculator: "reference", tree, threads: 1, cache });
	let sets;
	let width;
	const measured = async (name, engine, rows, hits) => {
		const build = await engine.load(text);
		sets ??= grownSets(tree, build, many, 100);
		const part = sets.slice(0, rows);
		let result;
		const seen = await watch(async () => {
			result = await build.calculateBatch(part);
		});
		width = result.stats.length;
		const [error] = result.errors;
		if (error) throw error;
		if (result.cache.hits !== hits) throw new Error(`${name}: ${result.cache.hits} hits, not ${hits}`);
		found.set(name, [...(found.get(name) ?? []), seen]);
	};
	try {
		for (let round = 0; round < rounds; round++) {
			const plain = await engineWith(false);
			await measured(`${many} rows, no cache`, plain, many, 0);
			await plain.close();
			const small = await engineWith(true);
			await measured(`${some} rows, calculated into the cache in memory`, small, some, 0);
			await measured(`${some} rows from memory`, small, some, some);
			await small.close();
			const large = await engineWith({ maxMB: 256 });
			await measured(`${many} rows, calculated into the cache in memory`, large, many, 0);
			await measured(`${many} rows from memory`, large, many, many);
			await large.close();
			const dir = join(folder, String(round));
			const writing = await engineWith({ dir, maxMB: 256 });
			await measured(`${many} rows, calculated into the cache on disk`, writing, many, 0);
			await writing.close();
			for (const rows of [some, many]) {
				const reading = await engineWith({ dir, maxMB: 256 });
				await measured(`${rows} rows from disk`, reading, rows, rows);
				await reading.close();
			}
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	const figures = [...found].flatMap(([name, seen]) => {
		const what = name.replace(/\d{4,}/, (digits) => Number(digits).toLocaleString("en-US"));
		const of = (field) => ({ ...summary(seen.map((one) => one[field])), unit: "ms", better: "lower" });
		return [
			{ key: `${name}: p99`, what: `${what}: 99th percentile of the delay`, ...of("p99"), target: targetMs },
			{ key: `${name}: max`, what: "  longest delay", ...of("max") },
			{ key: `${name}: time`, what: "  the batch", ...of("ms") },
		];
	});
	figures.at(-1).note = `Full sets of 100 nodes, ${width} stats, one thread, ${rounds} rounds, ${note}.`;
	return figures;
}
