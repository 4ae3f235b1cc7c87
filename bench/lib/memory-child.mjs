// 100 batches of 10,000 new node sets, as in a long-running program; reports by how many bytes resident memory grew
// after the first batch: `whole` as it is at the end, `kept` after collections.
import { setTimeout as delay } from "node:timers/promises";
import { Engine, NodeSets } from "../../dist/index.js";
import { seededRandom, treeAndBuild } from "./workload.mjs";

const { tree, build: text } = await treeAndBuild();
const engine = await Engine.open({ calculator: "reference", tree, threads: 2 });
const build = await engine.load(text);
const paths = tree.pathsWithin(build.allocated, 5);
const random = seededRandom(1);
const stats = ["Life", "TotalDPS", "TotalEHP"];

async function batch() {
	const sets = Array.from({ length: 10_000 }, () => ({
		add: paths[Math.floor(random() * paths.length)].nodes,
	}));
	const result = await build.calculateBatch(NodeSets.deltas(sets), { stats });
	if (result.errors.length > 0) throw result.errors[0];
}

async function collected() {
	await engine.collectGarbage();
	globalThis.gc();
	// Array buffers are freed by a separate task.
	await delay(100);
	return process.memoryUsage().rss;
}

await batch();
const firstWhole = process.memoryUsage().rss;
const firstKept = await collected();
for (let i = 1; i < 100; i++) await batch();
const whole = process.memoryUsage().rss - firstWhole;
const kept = (await collected()) - firstKept;
process.send({ kept, whole });
await engine.close();
process.disconnect();
