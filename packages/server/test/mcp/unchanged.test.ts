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
	const change = {
		add: list,
		remove: list,
		stats: some,
		code: fc.boolean(),
		format: fc.constantFrom("code", "xml"),
	};
	const inputs: Record<string, fc.Arbitrary<Record<string, unknown>>> = {
		stats: fc.record({ stats: some, match: stat }, { requiredKeys: [] }),
		explain: fc.record({ node, stat }, { requiredKeys: [] }),
		find_nodes: fc.record({
			text: fc.constantFrom("life", "damage", "x"),
			limit: fc.integer({ min: 0, max: 5 }),
		}),
		power: fc.record(
			{ stats: some, depth: fc.integer({ min: 0, max: 2 }), remove: fc.boolean() },
			{ requiredKeys: [] },
		),
		what_if: fc.record({ add: change.add, remove: change.remove, stats: change.stats }, { requiredKeys: [] }),
		export: fc.record(
			{ add: change.add, remove: change.remove, format: change.format },
			{ requiredKeys: [] },
		),
	};
	return fc
		.constantFrom(
			...tools.filter(({ name }) => name !== "load" && name !== "compare" && !name.startsWith("search_")),
		)
		.chain(({ name }) => fc.tuple(fc.constant(name), inputs[name] ?? fc.constant({})));
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
		expect(failed).toBeLessThan(500);
	});
});

describeWithPob("hazard: questions that change a build of Path of Building", (pob) => {
	test.skipIf(wildBuilds.length === 0)("after 40 random calls", { timeout: 600_000 }, async () => {
		const service = new Service({
			calculators: [{ name: "pob", calculator: "pob", pob }],
			engine: { threads: 1, isolation: "process" },
		});
		try {
			const [, text] = wildBuilds[0] as (typeof wildBuilds)[number];
			const { before, after, failed } = await attack(service, await text(), 40);
			expect(after).toEqual(before);
			expect(failed).toBeLessThan(20);
		} finally {
			await service.close();
		}
	});
});
