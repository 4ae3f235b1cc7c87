// Calculates a build's rows without end, until its thread is terminated.
import { workerData } from "node:worker_threads";
import { Engine, NodeSets } from "../../dist/index.js";

const { text, sets } = workerData;
const engine = await Engine.open({ calculator: "pob", threads: 1, cache: false });
const build = await engine.load(text);
for (;;) await build.calculateBatch(NodeSets.deltas(sets));
