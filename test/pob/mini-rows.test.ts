import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Build, Engine, type NodeSetDelta, NodeSets } from "../../src/index.js";
import { expectSameBits, valuesOfRow } from "../support/bits.js";
import { dice, miniBuild, miniPob, miniPobWith, shuffled, strategyStats } from "../support/pob.js";

// The numbers here follow from test/fixtures/mini-pob/README.md and the lines of its tree.json.
const jewel = (base: string, line: string) => `<Item id="1">Rarity: RARE\nA Jewel\n${base}\n${line}</Item>`;
const socketed = '<Sockets><Socket nodeId="15" itemId="1"/></Sockets>';
const wide = jewel("Wide Jewel", "Passive Skills in Radius also grant +7 to Armour");
const timeless = jewel("Timeless Jewel", "+3 to Armour");
const strength = '<Overrides><AttributeOverride strNodes="10,11"/></Overrides>';

let engine: Engine;
beforeAll(async () => {
	engine = await Engine.open({ calculator: "pob", pob: miniPob, threads: 1, cache: false });
});
afterAll(() => engine.close());

const load = (options: Parameters<typeof miniBuild>[0] = {}) => engine.load(miniBuild(options));

/** Stats of the build with a set, and of the build itself, which must not have changed. */
async function rowOf(build: Build, set: NodeSetDelta, ...stats: string[]): Promise<number[]> {
	const result = await build.calculateBatch(NodeSets.deltas([{}, set, {}]), { stats });
	expect(result.errors).toEqual([]);
	expectSameBits(valuesOfRow(result, 2), valuesOfRow(result, 0));
	return stats.map((stat) => result.row(1)[stat] as number);
}

describe("a row", () => {
	let build: Build;
	beforeAll(async () => {
		build = await load();
	});
	const all = ["Str", "Dex", "Int", "Life", "Mana", "Armour", "TotalDPS", "FullDPS", "Spec:LifeInc"];
	const rows: [string, NodeSetDelta, number[]][] = [
		["the build itself", {}, [15, 10, 10, 96, 60, 0, 50, 50, 20]],
		["an added node", { add: [24] }, [15, 10, 10, 96, 60, 5, 50, 50, 20]],
		[
			"two added ones, a keystone that changes what the other gives",
			{ add: [14, 24] },
			[15, 10, 10, 96, 60, 10, 50, 50, 20],
		],
		["a removed node", { remove: [13] }, [15, 10, 10, 80, 60, 0, 50, 50, 0]],
		["a removed node with the one that hung on it", { remove: [12, 13] }, [15, 10, 10, 70, 60, 0, 50, 50, 0]],
		["a swap", { add: [19], remove: [13] }, [15, 10, 10, 80, 60, 0, 50 * 1.1, 50 * 1.1, 0]],
		[
			"an attribute node of Strength",
			{ add: [11], attributes: { 11: "Str" } },
			[20, 10, 10, 108, 60, 0, 50, 50, 20],
		],
		[
			"an attribute node of Dexterity",
			{ add: [11], attributes: { 11: "Dex" } },
			[15, 15, 10, 96, 60, 0, 50, 50, 20],
		],
		[
			"an attribute node of Intelligence",
			{ add: [11], attributes: { 11: "Int" } },
			[15, 10, 15, 96, 70, 0, 50, 50, 20],
		],
		["an attribute node without a choice: Strength", { add: [11] }, [20, 10, 10, 108, 60, 0, 50, 50, 20]],
		[
			"another choice at an allocated node",
			{ add: [10], attributes: { 10: "Int" } },
			[10, 10, 15, 84, 70, 0, 50, 50, 20],
		],
		["an allocated node again", { add: [10, 13] }, [15, 10, 10, 96, 60, 0, 50, 50, 20]],
		["a line that nobody understands", { add: [24, 25] }, [15, 10, 10, 96, 60, 5, 50, 50, 20]],
	];
	it.each(rows)("%s", async (_, set, expected) => {
		expect(await rowOf(build, set, ...all)).toEqual(expected);
	});

	it("a new attribute node gets Strength, whatever the build's file says of it, as when the window allocates it", async () => {
		const other = '<Overrides><AttributeOverride strNodes="10" intNodes="11"/></Overrides>';
		const own = await load({ spec: other });
		expect(await rowOf(own, { add: [11] }, ...all)).toEqual(
			await rowOf(build, { add: [11], attributes: { 11: "Str" } }, ...all),
		);
		await own.close();
	});

	it("given as the whole set of nodes is the same", async () => {
		const sets = NodeSets.full([
			{ nodes: [1, 10, 12, 13, 30] },
			{ nodes: [1, 10, 11, 12, 13, 30], attributes: { 11: "Int" } },
			{ nodes: [1, 10, 30], attributes: { 10: "Dex" } },
		]);
		const { values } = await build.calculateBatch(sets, { stats: ["Life", "Dex", "Mana"] });
		expect([...values]).toEqual([96, 10, 60, 96, 10, 70, 60, 15, 60]);
	});

	it("by default answers what a player looks at first", async () => {
		expect(await build.calculate()).toEqual({ FullDPS: 50, TotalDPS: 50, Life: 96, Mana: 60, Armour: 0 });
	});

	it("of a node that the tree does not have, or that no point can buy, fails alone", async () => {
		const result = await build.calculateBatch(
			NodeSets.deltas([{ add: [9999] }, { add: [2] }, { add: [24] }]),
			{
				stats: ["Armour"],
			},
		);
		expect(result.errors.map(({ code, row }) => [code, row])).toEqual([
			["UNKNOWN_NODE", 0],
			[expect.stringMatching(/INVALID_NODE_SET|CALCULATOR_ERROR/), 1],
		]);
		expect([...result.values]).toEqual([Number.NaN, Number.NaN, 5]);
	});
});

