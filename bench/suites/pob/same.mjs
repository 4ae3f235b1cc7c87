// Whether two checkouts with the same meaning give the same results: an original and its rewriting by
// scripts/modernize-pob.mjs.
import { Engine, NodeSets } from "../../../dist/index.js";
import { builds, clickedSets, truthRows } from "./workload.mjs";

/** Compares the rows of a checkout with those of the first one, bit by bit: all stats except those left to chance. */
export async function same(source, first) {
	if (source === first) return [];
	const open = (pob) => Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
	const engines = await Promise.all([open(first), open(source)]);
	const counts = { rows: 0, values: 0, differing: 0 };
	const notes = [];
	for (const { name, text } of builds()) {
		const [a, b] = await Promise.all(engines.map((engine) => engine.load(text)));
		const sets = clickedSets(a, truthRows);
		const rows = NodeSets.deltas(sets);
		const chance = new Set([...a.unstableStats, ...b.unstableStats]);
		const wrong = [];
		for (const stats of [a.defaultStats, a.stats()]) {
			const certain = stats.filter((stat) => !chance.has(stat));
			const [wanted, found] = await Promise.all(
				[a, b].map((build) => build.calculateBatch(rows, { stats: certain })),
			);
			const [theirs, ours] = [wanted, found].map(
				({ values }) => new BigUint64Array(values.buffer, values.byteOffset, values.length),
			);
			for (let i = 0; i < theirs.length; i++)
				if (theirs[i] !== ours[i])
					wrong.push(
						`row ${Math.floor(i / certain.length)} ${certain[i % certain.length]}: ${found.values[i]} instead of ${wanted.values[i]}`,
					);
			const failures = (result) => result.errors.map(({ row, message }) => `${row}: ${message}`).join("\n");
			if (failures(wanted) !== failures(found))
				wrong.push(`errors: ${failures(found)} instead of ${failures(wanted)}`);
			counts.values += theirs.length;
		}
		counts.rows += sets.length;
		counts.differing += wrong.length;
		if (a.stats().join() !== b.stats().join()) notes.push(`${name}: other stats.`);
		if (wrong.length > 0) notes.push(`${name}: ${wrong.slice(0, 5).join("; ")}.`);
		await Promise.all([a.close(), b.close()]);
	}
	await Promise.all(engines.map((engine) => engine.close()));
	const single = (value) => ({ value, low: value, high: value });
	return [
		{
			key: "pob-same",
			what: `Values that differ from the first checkout's, of ${counts.values.toLocaleString("en")}`,
			...single(counts.differing),
			unit: "",
			better: "lower",
			target: 0,
			note: [`${counts.rows.toLocaleString("en")} node sets, default stats and all.`, ...notes].join(" "),
		},
	];
}
