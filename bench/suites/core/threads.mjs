// The gain from a second thread.
import { Engine } from "../../../dist/index.js";
import { measure, ratios, summary } from "../../lib/measure.mjs";
import { grownSets, treeAndBuild } from "../../lib/workload.mjs";

const rows = 10_000;

export async function threads() {
	const { tree, build: text } = await treeAndBuild();
	const engines = await Promise.all(
		[1, 2].map((count) => Engine.open({ calculator: "reference", tree, threads: count })),
	);
	const builds = await Promise.all(engines.map((engine) => engine.load(text)));
	const sets = grownSets(tree, builds[0], rows, 120);
	const times = await measure({
		one: () => builds[0].calculateBatch(sets).then(() => {}),
		two: () => builds[1].calculateBatch(sets).then(() => {}),
	});
	for (const engine of engines) await engine.close();
	return [
		{
			key: "threads",
			what: `Two threads against one, ${rows.toLocaleString("en-US")} full sets of 120 nodes`,
			...summary(ratios(times.one, times.two)),
			unit: "x",
			better: "higher",
			target: 1.7,
		},
	];
}