describe("the order in which Path of Building walks the allocated nodes", () => {
	// The walk as one number, exact below 2^53.
	const walk = `output.Walk = 0
	for id in pairs(build.spec.allocNodes) do
		output.Walk = (output.Walk * 31 + id) % 2 ^ 40
	end`;
	/** More nodes, with ids as wide apart as real ones: those of the stand-in never collide in a table. */
	const more = Array.from({ length: 24 }, (_, i) => 1000 + 977 * i);
	const withMore = (text: string) => {
		const tree = JSON.parse(text);
		for (const id of more) tree.nodes[id] = { ...tree.nodes[19], skill: id };
		return JSON.stringify(tree);
	};
	const [next, last] = more.slice(-2) as [number, number];
	const listings = Array.from({ length: 8 }, (_, i) => shuffled([10, ...more.slice(0, -2)], dice(i + 1)));
	const attribute = '<Overrides><AttributeOverride strNodes="10"/></Overrides>';

	it("is that of the nodes in the build's file, then those that a set adds, in rows as in the loaded build", async () => {
		const pob = miniPobWith({
			"src/Modules/CalcPerform.lua": (text) =>
				text.replace("\tcalcs.defence(env)\n", `\tcalcs.defence(env)\n\t${walk}\n`),
			"src/TreeData/0_1/tree.json": withMore,
		});
		await using walking = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const walkOf = async (nodes: readonly number[], set: NodeSetDelta) => {
			const build = await walking.load(miniBuild({ nodes: nodes.join(), spec: attribute }));
			const { Walk } = await build.calculate(set, { stats: ["Walk"] });
			await build.close();
			return Walk as number;
		};
		const loaded: number[] = [];
		for (const nodes of listings) {
			const own = await walkOf(nodes, {});
			// The same nodes, one of them with another attribute.
			expect(await walkOf(nodes, { add: [10], attributes: { 10: "Int" } })).toBe(own);
			expect(await walkOf(nodes, { add: [last] })).toBe(await walkOf([...nodes, last], {}));
			expect(await walkOf(nodes, { add: [next, last] })).toBe(await walkOf([...nodes, next, last], {}));
			loaded.push(own);
		}
		// The listings do make a difference.
		expect(new Set(loaded).size).toBeGreaterThan(3);
	});
});

