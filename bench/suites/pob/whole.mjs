// What a user waits for, from start to end, in wall time.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine, NodeSets } from "../../../dist/index.js";
import { ratios, summary } from "../../lib/measure.mjs";
import { builds, changes, rounds, rows } from "./workload.mjs";

export async function wholeRuns(pob) {
	const list = builds();
	const titan = list.find(({ name }) => name === "titan") ?? list[0];
	const folder = mkdtempSync(join(tmpdir(), "pobatch-bench-rows-"));
	const seconds = { rows: [], power: [], first: [], second: [] };
	let nodes = 0;
	const engine = await Engine.open({ calculator: "pob", pob, threads: 2, cache: true });
	for (let round = -1; round < rounds; round++) {
		// A different text, so that the cache has none of its rows. The round before the first one warms up.
		const build = await engine.load(titan.text + "\n".repeat(round + 2));
		const { elapsedMs } = await build.calculateBatch(NodeSets.deltas(changes(build)));
		await build.close();
		const again = await engine.load(titan.text + "\n".repeat(round + 100));
		const power = await again.power({ stats: ["FullDPS", "TotalEHP"], depth: 5 });
		await again.close();
		nodes = power.nodes.length;
		if (round < 0) continue;
		seconds.rows.push(elapsedMs / 1000);
		seconds.power.push(power.elapsedMs / 1000);
	}
	await engine.close();
	for (let round = 0; round < rounds; round++) {
		const dir = join(folder, String(round));
		for (const key of ["first", "second"]) {
			const stored = await Engine.open({ calculator: "pob", pob, threads: 2, cache: { dir } });
			const build = await stored.load(titan.text);
			const { elapsedMs, cache } = await build.calculateBatch(NodeSets.deltas(changes(build)));
			if (key === "second" && cache.misses > 0) throw new Error(`the disk cache missed ${cache.misses} rows`);
			seconds[key].push(elapsedMs / 1000);
			await stored.close();
		}
	}
	rmSync(folder, { recursive: true });
	return [
		{
			key: "pob-wall",
			what: `${rows} rows of the ${titan.name} build, 2 threads, wall time`,
			...summary(seconds.rows),
			unit: "s",
			better: "lower",
			...(rows === 1000 && { target: 1 }),
		},
		{
			key: "pob-power-wall",
			what: `Node power of the ${titan.name} build, ${nodes} nodes within 5 points, 2 threads`,
			...summary(seconds.power),
			unit: "s",
			better: "lower",
			target: 2,
		},
		{
			key: "pob-disk",
			what: `A second run of ${rows} rows with the disk cache, against the first`,
			...summary(ratios(seconds.second, seconds.first)),
			unit: "x",
			better: "lower",
			target: 0.01,
		},
	];
}
