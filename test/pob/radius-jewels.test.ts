/** Rows of builds whose jewels reach nodes around their sockets: against the originals, bit by bit. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Build, Engine, type NodeSetDelta, NodeSets } from "../../src/index.js";
import { expectSameBits, valuesOfRow } from "../support/bits.js";
import { describeWithPob, dice, randomSets } from "../support/pob.js";

const text = await readFile(
	fileURLToPath(new URL("../../data/corpus/warrior-earthquake.xml", import.meta.url)),
	"utf8",
);

const timeLost = (...lines: string[]) =>
	[
		"Rarity: RARE\nDoom Loop\nTime-Lost Ruby\nRadius: Very Large\nImplicits: 0",
		"Upgrades Radius to Very Large",
		...lines,
	].join("\n");
const jewels = {
	"notables and small nodes get modifiers": timeLost(
		"Notable Passive Skills in Radius also grant 5% increased maximum Life",
		"Small Passive Skills in Radius also grant 3% increased Attack Damage",
	),
	"modifiers of small nodes are larger": timeLost(
		"20% increased Effect of Small Passive Skills in Radius",
		"Small Passive Skills in Radius also grant +5 to maximum Life",
	),
	"nothing but its attributes is told": [
		"Rarity: UNIQUE\nFrom Nothing\nDiamond\nRadius: Small\nImplicits: 0",
		"Passives in radius of Resolute Technique can be Allocated without being connected to your tree",
	].join("\n"),
};

describeWithPob("rows of builds whose jewels have a radius", (pob) => {
	let fast: Engine;
	let plain: Engine;
	let build: Build;
	beforeAll(async () => {
		fast = await Engine.open({ calculator: "pob", pob, threads: 1 });
		plain = await Engine.open({
			calculator: "pob",
			pob,
			threads: 1,
			cache: false,
			options: { fast: false },
		});
		build = await fast.load(text);
	}, 120_000);
	afterAll(() => Promise.all([fast?.close(), plain?.close()]));

	/** The build with jewels in the sockets that are nearest to it, as saved. */
	async function withJewels(...texts: string[]): Promise<{ text: string; sockets: number[] }> {
		const { tree, allocated } = build;
		const paths = (tree?.pathsWithin(allocated, 15) ?? [])
			.filter(({ target }) => tree?.node(target).type === "jewelSocket")
			.sort((a, b) => a.nodes.length - b.nodes.length)
			.slice(0, texts.length);
		expect(paths.length).toBe(texts.length);
		const worn = Object.fromEntries(paths.map(({ target }, i) => [target, texts[i] as string]));
		const add = [...new Set(paths.flatMap(({ nodes }) => [...nodes]))];
		return {
			text: await build.variant({ jewels: worn }).toXml({ add }),
			sockets: Object.keys(worn).map(Number),
		};
	}

	/** Changes of the nodes around sockets: paths into both weapon sets and neither, and branches given up. */
	function around(other: Build, sockets: readonly number[]): NodeSetDelta[] {
		const { tree, allocated } = other;
		if (!tree) throw new Error("no tree");
		const near = new Set<number>(sockets);
		for (let steps = 0; steps < 4; steps++)
			for (const id of [...near]) for (const next of tree.neighbours(id)) near.add(next);
		const paths = tree.pathsWithin(allocated, 4).filter(({ target }) => near.has(target));
		expect(paths.length).toBeGreaterThan(5);
		return [
			...paths.map(({ nodes }, i) => {
				const weaponSet = (i % 3) as 0 | 1 | 2;
				const weaponSets: Record<number, 1 | 2> = {};
				if (weaponSet !== 0) for (const id of nodes) weaponSets[id] = weaponSet;
				return { add: [...nodes], weaponSets };
			}),
			...[...near]
				.filter((id) => allocated.includes(id) && tree.node(id).allocatable)
				.map((id) => {
					const left = allocated.filter((node) => node !== id);
					return { remove: [id, ...tree.unreachable(left)] };
				}),
		];
	}

	it.each([
		...Object.entries(jewels).map(([what, jewel]): [string, string[]] => [what, [jewel]]),
		["two reach the same nodes", Object.values(jewels).slice(0, 2)] as [string, string[]],
	])(
		"have the original's bits: %s",
		async (what, texts) => {
			const changed = await withJewels(...texts);
			const [a, b] = [await fast.load(changed.text), await plain.load(changed.text)];
			const sets = [...around(a, changed.sockets), ...randomSets(a, 60, dice(what.length))];
			const rows = NodeSets.deltas(sets);
			const stats = a.stats();
			const [found, wanted] = [
				await a.calculateBatch(rows, { stats }),
				await b.calculateBatch(rows, { stats }),
			];
			expect(found.errors).toEqual(wanted.errors);
			expect(found.errors.length).toBeLessThan(sets.length / 4);
			for (let row = 0; row < sets.length; row++)
				if (wanted.ok(row)) expectSameBits(valuesOfRow(found, row), valuesOfRow(wanted, row));
			// Most of them start from an environment that an earlier row left, whatever is changed in a radius.
			const { environments } = (await a.command("strategyStats")) as {
				environments: Record<string, number>;
			};
			expect(environments.plain).toBeLessThan(sets.length / 4);
			await Promise.all([a.close(), b.close()]);
		},
		600_000,
	);

	it("see jewels that are moved, changed and taken out", async () => {
		const [first, second] = Object.values(jewels);
		const changed = await withJewels(first as string, second as string);
		const [a, b] = [await fast.load(changed.text), await plain.load(changed.text)];
		const [socket, other] = changed.sockets as [number, number];
		const stats = a.stats();
		for (const worn of [{ [socket]: null }, { [socket]: second, [other]: first }, { [other]: first }, {}]) {
			const change = { jewels: worn as Record<number, string | null> };
			const [found, wanted] = [
				await a.variant(change).calculateBatch(NodeSets.deltas(around(a, [socket])), { stats }),
				await b.variant(change).calculateBatch(NodeSets.deltas(around(b, [socket])), { stats }),
			];
			for (let row = 0; row < wanted.length; row++)
				if (wanted.ok(row)) expectSameBits(valuesOfRow(found, row), valuesOfRow(wanted, row));
		}
		await Promise.all([a.close(), b.close()]);
	}, 600_000);
});
