import { expect, it } from "vitest";
import { Engine, NodeSets } from "../../src/index.js";
import { buildText, describeWithBuilds } from "../support/pob.js";

const name = "titan_falling_thunder_99";
/** Megabytes that a state's heap may hold beside what lives, whatever was done. */
const bound = 150;

describeWithBuilds("memory of a program that loads builds", (pob) => {
	const open = (options = {}) =>
		Engine.open({ calculator: "pob", pob, threads: 1, cache: false, ...options });
	const used = (engine: Engine) => (engine.memory()[0]?.used ?? 0) / 2 ** 20;
	const peak = (engine: Engine) => (engine.memory()[0]?.peak ?? 0) / 2 ** 20;

	async function live(engine: Engine): Promise<number> {
		await engine.collectGarbage();
		return used(engine);
	}

	it("is bounded when each is closed after its only row", async () => {
		const text = await buildText(name);
		const engine = await open();
		try {
			let highest = 0;
			for (let i = 0; i < 12; i++) {
				const build = await engine.load(text + "\n".repeat(i));
				await build.calculate();
				await build.close();
				highest = Math.max(highest, used(engine));
			}
			expect(highest).toBeLessThan((await live(engine)) + bound);
		} finally {
			await engine.close();
		}
	});

	it("is bounded when many that were open are closed at once", async () => {
		const text = await buildText(name);
		const engine = await open();
		try {
			const builds = [];
			for (let i = 0; i < 14; i++) builds.push(await engine.load(text + "\n".repeat(i)));
			const ofAll = await live(engine);
			expect(peak(engine)).toBeLessThan(ofAll + bound);
			for (const build of builds) await build.close();
			const left = used(engine);
			const ofNone = await live(engine);
			// Else there was nothing to give back.
			expect(ofAll).toBeGreaterThan(ofNone + bound);
			expect(left).toBeLessThan(ofNone + bound);
		} finally {
			await engine.close();
		}
	});

	it("of many states is little more than what lives in each, from their start", async () => {
		const engine = await open({ threads: 5 });
		try {
			const build = await engine.load(await buildText(name));
			const own = build.allocated.slice(1, 60);
			for (let i = 0; i < 3; i++) {
				const sets = NodeSets.deltas(own.map((id) => ({ remove: [id, own[i] as number] })));
				await build.calculateBatch(sets);
			}
			const lived = await live(engine);
			for (const { peak } of engine.memory()) expect(peak / 2 ** 20).toBeLessThan(lived + 40);
		} finally {
			await engine.close();
		}
	});

	it("holds no closed build, whatever compiled code has met", async () => {
		const text = await buildText(name);
		const engine = await open();
		try {
			const after: number[] = [];
			for (let i = 0; i < 6; i++) {
				const build = await engine.load(text + "\n".repeat(i));
				const own = build.allocated.slice(1, 60);
				await build.calculateBatch(NodeSets.deltas(own.map((id) => ({ remove: [id] }))), {
					stats: i % 2 === 0 ? build.defaultStats : build.stats(),
				});
				await build.command("sheet");
				await build.close();
				after.push(await live(engine));
			}
			// What was calculated last hangs on Path of Building's variables: one build at most, and never a second one.
			// Compiled code grows, by less than the 12 MB and more that a build takes.
			expect(Math.max(...after.slice(2)) - (after[1] as number)).toBeLessThan(12);
		} finally {
			await engine.close();
		}
	});

	it("that does not suffice is told as what it is, with the limit", async () => {
		const text = await buildText(name);
		// Path of Building alone takes 80 MB, a build and its tree 40 more.
		const engine = await open({ memoryLimitMB: 100 });
		try {
			for (let i = 0; i < 2; i++)
				await expect(engine.load(text)).rejects.toMatchObject({
					code: "MEMORY",
					message: expect.stringContaining("memory limit of 100 MB"),
					hint: expect.stringContaining("memoryLimitMB"),
				});
		} finally {
			await engine.close();
		}
	});
});