describe("of the options of one choice", () => {
	it("the one that is added takes the place of the allocated one", async () => {
		const build = await load({ nodes: "30,33,34" });
		expect(await rowOf(build, { add: [35] }, "Armour", "Mana")).toEqual([0, 100]);
		expect(await rowOf(build, { add: [35], remove: [34] }, "Armour", "Mana")).toEqual([0, 100]);
		expect(await rowOf(build, {}, "Armour", "Mana")).toEqual([9, 60]);
		const opened = await engine.load(await build.toXml({ add: [35] }));
		expect(opened.allocated).toContain(35);
		expect(opened.allocated).not.toContain(34);
	});

	it("two cannot be allocated", async () => {
		const build = await load({ nodes: "30,33" });
		const { errors } = await build.calculateBatch(NodeSets.deltas([{ add: [34, 35] }]));
		expect(errors[0]?.message).toContain("nodes 34 (Vow of Iron) and 35 (Vow of Thought) exclude each other");
	});
});

describe("weapon sets", () => {
	it("a node of the set in use counts, of the other one it does not", async () => {
		const build = await load();
		const nodes = { add: [19, 20] };
		expect(await rowOf(build, { ...nodes, weaponSets: { 19: 1, 20: 1 } }, "TotalDPS")).toEqual([50 * 1.2]);
		expect(await rowOf(build, { ...nodes, weaponSets: { 19: 2, 20: 2 } }, "TotalDPS")).toEqual([50]);
		expect(await rowOf(build, { ...nodes, weaponSets: { 20: 2 } }, "TotalDPS")).toEqual([50 * 1.1]);
	});

	it("the build says which set is in use", async () => {
		const build = await load({ items: '<ItemSet id="1" useSecondWeaponSet="true"/>' });
		const nodes = { add: [19, 20] };
		expect(await rowOf(build, { ...nodes, weaponSets: { 19: 1, 20: 1 } }, "TotalDPS")).toEqual([50]);
		expect(await rowOf(build, { ...nodes, weaponSets: { 19: 2, 20: 2 } }, "TotalDPS")).toEqual([50 * 1.2]);
	});

	it("ascendancy nodes and keystones count in both, whatever is asked", async () => {
		const build = await load();
		expect(await rowOf(build, { add: [31, 32], weaponSets: { 31: 2, 32: 2 } }, "Mana")).toEqual([80]);
		expect(await rowOf(build, { add: [14, 24], weaponSets: { 14: 2 } }, "Armour")).toEqual([10]);
	});

	it("an allocated node can move to another set", async () => {
		const build = await load();
		expect(build.info.weaponSets).toEqual([0, 0, 0, 0, 0]);
		expect(await rowOf(build, { add: [13], weaponSets: { 13: 2 } }, "Life")).toEqual([80]);
	});

	it("a normal node behind a branch of weapon-set nodes turns the branch back to normal", async () => {
		const build = await load({ nodes: "1,10,12,13,19,20,30", spec: '<WeaponSet2 nodes="19,20"/>' });
		expect(build.info.weaponSets).toEqual([0, 0, 0, 0, 2, 2, 0]);
		expect(await rowOf(build, {}, "TotalDPS")).toEqual([50]);
		expect(await rowOf(build, { add: [21] }, "TotalDPS")).toEqual([50 * 1.5]);
		expect(await rowOf(build, { add: [21], weaponSets: { 21: 2 } }, "TotalDPS")).toEqual([50]);
	});

	it("such a branch has the attribute that is chosen for the nearest attribute node behind it, else Strength", async () => {
		// A second attribute node: 1 - 10 - 11 - 15 - 16, all of attributes but 15.
		const attributeNode = (text: string) => {
			const options = text.match(/"isAttribute":true,"options":\[.*?\]\}\]/)?.[0];
			return text.replace(/("16": \{.*?"orbitIndex":0)/, `$1,${options}`);
		};
		const pob = miniPobWith({ "src/TreeData/0_1/tree.json": attributeNode });
		const other = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const spec = '<WeaponSet2 nodes="10"/><Overrides><AttributeOverride strNodes="10"/></Overrides>';
		const build = await other.load(miniBuild({ nodes: "1,10,30", spec }));
		const attributesOf = (set: NodeSetDelta) => rowOf(build, set, "Str", "Dex", "Int");
		expect(await attributesOf({})).toEqual([10, 10, 10]);
		expect(await attributesOf({ add: [12] })).toEqual([15, 10, 10]);
		expect(await attributesOf({ add: [11] })).toEqual([20, 10, 10]);
		const add = [11, 15, 16];
		expect(await attributesOf({ add, attributes: { 11: "Dex", 16: "Int" } })).toEqual([10, 20, 15]);
		expect(await attributesOf({ add, attributes: { 11: "Int", 16: "Dex" } })).toEqual([10, 15, 20]);
		expect(await attributesOf({ add, attributes: { 16: "Int" } })).toEqual([20, 10, 15]);
		expect(await attributesOf({ add: [11, 12], attributes: { 11: "Dex" } })).toEqual([10, 20, 10]);
		await other.close();
	});
});

