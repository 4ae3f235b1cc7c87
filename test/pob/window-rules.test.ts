import { describe, expect, it } from "vitest";
import { type Build, Engine, type NodeSetDelta, NodeSets } from "../../src/index.js";
import { expectSameBits, valuesOfRow } from "../support/bits.js";
import {
	describeWithTestedBuilds,
	dice,
	miniBuild,
	miniPob,
	miniPobWith,
	randomSets,
	strategyStats,
	testedBuilds,
} from "../support/pob.js";

// Which rules clicks follow is the checkout's. The stand-in has those of Path of Building since 0.16; here it gets others.
const spec = "src/Classes/PassiveSpec.lua";
const replaced = (from: string, to: string) => (text: string) => {
	if (!text.includes(from)) throw new Error(`the stand-in has no ${from}`);
	return text.replace(from, to);
};

async function openWith(pob: string, options = {}): Promise<Engine> {
	return Engine.open({ calculator: "pob", pob, threads: 1, cache: false, options });
}

/** Nodes 19 and 20 (10 % damage each) are a branch of weapon set 2, which is not in use; 21 (30 %) lies behind. */
const branch = miniBuild({ nodes: "1,10,12,13,19,20,30", spec: '<WeaponSet2 nodes="19,20"/>' });

/** Random changes without the stand-in's nodes whose calculation fails or never ends. */
const answering = (build: Build, count: number, seed: number) =>
	randomSets(build, count, dice(seed)).filter(
		({ add = [] }) => ![...add].some((id) => id === 22 || id === 23),
	);

async function damage(build: Build, set: NodeSetDelta): Promise<number> {
	const result = await build.calculateBatch(NodeSets.deltas([{}, set, {}]), { stats: ["TotalDPS"] });
	expect(result.errors).toEqual([]);
	expect(result.column("TotalDPS")[0]).toBe(50);
	expect(result.column("TotalDPS")[2]).toBe(50);
	return result.column("TotalDPS")[1] as number;
}

