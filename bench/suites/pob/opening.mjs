// The time before the first row, and the memory of a state.
import { Engine, NodeSets } from "../../../dist/index.js";
import { ratios, summary } from "../../lib/measure.mjs";
import { Naive } from "./naive.mjs";
import { builds, changes, rounds, rows } from "./workload.mjs";

const megabyte = 2 ** 20;

export async function opening(pob) {
	const list = builds();
	const times = { open: [], load: [], naive: [] };
	for (let round = 0; round < rounds; round++) {
		const start = performance.now();
		const engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		times.open.push((performance.now() - start) / 1000);
		const naive = await Naive.start(pob);
		await engine.load(list[0].text);
		await naive.load(list[0].file);
		// Every build except the first: by then, trees and modules are loaded on both sides.
		let mine = 0;
		let theirs = 0;
		for (const { text, file } of list.length > 1 ? list.slice(1) : list) {
			const before = performance.now();
			const build = await engine.load(text);
			mine += performance.now() - before;
			await build.close();
			theirs += await naive.load(file);
		}
		times.load.push(mine);
		times.naive.push(theirs);
		await naive.stop();
		await engine.close();
	}
	return [
		{
			key: "pob-open",
			what: "Opening an engine, 1 thread",
			...summary(times.open),
			unit: "s",
			better: "lower",
			target: 2.5,
		},
		{
			key: "pob-load",
			what: "Loading further builds, against PoB itself",
			...summary(ratios(times.load, times.naive)),
			unit: "x",
			better: "lower",
			target: 1,
		},
		...(await memory(pob, list)),
	];
}

async function memory(pob, list) {
	const { text, name } = list.find((build) => build.name === "titan") ?? list[0];
	const engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: true });
	const build = await engine.load(text);
	const sets = changes(build, 2 * rows, 7);
	const few = Math.round(rows / 5);
	const kept = async () => {
		await engine.collectGarbage();
		return engine.memory()[0].used / megabyte;
	};
	await build.calculateBatch(NodeSets.deltas(sets.slice(0, few)));
	const early = await kept();
	await build.calculateBatch(NodeSets.deltas(sets.slice(few)));
	const [{ peak }] = engine.memory();
	const late = await kept();
	await engine.close();
	const single = (value) => ({ value, low: value, high: value });
	return [
		{
			key: "pob-memory-growth",
			what: `Memory of a state after ${2 * rows} rows against after ${few} (${name}), collected`,
			...single(late / early),
			unit: "x",
			better: "lower",
			target: 1.15,
		},
		{
			key: "pob-memory-peak",
			what: `Highest memory of that state, garbage included`,
			...single(peak / megabyte),
			unit: "MB",
			better: "lower",
			target: 400,
		},
	];
}
