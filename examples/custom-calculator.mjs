// A calculator of your own, custom-calculator.lua: a node is worth the sum of its "increased maximum Life".
import { fileURLToPath } from "node:url";
import { Engine, NodeSets, PassiveTree } from "pobatch";

const tree = await PassiveTree.embedded();
const life = /^(\d+)% increased maximum Life$/;
const worth = {};
for (const { id, stats } of tree.nodes) {
	for (const line of stats) {
		const found = life.exec(line);
		if (found) worth[id] = (worth[id] ?? 0) + Number(found[1]);
	}
}

const calculator = fileURLToPath(new URL("custom-calculator.lua", import.meta.url));
const engine = await Engine.open({ calculator, tree, options: { worth } });
const start = tree.startOf(tree.data.classes[0].name);
const build = await engine.load(String(start));

const paths = tree.pathsWithin(build.allocated, 12);
const result = await build.calculateBatch(NodeSets.deltas(paths.map(({ nodes }) => ({ add: nodes }))));
const values = result.column("Worth");
const best = values.indexOf(Math.max(...values));
console.log(
	`${paths.length} paths, the best: ${values[best]}% increased maximum Life for ${paths[best].nodes.length} points`,
);
await engine.close();