describe("jewels", () => {
	const nodes = "1,10,11,15,30";

	it("whose radius holds an added or removed node grant or lose there, and twins outside of it do not", async () => {
		const build = await load({ nodes, spec: strength + socketed, items: wide });
		expect(build.info.jewels).toEqual([{ node: 15, name: "A Jewel", allocated: true }]);
		expect(await rowOf(build, {}, "Armour", "TotalDPS")).toEqual([7, 50]);
		expect(await rowOf(build, { add: [16] }, "Armour", "TotalDPS")).toEqual([14, 52.5]);
		expect(await rowOf(build, { add: [17] }, "Armour", "TotalDPS")).toEqual([7, 52.5]);
		expect(await rowOf(build, { remove: [15] }, "Armour", "TotalDPS")).toEqual([0, 50]);
	});

	it("node power keeps twins apart", async () => {
		const build = await load({ nodes, spec: strength + socketed, items: wide });
		const { nodes: found } = await build.power({ stats: ["Armour", "TotalDPS"], depth: 1 });
		const gains = new Map(found.map((node) => [node.id, node.gains]));
		expect(gains.get(16)).toEqual({ Armour: 7, TotalDPS: 2.5 });
		expect(gains.get(17)).toEqual({ Armour: 0, TotalDPS: 2.5 });
	});

	it("that conquer nodes do so when their socket is allocated, and stop when it is not", async () => {
		const without = await load({ nodes: "1,10,11,30", spec: strength + socketed, items: timeless });
		expect(await rowOf(without, {}, "Str", "Armour")).toEqual([20, 0]);
		expect(await rowOf(without, { add: [15] }, "Str", "Armour")).toEqual([15, 3]);
		expect(await rowOf(without, { add: [15, 16] }, "Str", "Armour", "TotalDPS")).toEqual([15, 6, 50]);
		const withIt = await load({ nodes, spec: strength + socketed, items: timeless });
		expect(await rowOf(withIt, {}, "Str", "Armour")).toEqual([15, 3]);
		expect(await rowOf(withIt, { add: [16] }, "Armour", "TotalDPS")).toEqual([6, 50]);
		expect(await rowOf(withIt, { remove: [15] }, "Str", "Armour")).toEqual([20, 0]);
		expect(await rowOf(withIt, { add: [17] }, "Armour", "TotalDPS")).toEqual([3, 52.5]);
	});
});

