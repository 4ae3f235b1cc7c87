import { expect, it } from "vitest";
import { nearest } from "../../src/common/suggest.js";

const stats = ["Life", "Mana", "EnergyShield", "CombinedDPS", "TotalDPS", "TotalEHP"];

it("finds a name with a typing error, whatever its case", () => {
	expect(nearest("lief", stats)).toEqual(["Life"]);
	expect(nearest("ENERGYSHEILD", stats)).toEqual(["EnergyShield"]);
});

it("finds names that contain what was typed, the likeliest first", () => {
	expect(nearest("dps", stats)).toEqual(["CombinedDPS", "TotalDPS"]);
	expect(nearest("TotalDP", stats)[0]).toBe("TotalDPS");
});

it("gives at most three, and none for a name like no other", () => {
	expect(nearest("T1", ["T2", "T3", "T4", "T5"])).toHaveLength(3);
	expect(nearest("Completely different", stats)).toEqual([]);
	expect(nearest("Life", [])).toEqual([]);
});