describe("rows follow the checkout's own rules of allocation", () => {
	it("a branch that a normal node is allocated behind becomes normal", async () => {
		await using engine = await openWith(miniPob);
		const build = await engine.load(branch);
		expect(await build.command("rules")).toMatchObject({ promotes: true, unknown: [] });
		expect(await damage(build, { add: [21] })).toBe(50 * 1.5);
		expect((await strategyStats(build)).clicked).toBe(0);
	});

	it("it stays in its weapon set where clicks leave it there, as before 0.16", async () => {
		const pob = miniPobWith({
			[spec]: replaced("if self.allocMode == 0 and root.allocMode ~= 0 then", "if false then"),
		});
		await using engine = await openWith(pob);
		const build = await engine.load(branch);
		expect(await build.command("rules")).toMatchObject({ promotes: false, unknown: [] });
		expect(await damage(build, { add: [21] })).toBe(50 * 1.3);
		expect((await strategyStats(build)).clicked).toBe(0);
	});

	it("a rule that no version so far has is followed by clicking, in rows that it touches alone", async () => {
		// Only the node that the new one comes from becomes normal.
		const pob = miniPobWith({
			[spec]: replaced("ipairs(branchOf(root))", "ipairs({ root })"),
		});
		await using engine = await openWith(pob);
		const build = await engine.load(branch);
		expect(Object.keys(((await build.command("rules")) as { unknown: object }).unknown)).toEqual([
			"weaponSets",
		]);
		expect(await damage(build, { add: [21] })).toBe(50 * 1.4);
		expect((await strategyStats(build)).clicked).toBe(1);
		const plain = await engine.load(miniBuild());
		expect(await damage(plain, { add: [19] })).toBe(50 * 1.1);
		expect((await strategyStats(plain)).clicked).toBe(0);
	});

	it("what a later version counts while it clicks is there when a row is calculated", async () => {
		const pob = miniPobWith({
			[spec]: replaced(
				"	for socketId, itemId in pairs(self.jewels) do",
				`	self.allocatedKeystoneCount = 0
	for _, node in pairs(self.allocNodes) do
		self.allocatedKeystoneCount = self.allocatedKeystoneCount + (node.type == "Notable" and 1 or 0)
	end
	for socketId, itemId in pairs(self.jewels) do`,
			),
			"src/Modules/CalcPerform.lua": replaced(
				"	calcs.defence(env)",
				"	calcs.defence(env)\n	output.Mana = 1000 * build.spec.allocatedKeystoneCount",
			),
		});
		await using engine = await openWith(pob);
		const build = await engine.load(miniBuild());
		const notables = (nodes: readonly number[]) =>
			nodes.filter((id) => build.tree?.node(id).type === "notable").length;
		const path = build.tree?.pathsWithin(build.allocated, 7).find(({ nodes }) => notables([...nodes]) > 0);
		if (!path) throw new Error("the stand-in has no notable within reach");
		const result = await build.calculateBatch(NodeSets.deltas([{ add: [...path.nodes] }]), {
			stats: ["Mana"],
		});
		expect(result.column("Mana")[0]).toBe(1000 * (notables(build.allocated) + notables([...path.nodes])));
		expect((await strategyStats(build)).clicked).toBe(1);
	});

	it("where nothing can be clicked the newest rules that are known are taken, and the build says so", async () => {
		const pob = miniPobWith({
			[spec]: replaced("function PassiveSpec:AllocNode", "function PassiveSpec:Other"),
		});
		await using engine = await openWith(pob);
		const build = await engine.load(branch);
		expect(await damage(build, { add: [21] })).toBe(50 * 1.5);
		expect(JSON.stringify(build.warnings)).toContain("how clicks allocate nodes");
	});

	it("all rows by clicks have the bits of rows that are written", async () => {
		await using written = await openWith(miniPob);
		await using clicked = await openWith(miniPob, { clicks: true });
		for (const text of [branch, miniBuild()]) {
			const [one, other] = [await written.load(text), await clicked.load(text)];
			const sets = answering(one, 200, 5);
			const stats = one.stats();
			const a = await one.calculateBatch(NodeSets.deltas(sets), { stats });
			const b = await other.calculateBatch(NodeSets.deltas(sets), { stats });
			sets.forEach((set, i) => {
				expectSameBits(valuesOfRow(b, i), valuesOfRow(a, i), JSON.stringify(set));
			});
			expect((await strategyStats(other)).clicked).toBeGreaterThan(100);
		}
	});
});

/** The same state of the tree, said in three ways: as a change, with every node that changes restated, as a full set. */
function formsOf(build: Build, set: NodeSetDelta, after: Build): [string, NodeSetDelta | "full"][] {
	const { add = [], remove = [] } = set;
	const choices = new Map(
		after.allocated.map((id, i) => [
			id,
			[after.info.attributes[i] ?? 0, after.info.weaponSets[i] ?? 0] as const,
		]),
	);
	const own = new Map(
		build.allocated.map((id, i) => [
			id,
			[build.info.attributes[i] ?? 0, build.info.weaponSets[i] ?? 0] as const,
		]),
	);
	const changed = [...choices].filter(
		([id, [attribute, weaponSet]]) =>
			own.has(id) && (own.get(id)?.[0] !== attribute || own.get(id)?.[1] !== weaponSet),
	);
	const names = ["", "Str", "Dex", "Int"] as const;
	const attributesOf = (ids: readonly number[]) =>
		Object.fromEntries(
			ids.flatMap((id) => {
				const name = names[choices.get(id)?.[0] ?? 0];
				return name ? [[id, name]] : [];
			}),
		);
	const weaponSetsOf = (ids: readonly number[]) =>
		Object.fromEntries(
			ids.flatMap((id) => (choices.get(id)?.[1] ? [[id, choices.get(id)?.[1] as 1 | 2]] : [])),
		);
	const restated = [...add, ...changed.map(([id]) => id)];
	return [
		["plain", set],
		[
			"restated",
			{
				add: restated,
				remove: [...remove, ...changed.map(([id]) => id)],
				attributes: attributesOf(restated),
				weaponSets: weaponSetsOf(restated),
			},
		],
		["full", "full"],
	];
}

