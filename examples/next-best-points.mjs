// Spends points greedily: each time the path with the highest gain per point, then looks again from there.
import { Engine, NodeSets } from "pobatch";
import { demoBuild } from "./demo-build.mjs";

const [stat = "TotalEHP", count = "5"] = process.argv.slice(2);
let points = Number(count);

const engine = await Engine.open({ calculator: "reference" });
const build = await engine.load(await demoBuild());
const { tree } = build;

const added = [];
let current = build.calculateSync({}, { stats: [stat] })[stat];
console.log(`${stat} ${current.toFixed(0)}`);
while (points > 0) {
	const paths = tree.pathsWithin([...build.allocated, ...added], points);
	const sets = NodeSets.deltas(paths.map(({ nodes }) => ({ add: [...added, ...nodes] })));
	const values = (await build.calculateBatch(sets, { stats: [stat] })).column(stat);
	let best = -1;
	let bestGain = 0;
	values.forEach((value, row) => {
		// A failed row is NaN, which is never greater.
		const gain = (value - current) / paths[row].nodes.length;
		if (gain > bestGain) [best, bestGain] = [row, gain];
	});
	if (best < 0) break;
	const { nodes, target } = paths[best];
	added.push(...nodes);
	points -= nodes.length;
	current = values[best];
	console.log(
		`${stat} ${current.toFixed(0)} with ${nodes.length} more for ${tree.node(target).name}: ${[...nodes].join(" ")}`,
	);
}
await engine.close();
