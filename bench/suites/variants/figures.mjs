// The cost of variants, measured in the same run as what they are compared with; rounds alternate.
import { Engine, NodeSets } from "../../../dist/index.js";
import { rankSupports } from "../../../dist/operations/supports.js";
import { rankWeights } from "../../../dist/operations/weights.js";
import { mean, ratioOfSums, summary } from "../../lib/measure.mjs";
import { Naive } from "../pob/naive.mjs";
import { builds, changes, rounds } from "../pob/workload.mjs";

const stats = ["FullDPS", "TotalEHP", "Life"];
/** Number of items that the window equips in a round; each takes tenths of a second. */
const few = 10;

/** Rings that all differ. */
let made = 0;
const rings = (count) =>
	Array.from({ length: count }, () => {
		const n = ++made;
		const lines = [
			`+${20 + (n % 150)} to maximum Life`,
			`${5 + (n % 40)}% increased Fire Damage`,
			`+${n % 45}% to Cold Resistance`,
		];
		return { items: { "Ring 1": `Rarity: RARE\nDoom ${n}\nRuby Ring\nImplicits: 0\n${lines.join("\n")}` } };
	});

const timed = async (body) => {
	const start = performance.now();
	await body();
	return performance.now() - start;
};

export async function figures(source) {
	const [{ file, text }] = builds()
		.filter(({ name }) => name === "titan")
		.concat(builds());
	const [naive, one, two] = await Promise.all([
		Naive.start(source),
		Engine.open({ calculator: "pob", pob: source, threads: 1, cache: false }),
		Engine.open({ calculator: "pob", pob: source, threads: 2, cache: false }),
	]);
	const [single, pair] = await Promise.all([one.load(text), two.load(text), naive.load(file)]);
	const sets = NodeSets.deltas(changes(single, 10));
	const rowsOf = (build, list, nodes = NodeSets.deltas([{}])) =>
		build.calculateBatch(
			NodeSets.deltas(list.flatMap(() => Array.from({ length: nodes.length }, (_, i) => nodes.row(i)))),
			{
				stats,
				variants: list.flatMap((change) => {
					const variant = build.variant(change);
					return new Array(nodes.length).fill(variant);
				}),
			},
		);
	const times = { warm: [], equip: [], replace: [], many: [], grid: [], plain: [] };
	await rowsOf(single, rings(200));
	await rowsOf(pair, rings(200), sets);
	for (let round = 0; round < rounds; round++) {
		await naive.variants(rings(few).map((change) => single.variant(change).normal));
		times.equip.push((await naive.equip(few)) / few);
		times.replace.push((await naive.replace(few)) / few);
		const list = rings(100);
		times.warm.push((await timed(() => rowsOf(single, list))) / list.length);
		const many = rings(500);
		times.many.push((await timed(() => rowsOf(pair, many))) / many.length);
		const grid = rings(100);
		times.grid.push(await timed(() => rowsOf(pair, grid, sets)));
		const same = NodeSets.deltas(changes(pair, 1000, round + 2));
		times.plain.push(await timed(() => pair.calculateBatch(same, { stats })));
	}
	const supports = await timed(() => rankSupports(pair, { stats: ["FullDPS"], size: 1 }));
	const weights = await timed(() => rankWeights(pair, { stats: ["FullDPS", "TotalEHP"], slot: "Ring 1" }));
	await Promise.all([naive.stop(), one.close(), two.close()]);
	const ratio = (key, what, values, target, note = "") => ({
		key: `variants-${key}`,
		what,
		...values,
		unit: "x",
		better: "lower",
		target,
		note,
	});
	const seconds = (key, what, ms, target) => ({
		...ratio(key, what, summary([ms / 1000]), target),
		unit: "s",
	});
	const shown = (values) => `${mean(values).value.toFixed(1)} ms`;
	return [
		ratio(
			"row",
			"An item variant's row, 1 thread, against the what-if loop",
			ratioOfSums(times.warm, times.replace),
			0.6,
			`${shown(times.warm)} against ${shown(times.replace)}`,
		),
		ratio(
			"items",
			"500 item variants of a row, 2 threads, against equip and BuildOutput",
			ratioOfSums(times.many, times.equip),
			0.03,
			`${shown(times.many)} against ${shown(times.equip)}`,
		),
		ratio(
			"grid",
			"100 variants of 10 node sets, against as many rows of one build",
			ratioOfSums(times.grid, times.plain),
			1.5,
			`${shown(times.grid)} against ${shown(times.plain)}`,
		),
		seconds("supports", "All supports of the main skill, alone", supports, 3),
		seconds("weights", "Weights of one slot, all lines", weights, 3),
	];
}
