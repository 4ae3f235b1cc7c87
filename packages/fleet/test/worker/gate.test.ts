import { expect, it } from "vitest";
import { Gate } from "../../src/worker/gate.js";

it("lets jobs in together, but for those that must be alone", async () => {
	const gate = new Gate();
	const log: string[] = [];
	const enter = async (name: string, alone: boolean) => {
		const leave = await gate.enter(alone);
		log.push(name);
		return () => {
			log.push(`-${name}`);
			leave();
		};
	};
	const settle = () => new Promise((resolve) => setImmediate(resolve));
	const [a, b] = [await enter("a", false), await enter("b", false)];
	const [alone, c, d] = [enter("alone", true), enter("c", false), enter("d", false)];
	await settle();
	a();
	await settle();
	expect(log).toEqual(["a", "b", "-a"]);
	b();
	await settle();
	expect(log.slice(3)).toEqual(["-b", "alone"]);
	(await alone)();
	(await c)();
	(await d)();
	expect(log.slice(5)).toEqual(["-alone", "c", "d", "-c", "-d"]);
	(await enter("last", true))();
	expect(log.slice(-2)).toEqual(["last", "-last"]);
});
