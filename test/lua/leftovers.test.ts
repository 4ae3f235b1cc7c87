/** Objects that Path of Building copies over and over do not grow with it. */

import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { Engine } from "../../src/index.js";

interface Chosen {
	before: number;
	after: number;
	answers: number[];
}

it("a node whose attribute is chosen again and again keeps no copies of itself", async () => {
	const engine = await Engine.open({
		calculator: fileURLToPath(new URL("leftovers.lua", import.meta.url)),
		sandbox: false,
		threads: 1,
		cache: false,
		options: { lua: fileURLToPath(new URL("../../lua", import.meta.url)) },
	});
	try {
		const build = await engine.load("none");
		const choose = async (args: object) => (await build.command("choose", { ...args })) as unknown as Chosen;
		const unguarded = await choose({ times: 6, guarded: false });
		expect(unguarded.after).toBeGreaterThan(2 * unguarded.before);
		const guarded = await choose({ times: 60, guarded: true });
		expect(guarded.after).toBe(guarded.before);
		expect(guarded.answers).toEqual([2, 1]);
	} finally {
		await engine.close();
	}
});
