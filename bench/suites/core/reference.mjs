// How many full sets of 120 nodes the reference calculator screens in a second on one thread.
import { Engine } from "../../../dist/index.js";
import { measure, summary } from "../../lib/measure.mjs";
import { grownSets, treeAndBuild } from "../../lib/workload.mjs";

const rows = 2000;

export async function reference() {
	const { tree, build: text, note } = await treeAndBuild();
	const engine = await Engine.open({ calculator: "reference", tree, threads: 1 });
	const build = await engine.load(text);
	const sets = grownSets(tree, build, rows, 120);
	const few = { stats: ["Life", "TotalDPS", "TotalEHP"] };
	const [error] = build.calculateBatchSync(sets).errors;
	if (error) throw error;
	const times = await measure({
		all: () => build.calculateBatch(sets, { stats: build.stats() }).then(() => {}),
		few: () => build.calculateBatch(sets, few).then(() => {}),
	});
	await engine.close();
	const perSecond = (list) => summary(list.map((ms) => (1000 * rows) / ms));
	return [
		{
			key: "reference-all",
			what: `Reference calculator, full sets of 120 nodes a second, ${build.stats().length} stats`,
			...perSecond(times.all),
			unit: "/s",
			better: "higher",
			target: 50_000,
			note: `One thread, ${note}.`,
		},
		{
			key: "reference-few",
			what: "The same with 3 stats",
			...perSecond(times.few),
			unit: "/s",
			better: "higher",
		},
	];
}
