/** Objects that Path of Building copies repeatedly do not grow with each copy. */

import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";

interface Chosen {
	before: number;
	after: number;
	answers: number[];
}

describe("copies of objects", () => {
	const command = luaTool("leftovers.lua");

	it("a node whose attribute is chosen repeatedly keeps no copies of itself", async () => {
		const unguarded = await command<Chosen>("choose", { times: 6, guarded: false });
		expect(unguarded.after).toBeGreaterThan(2 * unguarded.before);
		const guarded = await command<Chosen>("choose", { times: 60, guarded: true });
		expect(guarded.after).toBe(guarded.before);
		expect(guarded.answers).toEqual([2, 1]);
	});
});
