// Node power as a picture: what each node within reach adds to a stat, as colour on the passive tree.
import { writeFile } from "node:fs/promises";
import { Engine } from "pobatch";
import { demoBuild } from "./demo-build.mjs";

const [stat = "Life", file = `${stat}.svg`] = process.argv.slice(2);

const engine = await Engine.open({ calculator: "reference" });
const build = await engine.load(await demoBuild());
const power = await build.power({ stats: [stat], depth: 6 });

const svg = build.tree.toSvg({
	title: `${build.info.class}, level ${build.info.level}`,
	highlight: build.allocated,
	heat: new Map(power.nodes.map(({ id, gains }) => [id, gains[stat]])),
	heatLabel: `${stat} gained by the shortest path to the node`,
	view: "marked",
});
await writeFile(file, svg);
console.log(`${file}: ${power.nodes.length} nodes, best ${power.nodes[0].name}`);
await engine.close();
