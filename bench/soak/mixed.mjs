import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Engine, NodeSets } from "../../dist/index.js";
import { bitsOf, isSameRow } from "./builds.mjs";
import { dice } from "./report.mjs";

/** Builds that each engine has loaded at a time: the least recently used one is closed for the next. */
const held = 3;
const minRows = 4;
const unknownNode = 65_535;

/**
 * What a server does for hours, for `minutes`: three engines at once, with each kind of cache, load builds in turn and
 * calculate default and all stats; batches are aborted, rows name unknown nodes, builds and engines are closed during
 * batches, and worker threads are terminated while they calculate. Every row is compared with `known`.
 */
export async function mixedLoad(report, known, minutes) {
	const part = report.part(`mixed load of ${known.length} builds, ${minutes} minutes`);
	// Up to three builds and their rows are live.
	part.maxStateMB = 450;
	const folder = mkdtempSync(join(tmpdir(), "pobatch-soak-"));
	const until = Date.now() + minutes * 60_000;
	const kinds = [
		{ threads: 1, cache: false },
		{ threads: 2, cache: { maxMB: 16, verify: 0.1 } },
		{ threads: 1, cache: { dir: join(folder, "rows") } },
	];
	try {
		await Promise.all([
			...kinds.map((options, i) =>
				serve(part, known, { calculator: "pob", ...options }, dice(23 + i), until),
			),
			endWorkers(part, known, dice(29), until),
		]);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

async function serve(part, known, options, roll, until) {
	let engine = await Engine.open(options);
	let open = [];
	for (let turn = roll(known.length); Date.now() < until; turn++) {
		const build = known[turn % known.length];
		if (open.length === held) await open.shift().loaded.close();
		open.push({ build, loaded: await engine.load(build.text) });
		part.loads++;
		for (let batch = 0; batch < 3; batch++) await calculate(part, open[roll(open.length)], roll);
		part.states(engine);
		if (turn % 5 === 3) {
			// The batch runs to its end; closing waits for it.
			const { build, loaded } = open.pop();
			const running = calculate(part, { build, loaded }, roll);
			await Promise.all([running, loaded.close()]);
			part.faults++;
		}
		if (turn % 13 === 7 && open.length > 0) {
			const running = calculate(part, open.at(-1), roll, true);
			await sleep(roll(40));
			part.faults++;
			await engine.close();
			await running;
			engine = await Engine.open(options);
			open = [];
		}
	}
	await engine.close();
}

/** One batch of random rows of a build. `closes`: its engine is closed meanwhile, so some rows may not be reached. */
async function calculate(part, { build, loaded }, roll, closes = false) {
	const { stats, bits } = roll(3) === 0 ? build.answers.all : build.answers.default;
	const picks = Array.from({ length: minRows + roll(build.sets.length) }, () => roll(build.sets.length));
	const broken = roll(4) === 0 ? roll(picks.length) : -1;
	const sets = picks.map((pick, row) => (row === broken ? { add: [unknownNode] } : build.sets[pick]));
	const controller = new AbortController();
	const aborts = !closes && roll(6) === 0;
	if (aborts) setTimeout(() => controller.abort(), roll(60));
	const result = await loaded.calculateBatch(NodeSets.deltas(sets), { stats, signal: controller.signal });
	if (aborts) part.faults++;
	if (broken >= 0) part.faults++;
	part.rows += sets.length;
	const failed = new Set(result.errors.map(({ row }) => row));
	const found = bitsOf(result);
	picks.forEach((pick, row) => {
		if (result.ok(row))
			part.wrong += row === broken || !isSameRow(found, row, bits, pick, stats.length) ? 1 : 0;
		else if (row !== broken) part.lost += failed.has(row) || result.stopped === undefined ? 1 : 0;
	});
}

async function endWorkers(part, known, roll, until) {
	while (Date.now() < until) {
		const { text, sets } = known[roll(known.length)];
		const worker = new Worker(new URL("./worker.mjs", import.meta.url), { workerData: { text, sets } });
		const failure = new Promise((_, reject) => worker.once("error", reject));
		// At any time from its start to a few batches later.
		await Promise.race([sleep(roll(4000)), failure]);
		await worker.terminate();
		part.faults++;
		await sleep(4000);
	}
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
