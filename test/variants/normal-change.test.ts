import { describe, expect, it } from "vitest";
import type { VariantChange } from "../../src/index.js";
import { normalChange } from "../../src/variants/normal-change.js";
import { variantRows } from "../../src/variants/variant-rows.js";

describe("a variant's change", () => {
	it("has one form for all ways of writing it", () => {
		const one = normalChange({
			level: 90,
			items: { "Ring 2": null, "Ring 1": "a ring" },
			config: { b: 2, a: null },
			jewels: { 61419: "a jewel", 4: null },
			mainSkill: "Comet",
			gems: [{ group: 1, supports: ["Rage I", { name: "Heft", level: 1 }] }],
		});
		const other = normalChange({
			gems: [{ supports: [{ name: "Rage I" }, { level: 1, name: "Heft" }], group: 1, add: false }],
			mainSkill: { skill: "Comet" },
			jewels: { 4: null, 61419: "a jewel" },
			config: { a: null, b: 2 },
			items: { "Ring 1": { text: "a ring" }, "Ring 2": { text: null } },
			level: 90,
		});
		expect(JSON.stringify(one)).toBe(JSON.stringify(other));
		expect(one).toEqual({
			config: { a: { default: true }, b: { value: 2 } },
			gems: [{ group: 1, supports: [{ name: "Rage I" }, { name: "Heft", level: 1 }] }],
			items: { "Ring 1": { text: "a ring" }, "Ring 2": { empty: true } },
			jewels: [{ node: 4 }, { node: 61419, text: "a jewel" }],
			level: 90,
			mainSkill: { skill: "Comet" },
		});
	});

	it.each<[string, unknown, RegExp]>([
		["no object", 5, /an object for change/],
		["an unknown part", { item: {} }, /change has no item: there are items, jewels/],
		["a level beyond 100", { level: 101 }, /a whole number from 1 to 100 for level but received 101/],
		["an item that is a number", { items: { Helmet: 4 } }, /items\.Helmet but received 4/],
		["a socket that is no id", { jewels: { Helmet: null } }, /a node id for jewels's key/],
		["an option that is a list", { config: { a: [1] } }, /config\.a/],
		["a gem's level without a gem", { gems: [{ group: 1, level: 20 }] }, /gems\[0\]: level is of a gem/],
		[
			"a gem that is changed and added",
			{ gems: [{ gem: 1, add: true, name: "Heft" }] },
			/exclude each other/,
		],
		["an added gem without a name", { gems: [{ add: true }] }, /gems\[0\]\.name/],
		["a support without a name", { gems: [{ supports: [{ level: 3 }] }] }, /supports\[0\]\.name/],
		["lines that are one text", { customModifiers: "a line" }, /customModifiers/],
	])("refuses %s, naming the place", (_, change, message) => {
		expect(() => normalChange(change as VariantChange)).toThrow(message);
		expect(() => normalChange(change as VariantChange)).toThrow(
			expect.objectContaining({ code: "INVALID_ARGUMENT" }),
		);
	});

	it("goes to the addon once, however many rows name it", () => {
		const part = (digit: string) => ({
			change: { level: Number(digit) },
			normal: { level: Number(digit) },
			digest: digit.repeat(64),
		});
		const rows = variantRows([undefined, part("7"), part("3"), part("7")]);
		expect(rows?.rows).toEqual(Uint32Array.of(0, 1, 2, 1));
		expect(rows?.changes).toEqual([{ level: 7 }, { level: 3 }]);
		expect(rows?.keys.slice(0, 2)).toEqual(BigUint64Array.of(0x7777777777777777n, 0x7777777777777777n));
		expect(variantRows([undefined, undefined])).toBeUndefined();
	});
});
