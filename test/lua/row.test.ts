/** How a row is attempted: its strategy, and the session that puts everything back (lua/pob/row). */

import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";

interface Strategy {
	mode: string;
	isClicked: boolean;
	environments?: string;
	memo?: string;
	cache?: string;
	slice?: string;
	estimations: boolean;
	defences: boolean;
	firstSkill: boolean;
}

describe("the strategy of a row", () => {
	const command = luaTool("row.lua");
	const choose = (args: object) => command<Strategy>("choose", args);

	it("uses all that earlier rows left, and leaves out what the stats do not need", async () => {
		expect(await choose({ defences: true, fullDps: true })).toEqual({
			mode: "CALCULATOR",
			isClicked: false,
			environments: "environments",
			memo: "memo",
			cache: "cache of the slice",
			slice: "slice",
			estimations: false,
			defences: true,
			firstSkill: true,
		});
	});

	it("has no slice for sums over modifiers, which are taken from the whole environment", async () => {
		const { slice, cache, firstSkill } = await choose({ sums: true, fullDps: true });
		expect({ slice, cache, firstSkill }).toEqual({ slice: undefined, cache: "cache", firstSkill: false });
	});

	it("after a slice that missed a number has neither slice nor memo", async () => {
		const { slice, memo, cache, environments } = await choose({ reasons: { missed: true } });
		expect({ slice, memo, cache, environments }).toEqual({ environments: "environments" });
	});

	it.each([
		["the nodes were clicked", { isClicked: true }, "CALCULATOR"],
		["a weapon would be put down", { losesWeaponRule: true }, "MAIN"],
		["MAIN would adapt the build", { reasons: { adapts: true } }, "MAIN"],
	])("uses nothing of earlier rows where %s", async (_, args, mode) => {
		expect(await choose({ ...args, defences: true, fullDps: true })).toEqual({
			mode,
			isClicked: "isClicked" in args,
			estimations: false,
			defences: false,
			firstSkill: false,
		});
	});

	it("calculates everything where no stats are named", async () => {
		const { estimations, defences, slice } = await choose({ isWhole: true });
		expect({ estimations, defences, slice }).toEqual({ estimations: true, defences: false });
	});
});

describe("the session of a row", () => {
	const command = luaTool("row.lua");
	const session = (args: object) => command<{ log: string[]; isOpen: boolean }>("session", args);
	const putBack = ["hooks.begin nil", "slices.use nil", "adaptation.restore nil", "allocation.restore nil"];

	it("puts everything back when it is rolled back", async () => {
		expect(await session({ ending: "rollback" })).toEqual({ log: putBack, isOpen: false });
	});

	it("lets the memo note the row before that when it is committed, without the slice", async () => {
		expect(await session({ ending: "commit" })).toEqual({
			log: ["slices.use nil", "noted", ...putBack],
			isOpen: false,
		});
	});

	it("hazard: a row that was stopped half-way is put back before the next one begins", async () => {
		expect(await session({ ending: "begin" })).toEqual({ log: putBack, isOpen: true });
	});

	it("hazard: numbers that differ from the memo's are not blamed on the slice, and the session stays open", async () => {
		expect(await session({ ending: "failed commit" })).toEqual({
			log: ["slices.use nil", "false"],
			isOpen: true,
		});
	});

	it("puts back the output and the level that the window shows", async () => {
		const { log } = await session({ ending: "window" });
		expect(log.at(-1)).toBe("shown shown true 7");
	});
});
