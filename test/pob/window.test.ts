import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Build, Engine, type NodeSetDelta, NodeSets } from "../../src/index.js";
import { expectSameBits, valuesOfRow } from "../support/bits.js";
import { buildText, describeWithBuilds, dice, randomSets, sharedBuilds } from "../support/pob.js";

describeWithBuilds("with Path of Building", (pob) => {
	let engine: Engine;
	beforeAll(async () => {
		engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
	});
	afterAll(() => engine.close());

	const load = async (name: string, change = (text: string) => text) =>
		engine.load(change(await buildText(name)));
	const [first] = sharedBuilds as [string];
	const rowsOf = (build: Build, sets: readonly NodeSetDelta[], options = {}) =>
		build.calculateBatch(NodeSets.deltas(sets), { stats: build.stats(), ...options });

	function isConnected({ tree, allocated }: Build, { add = [], remove = [] }: NodeSetDelta): boolean {
		const removed = new Set(remove);
		const nodes = [...allocated.filter((id) => !removed.has(id)), ...add];
		const stranded = (ids: readonly number[]) => tree?.unreachable(new Set(ids)).length;
		return stranded(nodes) === stranded(allocated);
	}

	describe("a node set written into the build", () => {
		it.each(sharedBuilds)("%s: loaded again, it answers the bits of the set", async (name) => {
			const build = await load(name);
			// Path of Building drops nodes that are not connected when it loads a build.
			const sets = randomSets(build, 20, dice(5))
				.filter((set) => isConnected(build, set))
				.slice(0, 2);
			expect(sets).toHaveLength(2);
			const result = await rowsOf(build, sets);
			const text = await build.toXml();
			for (const [i, set] of sets.entries()) {
				const again = await engine.load(await build.toXml(set));
				const row = await again.calculate(
					{},
					{ stats: build.stats().filter((stat) => again.stats().includes(stat)) },
				);
				const wanted = Object.fromEntries(Object.keys(row).map((stat) => [stat, result.row(i)[stat]]));
				expect([set, row]).toEqual([set, wanted]);
				await again.close();
			}
			expect(await build.toXml()).toBe(text);
			await build.close();
		});

		it("with nodes in the second weapon set alone, keeps them there", async () => {
			let checked = 0;
			for (const name of sharedBuilds) {
				const build = await load(name);
				const { tree, allocated, info } = build;
				// Ascendancy nodes, keystones and sockets never belong to one set.
				const ordinary = (id: number) =>
					/^(normal|notable)$/.test(tree?.node(id).type ?? "") && !tree?.node(id).ascendancy;
				const path = tree?.pathsWithin(allocated, 3).find(({ nodes }) => nodes.every(ordinary));
				if (path && info.weaponSets.every((weaponSet) => weaponSet === 0)) {
					const weaponSets = Object.fromEntries([...path.nodes].map((id) => [id, 2 as const]));
					const set = { add: [...path.nodes], weaponSets };
					const wanted = await build.calculate(set, { stats: build.stats() });
					const again = await engine.load(await build.toXml(set));
					const inSecond = again.allocated.filter((_, i) => again.info.weaponSets[i] === 2);
					expect([name, inSecond]).toEqual([name, [...path.nodes].sort((a, b) => a - b)]);
					const known = build.stats().filter((stat) => again.stats().includes(stat));
					const row = await again.calculate({}, { stats: known });
					expect([name, row]).toEqual([name, Object.fromEntries(known.map((stat) => [stat, wanted[stat]]))]);
					await again.close();
					checked++;
				}
				await build.close();
			}
			expect(checked).toBeGreaterThan(0);
		});

		it("as a code is read again, too", async () => {
			const build = await load(first);
			const { nodes = [] } = { nodes: build.tree?.pathsWithin(build.allocated, 2).at(-1)?.nodes };
			const again = await engine.load(await build.toCode({ add: nodes }));
			expect(again.allocated).toEqual([...build.allocated, ...nodes].sort((a, b) => a - b));
			await again.close();
			await build.close();
		});
	});

	// A node beside two branches of weapon set 2; the numbers are those of Path of Building's window after the same clicks.
	it.runIf(sharedBuilds.includes("huntress_68_poeninja"))(
		"a node beside several branches comes from the one that the window highlights",
		async () => {
			const build = await load("huntress_68_poeninja");
			const stats = ["Str", "Int", "Life", "CritChance", "TotalDPS"];
			expect(await build.calculate({ add: [4519] }, { stats })).toEqual({
				Str: 62,
				Int: 118,
				Life: 1234,
				CritChance: 8.3,
				TotalDPS: 3568.9669477417474,
			});
			expect(await build.calculate({ add: [4519], remove: [4238] }, { stats })).toEqual({
				Str: 52,
				Int: 118,
				Life: 1213,
				CritChance: 8.3,
				TotalDPS: 3426.8399453980496,
			});
			await build.close();
		},
	);

	describe("a row that is interrupted", () => {
		it("by its time limit leaves all others and the build's own row with their bits", async () => {
			const build = await load(first);
			const sets = [{}, ...randomSets(build, 20, dice(9)), {}];
			const good = await rowsOf(build, sets);
			// No row of Path of Building takes less than a millisecond.
			const stopped = await rowsOf(build, sets, { rowTimeoutMs: 1 });
			expect(stopped.errors.length).toBeGreaterThan(0);
			expect(new Set(stopped.errors.map(({ code }) => code))).toEqual(new Set(["TIMEOUT"]));
			const after = await rowsOf(build, sets);
			expect(after.errors).toEqual([]);
			sets.forEach((_, row) => {
				expectSameBits(valuesOfRow(after, row), valuesOfRow(good, row));
				if (stopped.ok(row)) expectSameBits(valuesOfRow(stopped, row), valuesOfRow(good, row));
			});
			await build.close();
		});

		it("by an abort in the middle of a batch leaves them, too", async () => {
			const build = await load(first);
			const sets = [{}, ...randomSets(build, 20, dice(11)), {}];
			const good = await rowsOf(build, sets);
			const abort = new AbortController();
			const stopped = await rowsOf(build, Array.from({ length: 50 }, () => sets).flat(), {
				signal: abort.signal,
				onProgress: () => abort.abort(),
			});
			expect(stopped.stopped).toBe("ABORTED");
			expect(stopped.notReached).toBeGreaterThan(0);
			const after = await rowsOf(build, sets);
			sets.forEach((_, row) => {
				expectSameBits(valuesOfRow(after, row), valuesOfRow(good, row));
			});
			await build.close();
		});
	});

	describe("stats", () => {
		it("have Path of Building's labels and formats, and its own names", async () => {
			const build = await load(first);
			const list = (await build.command("statList")) as unknown as {
				name: string;
				label?: string;
				format?: string;
			}[];
			expect(list.map(({ name }) => name)).toEqual(build.stats());
			expect(list.length).toBeGreaterThan(400);
			expect(list.find(({ name }) => name === "Life")).toMatchObject({ label: "Total Life", format: "d" });
			expect(build.defaultStats).toEqual(
				expect.arrayContaining(["FullDPS", "TotalEHP", "Life", "FireResist"]),
			);
			expect(build.defaultStats.length).toBeLessThan(16);
			await build.close();
		});

		it("that nobody knows are refused with the names that are near", async () => {
			const build = await load(first);
			await expect(build.calculate({}, { stats: ["TotalDSP"] })).rejects.toMatchObject({
				code: "UNKNOWN_STAT",
				hint: expect.stringContaining("TotalDPS"),
			});
			await build.close();
		});

		it("a FullDPS that Path of Building leaves out counts as 0", async () => {
			const build = await load(first, (text) =>
				text.replaceAll('includeInFullDPS="true"', 'includeInFullDPS="false"'),
			);
			const added = [...(build.tree?.pathsWithin(build.allocated, 1)[0]?.nodes ?? [])];
			const result = await build.calculateBatch(NodeSets.deltas([{}, { add: added }]), {
				stats: ["FullDPS", "TotalDPS"],
			});
			expect([...result.column("FullDPS")]).toEqual([0, 0]);
			expect(result.row(1).TotalDPS).toBeGreaterThan(0);
			await build.close();
		});

		it("of a minion are answered by the names of its own", async () => {
			const minion = `<Skill enabled="true" mainActiveSkill="1" includeInFullDPS="true"><Gem nameSpec="Skeletal Warrior" skillId="SummonSkeletalWarriorsPlayer" gemId="Metadata/Items/Gem/SkillGemSkeletalWarrior" level="10" quality="0" enabled="true" enableGlobal1="true" enableGlobal2="true" count="1"/></Skill>`;
			const build = await load(first, (text) =>
				text
					.replace(/(<SkillSet\b[^>]*>)/, `$1${minion}`)
					.replace(/mainSocketGroup="\d+"/, 'mainSocketGroup="1"'),
			);
			expect(build.stats()).toEqual(expect.arrayContaining(["Minion.Life", "Minion.TotalDPS"]));
			const { tree } = build;
			const path = tree?.pathsWithin(build.allocated, 1)[0]?.nodes ?? [];
			const result = await build.calculateBatch(NodeSets.deltas([{}, { add: path }]), {
				stats: ["Minion.Life", "Life"],
			});
			for (const row of [0, 1]) expect(result.row(row)["Minion.Life"]).toBeGreaterThan(0);
			expect(result.row(0)["Minion.Life"]).not.toBe(result.row(0).Life);
			await build.close();
		});
	});

	it("node power never gives a node the value of its twin: each gain is that of its own row", async () => {
		const build = await load(first);
		const { tree } = build;
		if (!tree) throw new Error("no tree");
		const stats = ["TotalDPS", "TotalEHP"];
		const power = await build.power({ stats, depth: 3 });
		const byText = new Map<string, typeof power.nodes>();
		for (const node of power.nodes) {
			const key = tree.node(node.id).stats.join("\n");
			byText.set(key, [...(byText.get(key) ?? []), node]);
		}
		const twins = [...byText.values()].filter((nodes) => nodes.length > 1).flat();
		expect(twins.length).toBeGreaterThan(10);
		const result = await build.calculateBatch(NodeSets.deltas(twins.map(({ nodes }) => ({ add: nodes }))), {
			stats,
		});
		twins.forEach(({ gains }, row) => {
			for (const stat of stats)
				expect(gains[stat]).toBe((result.row(row)[stat] as number) - (power.base[stat] as number));
		});
		await build.close();
	});

	it("the sheet is the side bar: groups of labels and formatted values, without colour escapes", async () => {
		const build = await load(first);
		const text = JSON.stringify(await build.sheet());
		expect(text).toContain('"Total Life"');
		expect(text).not.toMatch(/\^x[0-9A-F]{6}|\^\d/);
		await build.close();
	});
});