async function expectAllForms(engine: Engine, build: Build, sets: readonly NodeSetDelta[]): Promise<number> {
	const stats = build.stats();
	let restating = 0;
	let compared = 0;
	for (const set of sets) {
		const after = await engine.load(await build.toXml(set));
		const { add = [], remove = [] } = set;
		const gone = new Set(remove);
		const meant = new Set([...build.allocated.filter((id) => !gone.has(id)), ...add]);
		// Path of Building drops nodes that clicks cannot reach when it loads a tree.
		if (after.allocated.length !== meant.size || !after.allocated.every((id) => meant.has(id))) {
			await after.close();
			continue;
		}
		compared++;
		const forms = formsOf(build, set, after);
		const rows = await build.calculateBatch(
			NodeSets.deltas(forms.flatMap(([, form]) => (form === "full" ? [] : [form]))),
			{ stats },
		);
		const full = await build.calculateBatch(
			NodeSets.full([
				{
					nodes: after.allocated,
					attributes: Object.fromEntries(
						after.allocated.flatMap((id, i) => {
							const name = (["", "Str", "Dex", "Int"] as const)[after.info.attributes[i] ?? 0];
							return name ? [[id, name]] : [];
						}),
					),
					weaponSets: Object.fromEntries(
						after.allocated.flatMap((id, i) => {
							const weaponSet = after.info.weaponSets[i];
							return weaponSet ? [[id, weaponSet as 1 | 2]] : [];
						}),
					),
				},
			]),
			{ stats },
		);
		expect(rows.errors).toEqual([]);
		expect(full.errors).toEqual([]);
		expectSameBits(valuesOfRow(rows, 1), valuesOfRow(rows, 0), `restated: ${JSON.stringify(set)}`);
		expectSameBits(valuesOfRow(full, 0), valuesOfRow(rows, 0), `full: ${JSON.stringify(set)}`);
		const { remove: restated = [] } = forms[1]?.[1] as NodeSetDelta;
		restating += [...restated].length > [...remove].length ? 1 : 0;
		await after.close();
	}
	expect(compared).toBeGreaterThan(sets.length / 3);
	return restating;
}

describe("a node that a set restates", () => {
	it("changes itself and nothing else: the branch that it belongs to stays in its weapon set", async () => {
		await using engine = await openWith(miniPob);
		const build = await engine.load(branch);
		// 19, the root of the branch, is made normal; 20 stays in weapon set 2.
		expect(await damage(build, { remove: [19], add: [19] })).toBe(50 * 1.1);
		expect(await damage(build, { remove: [19], add: [19, 21], weaponSets: { 21: 2 } })).toBe(50 * 1.1);
		// What is added behind the branch makes the rest of it normal, too.
		expect(await damage(build, { remove: [19], add: [19, 21] })).toBe(50 * 1.5);
	});

	it("one state of the tree has the same bits in all forms in which it can be said", async () => {
		await using engine = await openWith(miniPob);
		const build = await engine.load(branch);
		expect(await expectAllForms(engine, build, answering(build, 60, 3))).toBeGreaterThan(0);
	});
});

describeWithTestedBuilds("with Path of Building, all forms of one state", (pob) => {
	it.each(testedBuilds)("have the same bits: %s", async (_, text) => {
		await using engine = await openWith(pob);
		const build = await engine.load(await text());
		await expectAllForms(engine, build, randomSets(build, 20, dice(8)));
	});
});