describe("rows that change the build itself", () => {
	it("a node that grants a skill adds it to FullDPS, and only there", async () => {
		const build = await load();
		const before = await strategyStats(build);
		expect(await rowOf(build, { add: [18] }, "FullDPS", "TotalDPS")).toEqual([70, 50]);
		expect((await strategyStats(build)).main).toBe((before.main ?? 0) + 1);
		expect(await rowOf(build, { add: [24] }, "FullDPS")).toEqual([50]);
		expect(await build.toXml()).not.toContain("Tree:18");
	});

	it("removing the node takes the skill away again, and the build keeps it", async () => {
		const build = await load({ nodes: "1,10,18,30" });
		expect(await rowOf(build, {}, "FullDPS")).toEqual([70]);
		expect(await rowOf(build, { remove: [18] }, "FullDPS")).toEqual([50]);
		expect(await rowOf(build, { add: [24] }, "FullDPS")).toEqual([70]);
		expect(await build.toXml()).toContain("Tree:18");
	});

	it("the first thorns on a tree take the long way, further ones do not", async () => {
		const build = await load();
		const before = (await strategyStats(build)).main ?? 0;
		await rowOf(build, { add: [26] }, "Life");
		expect((await strategyStats(build)).main).toBe(before + 1);
		await rowOf(build, { add: [24] }, "Life");
		expect((await strategyStats(build)).main).toBe(before + 1);
	});

	it("what the calculation corrects at a gem does not stay", async () => {
		const build = await load({
			skills: '<Skill><Gem nameSpec="Spark" level="5" skillStageCount="9"/></Skill>',
		});
		expect(await rowOf(build, { add: [19] }, "TotalDPS")).toEqual([150 * 1.1]);
		expect(await rowOf(build, {}, "TotalDPS")).toEqual([150]);
	});
});

describe("stats", () => {
	it("a FullDPS that Path of Building leaves out counts as 0", async () => {
		const build = await load({ skills: '<Skill><Gem nameSpec="Ember" level="5"/></Skill>' });
		expect(build.stats()).toContain("FullDPS");
		expect(await rowOf(build, { add: [19] }, "FullDPS", "TotalDPS")).toEqual([0, 50 * 1.1]);
	});

	it("of a minion carry its name", async () => {
		const build = await load({ skills: '<Skill><Gem nameSpec="Skeleton" level="3"/></Skill>' });
		expect(build.stats()).toEqual(expect.arrayContaining(["Minion.Life", "Minion.Damage"]));
		expect(await rowOf(build, { add: [19] }, "Minion.Life", "Minion.Damage", "Life")).toEqual([
			300,
			30 * 1.1,
			96,
		]);
	});

	it("that nobody knows are refused with names that are near", async () => {
		const build = await load();
		await expect(build.calculate({}, { stats: ["TotalDSP"] })).rejects.toMatchObject({
			code: "UNKNOWN_STAT",
			hint: expect.stringContaining("TotalDPS"),
		});
	});

	it("whose names Path of Building joins can be asked for where only node sets have them", async () => {
		const pob = miniPobWith({
			"src/Modules/CalcDefence.lua": (text) =>
				text.replace(
					/(\toutput\.Armour = )/,
					`for _, pool in ipairs({ "Life", "Mana", "Armour" }) do
						if db:Sum("BASE", nil, pool) ~= (pool == "Armour" and 0 or nil) then
							output["Most" .. pool .. "Taken"] = 2 * db:Sum("BASE", nil, pool)
						end
					end
					$1`,
				),
		});
		const joined = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const build = await joined.load(miniBuild());
		expect(build.stats()).toContain("MostManaTaken");
		expect(build.stats()).not.toContain("MostArmourTaken");
		expect(await rowOf(build, { add: [24] }, "MostArmourTaken", "MostManaTaken")).toEqual([10, 80]);
		expect(await build.calculate({}, { stats: ["MostArmourTaken"] })).toEqual({ MostArmourTaken: 0 });
		await expect(build.calculate({}, { stats: ["MostSpearTaken"] })).rejects.toMatchObject({
			code: "UNKNOWN_STAT",
		});
		await joined.close();
	});

	it("that are sums over modifiers stay those of the loaded build when a row changes a modifier in place", async () => {
		const pob = miniPobWith({
			// Path of Building marks modifiers that nodes share with the weapon set of the node that has them.
			"src/Modules/CalcSetup.lua": (text) =>
				text.replace(
					"\tenv.allocNodes = build.spec.allocNodes\n",
					`$&
					for _, mod in ipairs(build.spec.nodes[13].modList) do
						mod.value = build.spec.allocNodes[24] and 50 or 20
					end
`,
				),
		});
		const marking = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const build = await marking.load(miniBuild());
		expect(await rowOf(build, { add: [24] }, "Spec:LifeInc")).toEqual([50]);
		expect(await build.calculate({}, { stats: ["Spec:LifeInc"] })).toEqual({ "Spec:LifeInc": 20 });
		await marking.close();
	});

	it("that hang on an order which Path of Building leaves to chance are always the same, and named", async () => {
		const items = `<Item id="1">Rarity: MAGIC\nRed\nStone Charm\n+10 to Life</Item><Item id="2">Rarity: MAGIC\nBlue\nStone Charm\n+10 to Mana</Item>
			<ItemSet id="1"><Slot name="Charm 2" itemId="2" active="true"/><Slot name="Charm 1" itemId="1" active="true"/></ItemSet>`;
		const build = await load({ items });
		// Of (40 + 10 + 10 + 2 x 15) x 1.2; Mana stays.
		expect(await rowOf(build, { add: [24] }, "Life", "Mana")).toEqual([108, 60]);
		expect(await rowOf(build, { add: [31] }, "Life", "Mana")).toEqual([108, 70]);
		expect(build.unstableStats).toEqual(["Life", "Mana"]);
		expect(build.warnings).toEqual([
			{
				code: "UNSTABLE_STATS",
				text: "Path of Building itself leaves these stats to chance (2 charms are active but 1 count; here those in the first slots do): Life, Mana",
				where: "build",
			},
		]);
	});

	it("that hang on which of three goes first are named, whichever it is", async () => {
		// A walk of the three alone, as Path of Building's over its charms.
		const pob = miniPobWith({
			"src/Modules/CalcSetup.lua": (text) =>
				text.replace(
					"for _, slot in pairs(build.itemsTab.slots) do",
					`local charms = {}
					for _, slot in ipairs(build.itemsTab.orderedSlots) do
						charms[build.itemsTab.items[slot.selItemId] or false] = slot
					end
					charms[false] = nil
					for _, slot in pairs(charms) do`,
				),
		});
		const charm = (id: number, line: string) =>
			`<Item id="${id}">Rarity: MAGIC\nCharm ${id}\nStone Charm\n${line}</Item>`;
		const slot = (id: number) => `<Slot name="Charm ${id}" itemId="${id}" active="true"/>`;
		const items = `${charm(1, "+10 to Life")}${charm(2, "+10 to Mana")}${charm(3, "+10 to Armour")}
			<ItemSet id="1">${slot(1)}${slot(2)}${slot(3)}</ItemSet>`;
		const walking = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const build = await walking.load(miniBuild({ items }));
		expect(build.unstableStats).toEqual(["Armour", "Life", "Mana"]);
		await walking.close();
	});
});

