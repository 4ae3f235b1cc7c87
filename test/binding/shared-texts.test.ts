/** `host.shared`: what the states of one engine share. */

import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine, NodeSets } from "../../src/index.js";

const calculator = fileURLToPath(new URL("../lua/shared-texts.lua", import.meta.url));
const open = () => Engine.open({ calculator, threads: 2, sandbox: false, rollback: false, cache: false });

describe("texts that states share", () => {
	let engine: Engine;
	beforeAll(async () => {
		engine = await open();
	});
	afterAll(() => engine.close());

	it("have one number each, and are kept by the first that puts them", async () => {
		const build = await engine.load("");
		const ids = Array.from({ length: 4000 }, (_, i) => i + 1);
		const result = await build.calculateBatch(NodeSets.deltas(ids.map((id) => ({ add: [id] }))));
		expect(result.errors).toEqual([]);
		const column = (name: string) => [...result.column(name)];
		for (const name of ["Number", "Long"]) {
			const numbers = new Map<number, Set<number>>();
			column(name).forEach((number, row) => {
				const id = (ids[row] as number) % 10;
				numbers.set(id, (numbers.get(id) ?? new Set()).add(number));
			});
			expect([...numbers.values()].map((each) => each.size)).toEqual(Array(10).fill(1));
			expect(new Set([...numbers.values()].map((each) => [...each][0])).size).toBe(10);
		}
		expect(column("First").reduce((sum, first) => sum + first)).toBe(10);
		expect(column("Kept").every((kept) => kept === 1)).toBe(true);
		expect(new Set(column("Serial")).size).toBe(ids.length);
		expect(await build.command("missing")).toBe(true);
	});

	it("belong to one engine, and are limited", async () => {
		const other = await open();
		const build = await other.load("");
		expect(build.calculateSync({ add: [3] }).First).toBe(1);
		expect(await build.command("fill")).toEqual({ isGone: true, isSame: true });
		await other.close();
	});
});
