// The cost of a row that is in the memory cache, in a batch of only such rows.

import { fileURLToPath } from "node:url";
import { Engine, NodeSets } from "../../../dist/index.js";
import { measure, summary } from "../../lib/measure.mjs";
import { randomIds } from "../../lib/workload.mjs";

const rows = 100_000;

export async function hit() {
	const figures = [];
	for (const policy of ["adaptive", "lru"]) {
		const calculator = fileURLToPath(new URL("../../calculators/sum.lua", import.meta.url));
		const cache = { policy, maxMB: 512 };
		const engine = await Engine.open({ calculator, threads: 1, rollback: false, cache });
		const build = await engine.load("");
		const sets = NodeSets.deltas(randomIds(rows, 3).map((add) => ({ add })));
		const [error] = (await build.calculateBatch(sets)).errors;
		if (error) throw error;
		const { warm } = await measure(
			{
				warm: async () => {
					const result = await build.calculateBatch(sets);
					if (result.cache.hits !== rows) throw new Error(`${result.cache.hits} hits, not ${rows}`);
				},
			},
			{ rounds: 5 },
		);
		await engine.close();
		figures.push({
			key: `hit-${policy}`,
			what: `A row from memory, a batch of ${rows.toLocaleString("en-US")} rows of 3 nodes, ${policy}`,
			...summary(warm.map((ms) => (1000 * ms) / rows)),
			unit: "µs",
			better: "lower",
			...(policy === "adaptive" && { target: 0.3 }),
		});
	}
	return figures;
}
