import { afterAll, describe, expect, it } from "vitest";
import { Engine, type EngineOptions, NodeSets, type Variant } from "../../src/index.js";
import { calculatorWith, fixture } from "../support/calculators.js";

/**
 * Answers the added node times the level, and how often it has derived. Its variants change the build in place, and
 * leave it so.
 */
const leveled = calculatorWith({
	load: "function(text) return { level = tonumber(text), derived = 0 }, { allocated = {} } end",
	stats: 'function() return { "A", "Derived" } end',
	Calculate: `function(build, set)
		return { A = (set.add[1] or 1) * build.level, Derived = build.derived }
	end`,
	derive: `function(build, change)
		if change.level == 13 then return nil, "level: 13 is unlucky" end
		if change.level == 66 then error("derive broke") end
		if change.level == 77 then build.level = 0 while true do end end
		build.level = change.level
		build.derived = build.derived + 1
		return build, { warnings = { "level " .. change.level } }
	end`,
	recover: "function(build) return false end",
});

const open: Engine[] = [];
async function load(options: EngineOptions = {}) {
	const engine = await Engine.open({ calculator: leveled, threads: 2, ...options });
	open.push(engine);
	return engine.load("5");
}
afterAll(() => Promise.all(open.map((engine) => engine.close())));

/** Rows of `count` node ids for each variant, mixed up, and their expected results. */
function mixed(variants: readonly (Variant | undefined)[], count: number) {
	const rows = variants.flatMap((variant) =>
		Array.from({ length: count }, (_, i) => ({ variant, id: i + 2 })),
	);
	// A stride that visits every row once.
	const order = rows.map((_, i) => rows[(i * 7919) % rows.length] as (typeof rows)[number]);
	return {
		sets: NodeSets.deltas(order.map(({ id }) => ({ add: [id] }))),
		variants: order.map(({ variant }) => variant),
		wanted: order.map(({ variant, id }) => id * (variant?.change.level ?? 5)),
	};
}

