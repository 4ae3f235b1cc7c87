import { expect, it } from "vitest";
import { Engine, NodeSets } from "../../src/index.js";
import { buildText, describeWithBuilds, dice, randomSets, sharedBuilds } from "../support/pob.js";
import { isWindows } from "../support/windows.js";

describeWithBuilds("a profile of real builds", (pob) => {
	it.skipIf(isWindows)("changes no bit, knows where the time goes (not on Windows)", async () => {
		const text = await buildText(
			sharedBuilds.find((name) => name.startsWith("titan")) ?? (sharedBuilds[0] as string),
		);
		const bits: Uint8Array[] = [];
		for (const profile of [false, true]) {
			await using engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false, profile });
			const build = await engine.load(text);
			const sets = NodeSets.deltas(randomSets(build, 150, dice(7)));
			const { values } = await build.calculateBatch(sets, { stats: build.stats() });
			bits.push(new Uint8Array(values.buffer));
			if (!profile) continue;
			const { phases, functions } = await engine.takeProfile();
			const names = phases.map(({ name }) => name);
			expect(names).toEqual(
				expect.arrayContaining(["boot", "load", "environment", "perform", "offence", "defence"]),
			);
			const offence = functions.find(({ name }) => name === "calcs.offence");
			expect(offence?.file).toBe("Modules/CalcOffence.lua");
			expect(offence?.line).toBeGreaterThan(1);
		}
		expect(Buffer.compare(bits[0] as Uint8Array, bits[1] as Uint8Array)).toBe(0);
	});
});
