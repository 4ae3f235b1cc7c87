import { afterAll, beforeAll, expect, it } from "vitest";
import { type BatchResult, type Build, Engine, type NodeSetDelta, NodeSets } from "../../src/index.js";
import {
	buildText,
	describeWithBuilds,
	differences,
	setOf,
	sharedBuilds,
	strategyStats,
	truthOf,
} from "../support/pob.js";

const sorceress = "sorceress_69_poeninja";
/** A set whose maker removed an allocated Strength node and added it again as Intelligence without writing that down. */
const unwritten = { build: sorceress, set: 50 };

describeWithBuilds("what Path of Building's window shows", (pob) => {
	let engine: Engine;
	/** One that leaves out what it can from the third row on, and whose rows answer each other. */
	let sparing: Engine;
	beforeAll(async () => {
		const open = (options: Record<string, boolean | number>) =>
			Engine.open({ calculator: "pob", pob, threads: 1, cache: false, options });
		[engine, sparing] = await Promise.all([open({}), open({ slicesAfter: 3, rowCache: true })]);
	});
	afterAll(() => Promise.all([engine, sparing].map((each) => each.close())));

	/** Per set, the stats that differ from the truth, in either engine. */
	async function compare(
		name: string,
		sets: readonly NodeSetDelta[],
		outs: readonly Record<string, number>[],
	) {
		const stats = [...new Set(outs.flatMap((out) => Object.keys(out)))];
		const results: BatchResult[] = [];
		for (const each of [engine, sparing]) {
			const build = await each.load(await buildText(name));
			const result = await build.calculateBatch(NodeSets.deltas(sets), { stats });
			expect(result.errors).toEqual([]);
			if (each === sparing && sets.length > 40) {
				expect((await strategyStats(build)).sliced).toBeGreaterThan(20);
			}
			await build.close();
			results.push(result);
		}
		return outs.map((out, i) => results.flatMap((result) => differences(result.row(i), out)));
	}

	it.each(sharedBuilds)("%s: the base row and every changed tree, bit by bit", async (name) => {
		const { base, sets } = await truthOf(name);
		const known = sets.filter((_, i) => !(name === unwritten.build && i === unwritten.set));
		// The base row once more behind all others.
		const outs = [base, ...known.map(({ out }) => out), base];
		const found = await compare(name, [{}, ...known.map(setOf), {}], outs);
		expect(found).toEqual(outs.map(() => []));
	});

	it.runIf(sharedBuilds.includes(sorceress))(
		`${sorceress}: set 50 was made with one more allocated Str node chosen as Int than its file lists, and matches then`,
		async () => {
			const { sets } = await truthOf(sorceress);
			const set = sets[unwritten.set] as (typeof sets)[number];
			const { allocated, info, close } = await loaded(sorceress);
			const strength = allocated.filter((_, i) => info.attributes[i] === 1);
			await close();
			const plain = setOf(set);
			const tries = strength.map((id) => ({
				...plain,
				add: [...set.add, id],
				attributes: { ...plain.attributes, [id]: "Int" as const },
			}));
			const found = await compare(sorceress, [plain, ...tries], [set.out, ...tries.map(() => set.out)]);
			expect(found[0]).not.toEqual([]);
			expect(found.slice(1)).toContainEqual([]);
		},
	);

	async function loaded(name: string) {
		const build = await engine.load(await buildText(name));
		return { allocated: build.allocated, info: build.info, close: () => build.close() };
	}

	it.each(
		sharedBuilds,
	)("%s: with a second tree, each tree answers its own truth, also after rows", async (name) => {
		const { base, sets } = await truthOf(name);
		const known = sets.filter((_, i) => !(name === unwritten.build && i === unwritten.set));
		// The second tree: the first one with a change of the truth, which its own nodes must then answer.
		const changed = known.findIndex(({ add, remove }) => add.length > 0 && remove.length > 0);
		const change = known[changed] ?? known[0];
		if (!change) throw new Error("no changes");
		const stats = Object.keys(base);
		const single = await engine.load(await buildText(name));
		const specOf = (xml: string) => xml.match(/<Spec\b.*?<\/Spec>/s)?.[0] ?? "";
		const second = specOf(await single.toXml(setOf(change)));
		// The level stays: where it follows the points, each tree has its own.
		const both = (await single.toXml())
			.replace(/(characterLevelAutoMode=")true/, "$1false")
			.replace("</Tree>", `${second}</Tree>`);
		await single.close();

		const [first, other] = [await engine.load(both, { spec: 1 }), await engine.load(both, { spec: 2 })];
		expect([first.info.specs, first.info.activeSpec, other.info.activeSpec]).toEqual([2, 1, 2]);
		const changes = [{}, ...known.slice(0, 12).map(setOf), {}];
		const outs = [base, ...known.slice(0, 12).map(({ out }) => out), base];
		const back = changeTo(first, other);
		for (const _ of [1, 2]) {
			const rows = await first.calculateBatch(NodeSets.deltas(changes), { stats });
			expect(outs.map((out, i) => differences(rows.row(i), pickOf(out, stats)))).toEqual(outs.map(() => []));
			const others = await other.calculateBatch(NodeSets.deltas([{}, back, {}]), { stats });
			const found = [change.out, base, change.out].map((out, i) =>
				differences(others.row(i), pickOf(out, stats)),
			);
			expect(found).toEqual([[], [], []]);
		}
		await first.close();
		await other.close();
	});

	it("a character whose level follows its points has the level of the tree that it is changed to", async () => {
		const text = await buildText("titan_falling_thunder_99");
		expect(text).toContain('characterLevelAutoMode="true"');
		const specOf = (xml: string) => xml.match(/<Spec\b.*?<\/Spec>/s)?.[0] ?? "";
		const first = await engine.load(text);
		// Of the tree, what is nearest to the start, in the order that keeps it connected.
		const { tree } = first;
		if (!tree) throw new Error("no tree");
		const kept = new Set(first.allocated.filter((id) => tree.node(id).classesStart));
		expect(kept.size).toBe(1);
		const own = new Set(first.allocated);
		for (const id of kept) {
			for (const next of tree.neighbours(id)) {
				if (kept.size < 60 && own.has(next) && !tree.node(next).ascendancy) kept.add(next);
			}
		}
		const smaller = specOf(await first.toXml({ remove: first.allocated.filter((id) => !kept.has(id)) }));
		const changed = await engine.load(text.replace("</Tree>", `${smaller}</Tree>`), { spec: 2 });
		expect(changed.info.level).toBeLessThan(first.info.level - 20);
		const alone = await engine.load(
			text.replace(specOf(text), smaller).replace(/(<Build\b[^>]*?\blevel=")\d+/, `$1${changed.info.level}`),
		);
		expect(alone.info.level).toBe(changed.info.level);
		const stats = alone.stats().filter((stat) => changed.stats().includes(stat));
		expect(stats.length).toBeGreaterThan(300);
		// With the start of the ascendancy, which is never without.
		expect(changed.allocated.length).toBe(61);
		const rows = NodeSets.deltas(changed.allocated.slice(-6).map((id) => ({ remove: [id] })));
		const [found, wanted] = [
			await changed.calculateBatch(rows, { stats }),
			await alone.calculateBatch(rows, { stats }),
		];
		expect(found.errors).toEqual([]);
		expect([...found.values]).toEqual([...wanted.values]);
		const base = await alone.calculate({}, { stats });
		expect(differences(await changed.calculate({}, { stats }), base)).toEqual([]);
		expect(changed.info.recalculated).toBeUndefined();
		for (const build of [first, changed, alone]) await build.close();
	});

	it("rows of one build are the same next to other builds, and after they were closed", async () => {
		const [first, second] = sharedBuilds as [string, string];
		const text = await buildText(first);
		const { base, sets } = await truthOf(first);
		const build = await engine.load(text);
		const stats = Object.keys(base);
		const rows = NodeSets.deltas([{}, ...sets.slice(0, 5).map(setOf)]);
		const outs = [base, ...sets.slice(0, 5).map(({ out }) => out)];
		const check = async () => {
			const result = await build.calculateBatch(rows, { stats });
			const found = outs.map((out, i) => differences(result.row(i), pickOf(out, stats)));
			expect(found).toEqual(outs.map(() => []));
		};
		await check();
		const other = await engine.load(await buildText(second));
		await other.calculate({}, { stats: ["Life"] });
		await check();
		await other.calculate({ remove: other.allocated.slice(-1) }, { stats: ["Life"] });
		await other.close();
		await check();
		await build.close();
	});
});

/** What makes the nodes of `from` those of `to`. */
function changeTo(to: Build, from: Build): NodeSetDelta {
	const stateOf = ({ allocated, info }: Build) =>
		new Map(allocated.map((id, i) => [id, [info.attributes[i] ?? 0, info.weaponSets[i] ?? 0] as const]));
	const [wanted, had] = [stateOf(to), stateOf(from)];
	const add = [...wanted].filter(([id, state]) => String(had.get(id)) !== String(state));
	const sides = [undefined, "Str", "Dex", "Int"] as const;
	return {
		add: add.map(([id]) => id),
		remove: [...had.keys()].filter((id) => !wanted.has(id)),
		attributes: Object.fromEntries(add.flatMap(([id, [at]]) => (sides[at] ? [[id, sides[at]]] : []))),
		weaponSets: Object.fromEntries(
			add.flatMap(([id, [, set]]) => (set === 1 || set === 2 ? [[id, set]] : [])),
		),
	};
}

function pickOf(out: Record<string, number>, stats: readonly string[]): Record<string, number> {
	return Object.fromEntries(stats.map((stat) => [stat, out[stat] ?? 0]));
}
