import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWithPob, wildBuilds } from "../../../../test/support/pob.js";
import { tools } from "../../src/mcp/tools/table.js";
import { Service } from "../../src/service/service.js";
import { McpClient } from "../support/mcp.js";
import { demoText } from "../support/server.js";

/** All stats of the build's own nodes, as bits. */
async function ownBits(service: Service, id: string): Promise<BigUint64Array> {
	using lease = await service.builds.acquire(id);
	const values = await lease.build.calculate({}, { stats: lease.build.stats() });
	return new BigUint64Array(Float64Array.from(Object.values(values)).buffer);
}

/** Tools that take seconds with Path of Building: of a thousand calls, some are of these. */
const slow = ["weights", "supports", "anoints", "compare_items", "order", "trim", "search_start"];
const shares: Readonly<Record<string, number>> = {
	...Object.fromEntries(slow.map((name) => [name, 1])),
	power: 5,
	what_if: 40,
};

/** Calls as a model makes them: mostly sensible, some not. */
function calls(nodes: readonly number[], names: readonly string[], stats: readonly string[]) {
	const node = fc.oneof(
		{ weight: 8, arbitrary: fc.constantFrom(...nodes) },
		{ weight: 3, arbitrary: fc.constantFrom(...names) },
		{ weight: 1, arbitrary: fc.constantFrom("nothing", 70_000, "", "-1") },
	);
	const list = fc.array(node, { maxLength: 4 });
	const stat = fc.oneof(
		{ weight: 9, arbitrary: fc.constantFrom(...stats) },
		{ weight: 1, arbitrary: fc.string() },
	);
	const some = fc.array(stat, { maxLength: 3 });
	const optional = (shape: Record<string, fc.Arbitrary<unknown>>) => fc.record(shape, { requiredKeys: [] });
	const tree = { add: list, remove: list };
	// Of Path of Building alone; the reference calculator refuses them.
	const otherwise = optional({
		level: fc.integer({ min: 0, max: 101 }),
		config: fc.dictionary(
			fc.constantFrom("conditionEnemyShocked", "enemyIsBoss", "usePowerCharges", "noSuchOption"),
			fc.constantFrom(true, false, null, "Pinnacle", 3),
			{ maxKeys: 2 },
		),
		customModifiers: fc.constantFrom(["+100 to maximum Life"], ["20% increased Damage", "nonsense"]),
		items: fc.constantFrom(
			{ "Ring 1": null },
			{ Amulet: "Rarity: Rare\nAlone\nGold Amulet\n+90 to maximum Life" },
		),
		gems: fc.constantFrom([{ level: 1 }], [{ gem: 1, quality: 20 }], [{ group: 1, enabled: false }]),
	});
	const whatIf = fc.oneof(
		{ weight: 2, arbitrary: optional({ ...tree, stats: some }) },
		{
			weight: 1,
			arbitrary: fc
				.tuple(optional({ ...tree, stats: some, code: fc.boolean() }), otherwise)
				.map(([set, change]) => ({ ...set, ...change })),
		},
	);
	const inputs: Record<string, fc.Arbitrary<Record<string, unknown>>> = {
		stats: optional({ stats: some, match: stat }),
		explain: optional({ node, stat }),
		find_nodes: fc.record({
			text: fc.constantFrom("life", "damage", "x"),
			limit: fc.integer({ min: 0, max: 5 }),
		}),
		power: optional({ stats: some, depth: fc.integer({ min: 0, max: 2 }), remove: fc.boolean() }),
		what_if: whatIf,
		export: optional({ ...tree, format: fc.constantFrom("code", "xml") }),
		weights: fc.constantFrom({ slot: "Ring 1" }, { slot: "Nowhere" }),
		anoints: optional({ stats: some }),
		compare_items: fc.constant({ items: ["Rarity: Rare\nAlone\nGold Ring\n+90 to maximum Life"] }),
		order: fc.constantFrom({ from: 85 }, { from: 101 }),
		search_start: fc.record({ points: fc.integer({ min: 0, max: 3 }), maxEvaluations: fc.constant(60) }),
	};
	// Another build would be the one that later calls mean.
	const asked = tools.filter(({ name }) => name !== "load" && name !== "compare");
	return fc
		.oneof(
			...asked.map(({ name }) => ({
				weight: shares[name] ?? 16,
				arbitrary: fc.constant(name),
			})),
		)
		.chain((name) => fc.tuple(fc.constant(name), inputs[name] ?? fc.constant({})));
}

async function attack(service: Service, source: string, count: number) {
	const client = await new McpClient().connectTo(service);
	const { answer } = await client.call("load", { source });
	const id = answer.build as string;
	using lease = await service.builds.acquire(id);
	const { build } = lease;
	const near = [...(build.tree?.pathsWithin(build.allocated, 4) ?? [])].map(({ target }) => target);
	const nodes = [...near, ...build.allocated];
	const names = nodes.map((node) => build.tree?.node(node).name as string);
	const before = await ownBits(service, id);
	let failed = 0;
	const seed = 20_261_130;
	for (const [name, args] of fc.sample(calls(nodes, names, build.stats()), { numRuns: count, seed })) {
		const { isError } = await client.call(name, args);
		if (isError) failed++;
	}
	const after = await ownBits(service, id);
	await client.close();
	return { before, after, failed };
}

describe("hazard: questions that change the build", () => {
	let service: Service;
	beforeAll(() => {
		service = new Service({
			calculators: [{ name: "reference", calculator: "reference" }],
			engine: { threads: 2, isolation: "thread" },
			limits: { requestsPerMinute: 1e9 },
		});
	});
	afterAll(() => service.close());

	test("after 1,000 random calls, the build's own stats have the bits of the start", {
		timeout: 240_000,
	}, async () => {
		const { before, after, failed } = await attack(service, demoText, 1000);
		expect(after).toEqual(before);
		// Neither all of them nonsense, nor none.
		expect(failed).toBeGreaterThan(20);
		expect(failed).toBeLessThan(600);
	});
});

describeWithPob("hazard: questions that change a build of Path of Building", (pob) => {
	test.skipIf(wildBuilds.length === 0)(
		"after 1,000 random calls, its own stats have the bits of the start",
		{ timeout: 1_800_000 },
		async () => {
			const service = new Service({
				calculators: [{ name: "pob", calculator: "pob", pob }],
				engine: { threads: 1, isolation: "process" },
				limits: { requestsPerMinute: 1e9 },
			});
			try {
				const [, text] = wildBuilds[0] as (typeof wildBuilds)[number];
				const { before, after, failed } = await attack(service, await text(), 1000);
				expect(after).toEqual(before);
				expect(failed).toBeLessThan(600);
			} finally {
				await service.close();
			}
		},
	);
});
