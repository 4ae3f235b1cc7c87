import { Engine, NodeSets } from "../../dist/index.js";
import { bitsOf, isSameRow } from "./builds.mjs";

/** Rows that each load calculates. */
const rowsEach = 3;

/**
 * What a bot does all day: builds loaded in turn, a few rows of each, closed. The heap of the state, garbage
 * included, stays under `maxMB` however many loads there are.
 */
export async function loadInTurn(report, known, loads, maxMB) {
	const part = report.part(`${known.length} builds loaded in turn`);
	part.maxStateMB = maxMB;
	const engine = await Engine.open({ calculator: "pob", threads: 1, cache: false });
	for (; part.loads < loads; part.loads++) {
		const { text, sets, answers } = known[part.loads % known.length];
		const { stats, bits } = answers.default;
		const build = await engine.load(text);
		const result = await build.calculateBatch(NodeSets.deltas(sets.slice(0, rowsEach)), { stats });
		part.rows += rowsEach;
		part.lost += result.errors.length + result.notReached;
		const found = bitsOf(result);
		for (let row = 0; row < rowsEach; row++)
			part.wrong += isSameRow(found, row, bits, row, stats.length) ? 0 : 1;
		await build.close();
		part.states(engine);
	}
	await engine.close();
}
