import { describe, expect, it } from "vitest";
import { expectSameBits } from "./bits.js";

describe("expectSameBits", () => {
	it("takes the same numbers, NaN included", () => {
		expectSameBits([1, Number.NaN, -0], Float64Array.of(1, Number.NaN, -0));
	});

	it.each([
		["0 for -0", [5, 0], [5, -0], "rows, number 1 of 2: 0 (0) instead of 0 (8000000000000000)"],
		[
			"the next number",
			[0.1 + 0.2],
			[0.3],
			"rows, number 0 of 1: 0.30000000000000004 (3fd3333333333334) instead of 0.3 (3fd3333333333333)",
		],
		["fewer numbers", [1], [1, 2], "rows, number 1 of 2: nothing instead of 2 (4000000000000000)"],
	])("refuses %s", (_, found, wanted, message) => {
		expect(() => expectSameBits(found, wanted, "rows")).toThrow(message);
	});
});