describe("stats that Path of Building leaves to chance", () => {
	const charm = (id: number, line: string) =>
		`<Item id="${id}">Rarity: MAGIC\nCharm ${id}\nStone Charm\n${line}</Item>`;
	const slot = (id: number) => `<Slot name="Charm ${id}" itemId="${id}" active="true"/>`;
	const charms = (...lines: string[]) =>
		lines.map((line, i) => charm(i + 1, line)).join("") +
		`<ItemSet id="1">${lines.map((_, i) => slot(i + 1)).join("")}</ItemSet>`;

	it("are all listed, however many, though the warning names the first ones only", async () => {
		const pob = miniPobWith({
			"src/Modules/CalcDefence.lua": (text) =>
				text.replace(
					/(\toutput\.Armour = )/,
					`for i = 1, 20 do
						output[("Pool%02d"):format(i)] = i * db:Sum("BASE", nil, "Life")
					end
					$1`,
				),
		});
		const many = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const build = await many.load(miniBuild({ items: charms("+10 to Life", "+10 to Mana") }));
		const pools = Array.from({ length: 20 }, (_, i) => `Pool${String(i + 1).padStart(2, "0")}`);
		expect(build.unstableStats).toEqual(["Life", "Mana", ...pools]);
		expect(build.info.unstableStats).toBe(build.unstableStats);
		expect(build.warnings.map(({ text }) => text)).toEqual([
			expect.stringMatching(/: Life, .*, Pool10 and 10 more$/),
		]);
		await many.close();
	});

	it("are listed where they are sums over skills or over modifiers, too", async () => {
		const build = await load({ items: charms("20% increased Damage", "10% increased Life") });
		const rest = ["Life", "Spec:LifeInc", "TotalDPS"].filter((stat) => build.stats().includes(stat));
		expect(build.unstableStats).toEqual(["FullDPS", ...rest]);
		await build.close();
	});
});

