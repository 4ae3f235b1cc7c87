import { describe, expect, it } from "vitest";
import { BatchResult, RowError } from "../../src/rows/batch-result.js";
import { NodeSets } from "../../src/rows/node-sets.js";

// Rows: answered, failed by the calculator, not reached, answered.
const nan = Number.NaN;
const sets = NodeSets.deltas([{ add: [1] }, { add: [2], remove: [3] }, {}, { add: [4] }]);
const result = new BatchResult(
	{
		results: Float64Array.of(10, 11, nan, nan, nan, nan, 40, 41),
		status: Uint8Array.of(1, 2, 0, 1),
		errorRows: Uint32Array.of(1),
		errorTexts: Uint32Array.of(0),
		texts: [{ message: "broken", traceback: "stack traceback:\n\tin Lua" }],
		reloads: 2,
		memoized: 0,
		stopped: "TIMEOUT",
	},
	sets,
	["Life", "Mana"],
	12.5,
	{ hits: 0, memoized: 0, misses: 4, verified: 0 },
);

describe("BatchResult", () => {
	it("gives columns, rows and the flat values", () => {
		expect(result.length).toBe(4);
		expect(result.column("Mana")).toEqual(Float64Array.of(11, nan, nan, 41));
		expect(result.row(3)).toEqual({ Life: 40, Mana: 41 });
		expect(result.row(1)).toEqual({ Life: nan, Mana: nan });
		expect(result.values.length).toBe(8);
		expect(result.elapsedMs).toBe(12.5);
	});

	it("tells answered rows from failed ones and from those not reached", () => {
		expect([0, 1, 2, 3].map((row) => result.ok(row))).toEqual([true, false, false, true]);
		expect(result.notReached).toBe(1);
		expect(result.stopped).toBe("TIMEOUT");
	});

	it("has one error per failed row, with its node set and Lua's traceback", () => {
		expect(result.errors).toHaveLength(1);
		const [error] = result.errors;
		expect(error).toBeInstanceOf(RowError);
		expect(error).toMatchObject({
			name: "RowError",
			code: "CALCULATOR_ERROR",
			message: "broken",
			row: 1,
			set: { add: [2], remove: [3] },
			traceback: "stack traceback:\n\tin Lua",
		});
		expect(result.errors).toBe(result.errors);
	});

	it("refuses a stat that was not requested and a row that it does not have", () => {
		expect(() => result.column("Spirit")).toThrow(
			expect.objectContaining({ code: "UNKNOWN_STAT", hint: "It has Life, Mana." }),
		);
		expect(() => result.row(4)).toThrow("Expected a row within 0..3 for row but received 4");
		expect(() => result.ok(-1)).toThrow("Expected a row within 0..3 for row but received -1");
		expect(() => result.row(0.5)).toThrow("Expected a row within 0..3");
	});
});
