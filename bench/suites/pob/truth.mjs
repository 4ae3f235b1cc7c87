// Checks rows: each set is clicked together in Path of Building itself, and what its window shows is compared bit by
// bit.
import { Engine, NodeSets } from "../../../dist/index.js";
import { Naive } from "./naive.mjs";
import { builds, clickedSets, truthRows } from "./workload.mjs";

/** Options of the calculator, for example {"clicks":true}. */
const options = JSON.parse(process.env.BENCH_OPTIONS ?? "{}");

export async function truth(source) {
	const list = builds();
	const [naives, engine] = await Promise.all([
		Promise.all([Naive.start(source), Naive.start(source)]),
		// With everything that could go wrong: the caches, and what states share.
		Engine.open({ calculator: "pob", pob: source, threads: 2, cache: true, options }),
	]);
	const counts = { rows: 0, values: 0, differing: 0, clicked: 0 };
	const notes = [];
	const unknown = [];
	for (const { name, file, text } of list) {
		const build = await loadKnown(engine, text);
		if (!build) {
			unknown.push(name);
			continue;
		}
		const sets = clickedSets(build, truthRows);
		const half = Math.ceil(sets.length / naives.length);
		const halves = await Promise.all(
			naives.map(async (naive, i) => {
				await naive.load(file);
				await naive.sets(sets.slice(i * half, (i + 1) * half));
				return naive.truth();
			}),
		);
		const shown = halves.flat();
		if (shown.length !== sets.length) throw new Error(`${name}: a process that clicks sets ended early`);
		const clicked = shown.flatMap(({ bits }, i) => (bits ? [i] : []));
		const rows = NodeSets.deltas(clicked.map((i) => sets[i]));
		const wrongOf = new Map();
		let differing = 0;
		for (const stats of [build.defaultStats, build.stats()]) {
			const compared = certain(build, stats);
			const result = await build.calculateBatch(rows, { stats });
			const failed = new Map(result.errors.map((error) => [error.row, error]));
			clicked.forEach((i, row) => {
				const error = failed.get(row);
				if (error) {
					wrongOf.set(JSON.stringify(sets[i]), [error.message]);
					differing += compared.length;
					return;
				}
				const values = result.row(row);
				const wrong = compared.filter(
					(stat) => bitsOf(values[stat]) !== (shown[i].bits.get(stat) ?? bitsOf(0)),
				);
				if (wrong.length > 0) wrongOf.set(JSON.stringify(sets[i]), wrong);
				differing += wrong.length;
			});
			counts.values += clicked.length * compared.length;
		}
		counts.rows += sets.length;
		counts.clicked += clicked.length;
		counts.differing += differing;
		// A run takes minutes per build: if it is stopped, the comparisons so far are still printed.
		console.log(`${name}: ${clicked.length} of ${sets.length} sets clicked, ${differing} values differ`);
		if (differing > 0) {
			const some = [...wrongOf].slice(0, 5).map(([set, stats]) => `${set}: ${stats.slice(0, 5).join(", ")}`);
			notes.push(`${name}: ${differing} values differ, in ${wrongOf.size} node sets (${some.join("; ")}).`);
		}
		await build.close();
	}
	if (unknown.length > 0) notes.push(`Its trees are not known here: ${unknown.join(", ")}.`);
	await Promise.all(naives.map((naive) => naive.stop()));
	await engine.close();
	const single = (value) => ({ value, low: value, high: value });
	return [
		{
			key: "pob-truth",
			what: `Values that differ from Path of Building's window, of ${counts.values.toLocaleString("en")}`,
			...single(counts.differing),
			unit: "",
			better: "lower",
			target: 0,
			note: [
				`${counts.clicked.toLocaleString("en")} of ${counts.rows.toLocaleString("en")} node sets of ${list.length} builds can be clicked together;`,
				"each is asked for the default stats and for all (but those that Path of Building leaves to chance), with 2 threads and caches.",
				...notes,
			].join(" "),
		},
	];
}

/** The build; undefined if this Path of Building does not know its tree. */
async function loadKnown(engine, text) {
	try {
		return await engine.load(text);
	} catch (error) {
		if (/unknown tree version/.test(error.message)) return undefined;
		throw error;
	}
}

/** The stats that Path of Building calculates the same each time; see docs/exactness.md. */
export function certain({ unstableStats }, stats) {
	const chance = new Set(unstableStats);
	return stats.filter((stat) => !chance.has(stat));
}

const view = new DataView(new ArrayBuffer(8));

/** The numbers as the other side writes them; Path of Building's 0 and -0 look alike. */
export function bitsOf(value) {
	view.setFloat64(0, value === 0 ? 0 : value);
	return view.getBigUint64(0).toString(16).padStart(16, "0");
}
