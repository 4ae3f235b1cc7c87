import { describe, expect, it } from "vitest";
import { PobatchError } from "../../src/index.js";
import { readFloor } from "../../src/search/floors.js";
import { Goal } from "../../src/search/goal.js";

const known = new Set(["Life", "FullDPS", "CombinedDPS", "TotalEHP", "ManaCost"]);
const own = { Life: 200, FullDPS: 0, CombinedDPS: 1000, TotalEHP: 50, ManaCost: 10 };
const worthOf = (text: string, values: Record<string, number>) => {
	const goal = new Goal(text).bind(own, known);
	return goal.worth(
		goal.stats.map((stat) => values[stat] as number),
		0,
	);
};
const thrown = (body: () => unknown) => {
	try {
		body();
	} catch (error) {
		return error as PobatchError;
	}
	throw new Error("nothing was thrown");
};

describe("a goal", () => {
	it("counts each stat relative to the build's own value", () => {
		expect(worthOf("Life", { Life: 300 })).toBe(1.5);
		expect(worthOf("0.6*CombinedDPS + 0.4*TotalEHP", { CombinedDPS: 2000, TotalEHP: 25 })).toBeCloseTo(
			1.4,
			12,
		);
	});

	it("knows min, max, sqrt, powers, signs and the number itself", () => {
		expect(worthOf("min(Life, CombinedDPS)", { Life: 300, CombinedDPS: 1100 })).toBe(1.1);
		expect(worthOf("max(Life, CombinedDPS, TotalEHP)", { Life: 300, CombinedDPS: 1100, TotalEHP: 200 })).toBe(
			4,
		);
		expect(worthOf("sqrt(Life) ** 2 / 2", { Life: 300 })).toBeCloseTo(0.75, 12);
		expect(worthOf("-raw(ManaCost) + Life", { ManaCost: 12, Life: 200 })).toBe(-11);
	});

	it("dps is the first damage stat that is above 0, and says so", () => {
		const goal = new Goal("dps").bind(own, known);
		expect(goal.stats).toEqual(["CombinedDPS"]);
		expect(goal.notes).toEqual(["dps is CombinedDPS, since FullDPS of this build is 0"]);
	});

	it("balanced is the geometric mean of damage and effective hit pool", () => {
		expect(worthOf("balanced", { CombinedDPS: 4000, TotalEHP: 50 })).toBe(2);
	});

	it("balanced of a build without damage is its effective hit pool, and says so", () => {
		const goal = new Goal("balanced").bind({ ...own, CombinedDPS: 0 }, known);
		expect(goal.stats).toEqual(["TotalEHP"]);
		expect(goal.notes.join()).toContain("only TotalEHP counts");
	});

	it("relative to what is 0 is refused, and raw named as the way out", () => {
		const error = thrown(() => new Goal("FullDPS").bind(own, known));
		expect(error).toMatchObject({ code: "INVALID_ARGUMENT", value: "FullDPS" });
		expect(error.hint).toContain("raw(FullDPS)");
	});

	it.each([
		"",
		"3 + 4",
		"Life +",
		"Life; process",
		"Life.constructor",
		"constructor(Life)",
		"eval(Life)",
		"'Life'",
		"Life > 3",
		"[Life]",
		"raw(3)",
		"sqrt(Life, Life)",
		"this",
	])("that cannot be read is an error: %j", (text) => {
		const error = thrown(() => new Goal(text).bind(own, known));
		expect(error).toBeInstanceOf(PobatchError);
		expect(error.code).toBe("INVALID_ARGUMENT");
	});
});

describe("a floor", () => {
	it("is a share of the build's own, or a number, at least or at most", () => {
		expect(readFloor("Life=95%")).toEqual({ stat: "Life", bound: "atLeast", value: 0.95, share: true });
		expect(readFloor("FireResist >= 75")).toEqual({ stat: "FireResist", bound: "atLeast", value: 75 });
		expect(readFloor("ManaCost<=40")).toEqual({ stat: "ManaCost", bound: "atMost", value: 40 });
		expect(readFloor("ChaosResist>=-20")).toEqual({ stat: "ChaosResist", bound: "atLeast", value: -20 });
	});

	it.each(["Life", "Life=", "=95%", "Life==3", "Life>95%"])("that cannot be read is an error: %s", (text) => {
		expect(thrown(() => readFloor(text))).toMatchObject({ code: "INVALID_ARGUMENT" });
	});
});