describe("variants", () => {
	it.each<[string, EngineOptions]>([
		["on threads, with a cache", { cache: true }],
		["on threads, without one", { cache: false }],
		["in processes", { isolation: "process", cache: false }],
		["in processes, with a cache", { isolation: "process", cache: true }],
	])("each row is of the variant that it names, in whatever order: %s", async (_, options) => {
		const build = await load(options);
		const levels = Array.from({ length: 30 }, (_, i) => build.variant({ level: i + 20 }));
		const { sets, variants, wanted } = mixed([undefined, ...levels], 23);
		for (let time = 0; time < 2; time++) {
			const result = await build.calculateBatch(sets, { stats: ["A"], variants });
			expect(result.errors).toEqual([]);
			expect([...result.column("A")]).toEqual(wanted);
		}
		// The build itself, after all its variants.
		expect(await build.calculate({ add: [3] }, { stats: ["A"] })).toEqual({ A: 15 });
	});

	it("rows of one variant follow each other: it is derived once a thread and chunk, not once a row", async () => {
		const build = await load({ threads: 1, rollback: false, cache: false });
		const { sets, variants } = mixed([build.variant({ level: 8 }), build.variant({ level: 9 })], 30);
		const result = await build.calculateBatch(sets, { variants });
		expect(Math.max(...result.column("Derived"))).toBe(2);
	});

	it("equal node sets of different variants have different keys in the cache", async () => {
		const build = await load({ cache: true });
		const set = { add: [4] };
		const [a, b] = [build.variant({ level: 30 }), build.variant({ level: 31 })];
		for (const level of [30, 31, 5, 31, 30]) {
			const variant = level === 30 ? a : level === 31 ? b : undefined;
			expect(await build.calculate(set, { stats: ["A"], variant })).toEqual({ A: 4 * level });
		}
		// Another object with the same meaning is recognised.
		const again = await build.calculateBatch(NodeSets.deltas([set]), {
			stats: ["A"],
			variants: [build.variant({ level: 30 })],
		});
		expect(again.cache.hits).toBe(1);
	});

	it("synchronous batches know variants, too", async () => {
		const build = await load({ cache: true });
		const variant = build.variant({ level: 40 });
		expect(build.calculateSync({ add: [2] }, { stats: ["A"], variant })).toEqual({ A: 80 });
	});

	it("a variant answers node sets as a build does, and says what the calculator warns of", async () => {
		const build = await load();
		const variant = build.variant({ level: 50 });
		expect(await variant.calculate({ add: [3] }, { stats: ["A"] })).toEqual({ A: 150 });
		expect(await variant.check()).toEqual([{ code: "CALCULATOR_WARNING", text: "level 50", where: "build" }]);
		expect(variant.info).toBe(build.info);
	});

	it("a refused change fails its own rows alone, with what and where", async () => {
		const build = await load({ cache: false });
		const [bad, good] = [build.variant({ level: 13 }), build.variant({ level: 14 })];
		const result = await build.calculateBatch(NodeSets.deltas([{}, {}, {}, {}]), {
			stats: ["A"],
			variants: [good, bad, undefined, bad],
		});
		expect(result.errors.map(({ row, code, message }) => [row, code, message])).toEqual([
			[1, "VARIANT_INVALID", "level: 13 is unlucky"],
			[3, "VARIANT_INVALID", "level: 13 is unlucky"],
		]);
		expect([...result.column("A")]).toEqual([14, Number.NaN, 5, Number.NaN]);
		await expect(bad.check()).rejects.toMatchObject({
			code: "VARIANT_INVALID",
			message: "level: 13 is unlucky",
		});
		expect(await build.checkVariants([bad, good])).toMatchObject([
			{ refused: "level: 13 is unlucky" },
			{ warnings: [{ text: "level 14" }] },
		]);
	});

	it("an error in derive fails the variant's rows, and leaves nothing behind", async () => {
		const build = await load({ cache: false, threads: 1 });
		const [broken, good] = [build.variant({ level: 66 }), build.variant({ level: 14 })];
		const result = await build.calculateBatch(NodeSets.deltas([{}, {}, {}]), {
			stats: ["A"],
			variants: [broken, good, undefined],
		});
		expect(result.errors).toMatchObject([{ row: 0, code: "CALCULATOR_ERROR", message: /derive broke/ }]);
		expect([...result.column("A")]).toEqual([Number.NaN, 14, 5]);
	});

	it("a derive that never ends is stopped, and what it did is undone", async () => {
		const build = await load({ cache: false, threads: 1 });
		const result = await build.calculateBatch(NodeSets.deltas([{}, {}]), {
			stats: ["A"],
			variants: [build.variant({ level: 77 }), build.variant({ level: 78 })],
			rowTimeoutMs: 100,
		});
		expect(result.errors.map(({ row, code }) => [row, code])).toEqual([[0, "TIMEOUT"]]);
		expect(result.row(1)).toEqual({ A: 78 });
		expect(await build.calculate({}, { stats: ["A"] })).toEqual({ A: 5 });
	});

	it("a calculator without derive says that it has no variants", async () => {
		await using engine = await Engine.open({ calculator: fixture("sums.lua"), threads: 1 });
		const build = await engine.load("4");
		expect(() => build.variant({ level: 2 })).toThrow(
			expect.objectContaining({ code: "VARIANTS_UNSUPPORTED" }),
		);
	});

	it("variants of another build, and lists of another length, are refused", async () => {
		const [build, other] = [await load(), await load()];
		const sets = NodeSets.deltas([{}]);
		await expect(
			build.calculateBatch(sets, { variants: [other.variant({ level: 3 })] }),
		).rejects.toMatchObject({
			code: "INVALID_ARGUMENT",
		});
		await expect(build.calculateBatch(sets, { variants: [] })).rejects.toThrow(/a list of 1 variants/);
	});
});

describe("variants of the reference calculator", () => {
	const build = (more: object) =>
		JSON.stringify({ class: "Falconer", level: 60, treeVersion: "demo", nodes: [], ...more });

	it("are what a build with the same items, options and level is", async () => {
		await using engine = await Engine.open({ threads: 1 });
		const plain = await engine.load(build({}));
		const lines = ["+60 to maximum Life", "20% increased Fire Damage"];
		const wanted = await engine.load(
			build({
				level: 70,
				items: [{ slot: "Ring 1", name: "Doom Loop", base: "Ruby Ring", rarity: "RARE", lines }],
				lines: ["10% increased maximum Life"],
				config: { resistancePenalty: -30 },
			}),
		);
		const variant = plain.variant({
			level: 70,
			items: { "Ring 1": `Rarity: RARE\nDoom Loop\nRuby Ring\nImplicits: 0\n${lines.join("\n")}` },
			customModifiers: ["10% increased maximum Life"],
			config: { resistancePenalty: -30 },
		});
		const stats = plain.stats();
		expect(await variant.calculate({}, { stats })).toEqual(await wanted.calculate({}, { stats }));
		expect((await variant.calculate({}, { stats: ["Life"] })).Life).not.toBe(
			(await plain.calculate({}, { stats: ["Life"] })).Life,
		);
	});

	it("refuse what it does not calculate", async () => {
		await using engine = await Engine.open({ threads: 1 });
		const variant = (await engine.load(build({}))).variant({ mainSkill: 1 });
		await expect(variant.check()).rejects.toMatchObject({
			code: "VARIANT_INVALID",
			message: expect.stringMatching(/^mainSkill: /),
		});
	});
});