describe("a row that fails or is stopped", () => {
	const stats = ["Life", "Armour", "TotalDPS", "FullDPS"];
	const rows = [
		{},
		{ add: [24] },
		{ add: [18, 24] },
		{ remove: [12, 13] },
		{ add: [11], attributes: { 11: "Int" } },
	] as const;

	it("by an error in the middle of the calculation costs no other row", async () => {
		const build = await load();
		const good = await build.calculateBatch(NodeSets.deltas(rows), { stats });
		const mixed = rows.flatMap((set): NodeSetDelta[] => [
			{ add: [22] },
			set,
			{ add: [18, 22], remove: [13] },
		]);
		const result = await build.calculateBatch(NodeSets.deltas(mixed), { stats });
		expect(result.errors).toHaveLength(2 * rows.length);
		expect(result.errors[0]).toMatchObject({
			code: "CALCULATOR_ERROR",
			row: 0,
			set: { add: [22] },
			message: "Modules/CalcPerform.lua:15: the node breaks the calculation",
			traceback: expect.stringContaining("in function 'perform'"),
		});
		rows.forEach((_, i) => {
			expectSameBits(valuesOfRow(result, 3 * i + 1), valuesOfRow(good, i));
		});
	});

	it("by its time limit costs no other row", async () => {
		const build = await load();
		const good = await build.calculateBatch(NodeSets.deltas(rows), { stats });
		const mixed = rows.flatMap((set): NodeSetDelta[] => [{ add: [18, 23], remove: [13] }, set]);
		const result = await build.calculateBatch(NodeSets.deltas(mixed), { stats, rowTimeoutMs: 100 });
		expect(result.errors.map(({ code, row }) => [code, row])).toEqual(rows.map((_, i) => ["TIMEOUT", 2 * i]));
		rows.forEach((_, i) => {
			expectSameBits(valuesOfRow(result, 2 * i + 1), valuesOfRow(good, i));
		});
	});

	it("by an abort leaves the build as it was", async () => {
		const build = await load();
		const good = await build.calculateBatch(NodeSets.deltas(rows), { stats });
		const xml = await build.toXml();
		const stopped = await build.calculateBatch(NodeSets.deltas([{ add: [23], remove: [12, 13] }]), {
			stats,
			signal: AbortSignal.timeout(200),
		});
		expect(stopped.stopped).toBe("ABORTED");
		const after = await build.calculateBatch(NodeSets.deltas(rows), { stats });
		expectSameBits(after.values, good.values);
		expect(await build.toXml()).toBe(xml);
	});
});

it("two threads and another order of the rows answer the same bits", async () => {
	const sets = [
		{ add: [24] },
		{ add: [18] },
		{ remove: [13] },
		{ add: [15, 11] },
		{ add: [26] },
		{ add: [31, 32] },
		{},
	];
	const many = Array.from({ length: 40 }, (_, i) => sets[(i * 5) % sets.length] as NodeSetDelta);
	const text = miniBuild({ spec: strength + socketed, items: timeless });
	await using two = await Engine.open({ calculator: "pob", pob: miniPob, threads: 2, cache: false });
	const [one, other] = [await engine.load(text), await two.load(text)];
	const stats = one.stats();
	const a = await one.calculateBatch(NodeSets.deltas(many), { stats });
	const b = await other.calculateBatch(NodeSets.deltas([...many].reverse()), { stats });
	expect(b.errors).toEqual([]);
	many.forEach((_, i) => {
		expectSameBits(valuesOfRow(b, many.length - 1 - i), valuesOfRow(a, i));
	});
});
