// The cost of a new state's first rows against later rows of the same kind, in processor time. One thread with the
// defaults; rows that the cache answers do not count.
import { Engine, NodeSets } from "../../../dist/index.js";
import { summary } from "../../lib/measure.mjs";
import { builds, changes } from "../pob/workload.mjs";

const early = 200;
const lateFrom = 2000;
const late = 400;
const step = 100;

export async function warmup(pob) {
	const ratios = [];
	for (const { name, text } of builds()) {
		const engine = await Engine.open({ calculator: "pob", pob, threads: 1 });
		const build = await engine.load(text);
		const sets = changes(build, lateFrom + late);
		const costs = [];
		for (let from = 0; from < sets.length; from += step) {
			const before = process.cpuUsage();
			const { cache } = await build.calculateBatch(NodeSets.deltas(sets.slice(from, from + step)));
			const { user, system } = process.cpuUsage(before);
			costs.push({ ms: (user + system) / 1000, rows: step - cache.hits });
		}
		await engine.close();
		const mean = (list) =>
			list.reduce((sum, { ms }) => sum + ms, 0) / list.reduce((sum, { rows }) => sum + rows, 0);
		const first = mean(costs.slice(0, early / step));
		const last = mean(costs.slice(lateFrom / step));
		ratios.push(first / last);
		console.log(
			`${name}: ${first.toFixed(2)} ms a row at first, ${last.toFixed(2)} ms later; by hundreds of rows ` +
				costs.map(({ ms, rows }) => (ms / rows).toFixed(1)).join(" "),
		);
	}
	const { max, ...rest } = summary(ratios);
	const what = `One of the first ${early} rows of a state against one after ${lateFrom}`;
	return [
		{ key: "warm-up", what, ...rest, unit: "x", better: "lower", target: 2.5 },
		{
			key: "warm-up worst",
			what: "worst build",
			value: max,
			low: max,
			high: max,
			unit: "x",
			better: "lower",
			target: 4,
		},
	];
}
