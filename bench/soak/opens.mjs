import { Engine, NodeSets } from "../../dist/index.js";
import { dice, randomSets } from "./report.mjs";

/** Engines opened and closed: idle, after rows, and in the middle of a batch. */
export async function openAndClose(report, text, times) {
	const part = report.part("engines opened and closed");
	const roll = dice(11);
	for (let i = 0; i < times; i++) {
		const engine = await Engine.open({ threads: 1 + (i % 2) });
		const build = await engine.load(text);
		const sets = NodeSets.deltas(randomSets(build, 200, roll));
		const running = build.calculateBatch(sets);
		part.rows += sets.length;
		if (i % 3 === 0) {
			part.faults++;
			await engine.close();
			await running;
		} else {
			const result = await running;
			part.lost += result.errors.length + result.notReached;
			await engine.close();
		}
		part.sample();
	}
}
