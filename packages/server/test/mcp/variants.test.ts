import { Engine } from "pobatch";
import { expect, test } from "vitest";
import { describeWithPob, miniBuild, miniPob, wildBuilds } from "../../../../test/support/pob.js";
import { Service } from "../../src/service/service.js";
import { McpClient } from "../support/mcp.js";
import { demoText } from "../support/server.js";

test("what_if with another level is the library's variant", async () => {
	await using engine = await Engine.open({ threads: 1 });
	const build = await engine.load(demoText);
	const own = await build.calculate({}, { variant: build.variant({ level: 90 }), stats: ["Life"] });
	const base = await build.calculate({}, { stats: ["Life"] });
	const service = new Service({
		calculators: [{ name: "reference", calculator: "reference" }],
		engine: { threads: 1, isolation: "thread" },
	});
	const client = await new McpClient().connectTo(service);
	try {
		await client.call("load", { source: demoText });
		const { answer } = await client.call("what_if", { level: 90, stats: ["Life"] });
		expect(answer.stats.Life).toBeCloseTo(own.Life as number, 2);
		expect(answer.delta.Life).toBeCloseTo((own.Life as number) - (base.Life as number), 2);
		expect(answer.delta.Life).not.toBe(0);
		const { isError } = await client.call("what_if", { level: 101 });
		expect(isError).toBe(true);
		const { answer: refused } = await client.call("weights", { slot: "Ring 1" });
		expect(refused.error.hint).toMatch(/Path of Building can/);
	} finally {
		await client.close();
		await service.close();
	}
});

test("hazard: FullDPS is 0 where no skill counts in it: answers that have it say so, others do not", async () => {
	const service = new Service({
		calculators: [{ name: "pob", calculator: "pob", pob: miniPob }],
		engine: { threads: 1, isolation: "thread" },
	});
	const client = await new McpClient().connectTo(service);
	const gem = '<Gem nameSpec="Spark" level="5"/>';
	const notesOf = async (skill: string, stat: string) => {
		await client.call("load", { source: miniBuild({ skills: skill }) });
		const { answer } = await client.call("stats", { stats: [stat] });
		return [answer.stats[stat], answer.notes];
	};
	try {
		expect(await notesOf(`<Skill>${gem}</Skill>`, "FullDPS")).toEqual([
			0,
			[expect.stringMatching(/FullDPS is 0/)],
		]);
		expect(await notesOf(`<Skill>${gem}</Skill>`, "Life")).toEqual([expect.any(Number), undefined]);
		const counted = await notesOf(`<Skill includeInFullDPS="true">${gem}</Skill>`, "FullDPS");
		expect(counted).toEqual([50, undefined]);
	} finally {
		await client.close();
		await service.close();
	}
});

describeWithPob("what_if beside the tree", (pob) => {
	test.skipIf(wildBuilds.length === 0)("is the library's variant, tree and all in one call", async () => {
		const [, text] = wildBuilds[0] as (typeof wildBuilds)[number];
		await using engine = await Engine.open({ calculator: "pob", pob, threads: 1 });
		const build = await engine.load(await text());
		const [node] = [...(build.tree?.frontier(build.allocated) ?? [])];
		const change = {
			level: 50,
			customModifiers: ["+50 to maximum Life"],
			config: { conditionEnemyShocked: true },
		};
		const variant = build.variant(change);
		const own = await build.calculate({ add: [node as number] }, { variant, stats: ["Life", "TotalEHP"] });
		const base = await build.calculate({}, { stats: ["Life"] });

		const service = new Service({
			calculators: [{ name: "pob", calculator: "pob", pob }],
			engine: { threads: 1, isolation: "process" },
		});
		const client = await new McpClient().connectTo(service);
		try {
			await client.call("load", { source: await text() });
			const given = {
				add: [node],
				stats: ["Life", "TotalEHP"],
				...change,
				config: JSON.stringify(change.config),
			};
			const { answer } = await client.call("what_if", given);
			expect(answer.stats.Life).toBeCloseTo(own.Life as number, 1);
			expect(answer.stats.TotalEHP / (own.TotalEHP as number)).toBeCloseTo(1, 5);
			expect(answer.delta.Life).toBeCloseTo((own.Life as number) - (base.Life as number), 1);
			const { isError, answer: refused } = await client.call("what_if", {
				config: { conditionEnemyShoked: true },
			});
			expect([isError, refused.error.code]).toEqual([true, "VARIANT_INVALID"]);
			expect(refused.error.message).toMatch(/conditionEnemyShoked/);

			const ring = "Rarity: RARE\nDoom Band\nRuby Ring\n+100 to maximum Life";
			const { answer: items } = await client.call("compare_items", { items: [ring], stats: ["Life"] });
			const direct = build.variant({ items: { "Ring 1": ring } });
			const worn = await build.calculate({}, { variant: direct, stats: ["Life"] });
			const inFirst = items.rows.find(({ Slot }: { Slot: string }) => Slot === "Ring 1");
			expect(inFirst.gains.Life).toBeCloseTo((worn.Life as number) - (base.Life as number), 1);
			const { answer: anoints, text: told } = await client.call("anoints", { stats: "Life", top: 3 });
			expect(anoints.rows).toHaveLength(3);
			expect(anoints.rows[0]).toMatchObject({
				Notable: expect.any(String),
				gains: { Life: expect.any(Number) },
			});
			expect(Buffer.byteLength(told)).toBeLessThanOrEqual(4000);
		} finally {
			await client.close();
			await service.close();
		}
	});
});
