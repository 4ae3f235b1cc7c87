import { describe, expect, test } from "vitest";
import { gainOf, inWords, percentOf } from "../../src/common/gain.js";

const inf = Number.POSITIVE_INFINITY;

describe("a gain", () => {
	test.each([
		["of numbers", 12, 10, 2],
		["of equal infinities", inf, inf, 0],
		["of equal negative infinities", -inf, -inf, 0],
		["to infinity", inf, 10, inf],
		["from infinity", 10, inf, -inf],
		["from one infinity to the other", -inf, inf, -inf],
		["of what is no number both times", Number.NaN, Number.NaN, 0],
		["to what is no number", Number.NaN, 1, Number.NaN],
		["of a zero with a sign", -0, 0, 0],
	])("%s", (_, after, before, gain) => {
		// 0 and -0 read alike.
		expect(gainOf(after, before) + 0).toBe(gain);
	});

	test("is a share of the build's own number if that is finite and not 0", () => {
		expect(percentOf(5, 50)).toBe(10);
		expect(percentOf(0, inf)).toBe(0);
		expect(percentOf(0, 50)).toBe(0);
		for (const [gain, own] of [
			[5, 0],
			[0, 0],
			[inf, 50],
			[-inf, inf],
			[Number.NaN, 50],
		] as const)
			expect(percentOf(gain, own)).toBeUndefined();
	});

	test("that digits cannot express is in words", () => {
		expect([inf, -inf, Number.NaN, 0, 1e308].map(inWords)).toEqual([
			"infinite",
			"-infinite",
			"no number",
			undefined,
			undefined,
		]);
	});
});
