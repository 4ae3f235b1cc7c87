import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exactJson } from "../../src/service/exact-json.js";

describe("JSON of answers", () => {
	test("reads back as it was, -0 and infinite numbers included", () => {
		const number = fc.double({ noNaN: true });
		fc.assert(
			fc.property(
				fc.array(number),
				fc.dictionary(
					fc.string().filter((key) => key !== "__proto__"),
					number,
				),
				fc.string(),
				(list, object, text) => {
					const value = { list, object: { ...object }, text, nested: [[list], { text }] };
					expect(JSON.parse(exactJson(value))).toEqual(value);
				},
			),
		);
	});

	test("has null for what is no number, and leaves out what is undefined", () => {
		expect(exactJson({ a: Number.NaN, b: undefined, c: [undefined], d: null, e: true })).toBe(
			'{"a":null,"c":[null],"d":null,"e":true}',
		);
		expect(exactJson(new Float64Array([1.5, -0]))).toBe("[1.5,-0]");
	});
});
