import { expect } from "vitest";
import { Engine, type EngineWarning, NodeSets } from "../../src/index.js";
import { expectSameBits, valuesOfRow } from "./bits.js";
import { calculatorWith } from "./calculators.js";

/** Stats per row: with so many, a frame has about 150 rows. */
export const width = 50;
const names = Array.from({ length: width }, (_, i) => `S${i}`);

/** A row whose numbers are known in advance: the added number, divided by 3, 4, 5 and so on. */
export const dividing = calculatorWith({
	stats: `function() return { ${names.map((name) => `"${name}"`).join(", ")} } end`,
	Calculate: `function(_, set)
		local stats = {}
		for i = 0, ${width - 1} do stats["S" .. i] = set.add[1] / (i + 3) end
		return stats
	end`,
});

export const valuesOf = (number: number): Float64Array =>
	Float64Array.from({ length: width }, (_, i) => number / (i + 3));

/** Requests the rows of these numbers (1 to 65,535) through a cache in `dir`, and checks every bit. */
export async function askFor(
	dir: string,
	numbers: readonly number[],
	{ sync = false, maxDiskMB = 1024, between = () => {} } = {},
): Promise<{ hits: number; warnings: EngineWarning[] }> {
	const warnings: EngineWarning[] = [];
	await using engine = await Engine.open({
		calculator: dividing,
		threads: 1,
		rollback: false,
		cache: { dir, maxDiskMB },
		onWarning: (warning) => warnings.push(warning),
	});
	const build = await engine.load("any");
	let hits = 0;
	// Two batches: what happens in between must not affect either.
	const middle = numbers.length >> 1;
	for (const part of [numbers.slice(0, middle), numbers.slice(middle)]) {
		const sets = NodeSets.deltas(part.map((number) => ({ add: [number] })));
		const result = sync ? build.calculateBatchSync(sets) : await build.calculateBatch(sets);
		expect(result.errors).toEqual([]);
		part.forEach((number, row) => {
			expectSameBits(valuesOfRow(result, row), valuesOf(number));
		});
		hits += result.cache.hits;
		between();
	}
	await engine.close();
	return { hits, warnings };
}

export const range = (from: number, to: number): number[] =>
	Array.from({ length: to - from }, (_, i) => from + i);
