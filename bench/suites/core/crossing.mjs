// The overhead of a batch: 1,000 sets of 100 ids through a `Calculate` that only sums them.
import { NodeSets } from "../../../dist/index.js";
import { measure, ratios, summary } from "../../lib/measure.mjs";
import { fengariBatches } from "../../lib/rival-fengari.mjs";
import { wasmoonBatches } from "../../lib/rival-wasmoon.mjs";
import { randomIds, sumBuild } from "../../lib/workload.mjs";

const rows = 1000;
const size = 100;

export async function crossing() {
	const ids = randomIds(rows, size);
	const deltas = ids.map((add) => ({ add }));
	const sets = NodeSets.deltas(deltas);
	const expected = ids.map((list) => list.reduce((sum, id) => sum + id, 0));
	const { engine, build } = await sumBuild();
	const wasmoon = named("wasmoon", await wasmoonBatches(ids));
	const fengari = named("fengari", fengariBatches(ids));
	check("pobatch", build.calculateBatchSync(sets).column("Sum"), expected);
	for (const [name, run] of Object.entries({ ...wasmoon, ...fengari })) check(name, run(), expected);

	const times = await measure({
		batch: () => build.calculateBatch(sets).then(() => {}),
		sync: () => void build.calculateBatchSync(sets),
		single: () => {
			for (const delta of deltas) build.calculateSync(delta);
		},
		pack: () => void NodeSets.deltas(deltas),
		...wrap(wasmoon),
		...wrap(fengari),
	});
	await engine.close();

	const perSet = (list) => summary(list.map((ms) => (1000 * ms) / rows));
	const peer = (who, name) => ({
		peer: {
			table: "1,000 sets of 100 node ids handed to Lua, which sums each: time of a set",
			who,
			time: { ...perSet(times[name]), unit: "µs" },
			against: summary(ratios(times[name], times.batch)),
		},
	});
	const rivals = [...Object.keys(wasmoon), ...Object.keys(fengari)].map((name) => ({
		key: `crossing-${name.replaceAll(/\W+/g, "-")}`,
		what: `${name}: time against the batch`,
		...summary(ratios(times[name], times.batch)),
		unit: "x",
		better: "higher",
		target: 20,
		...peer(name, name),
	}));
	return [
		{
			key: "crossing",
			what: "A set of 100 ids in a batch of 1,000, sum of ids",
			...perSet(times.batch),
			unit: "µs",
			better: "lower",
			target: 1.5,
			...peer("**pobatch**, one batch", "batch"),
		},
		{
			key: "crossing-sync",
			what: "The same by calculateBatchSync",
			...perSet(times.sync),
			unit: "µs",
			better: "lower",
		},
		{
			key: "crossing-pack",
			what: "Packing arrays of ids into NodeSets, once, per set",
			...perSet(times.pack),
			unit: "µs",
			better: "lower",
		},
		{
			key: "crossing-single",
			what: "One call per set (calculateSync): time against the batch",
			...summary(ratios(times.single, times.batch)),
			unit: "x",
			better: "higher",
			target: 2,
			...peer("pobatch, one call per set", "single"),
		},
		...rivals,
	];
}

function named(name, ways) {
	return Object.fromEntries(Object.entries(ways).map(([way, run]) => [`${name}, ${way}`, run]));
}

function wrap(rivals) {
	return Object.fromEntries(Object.entries(rivals).map(([name, run]) => [name, () => void run()]));
}

function check(name, sums, expected) {
	const wrong = expected.findIndex((sum, row) => sums[row] !== sum);
	if (wrong >= 0) throw new Error(`${name}: row ${wrong} is ${sums[wrong]}, not ${expected[wrong]}`);
}
