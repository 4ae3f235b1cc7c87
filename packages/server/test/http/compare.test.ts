import { Engine } from "pobatch";
import { compareBuilds } from "pobatch/operations";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWithPob, wildBuilds } from "../../../../test/support/pob.js";
import type { RunningServer } from "../../src/http/server.js";
import { McpClient } from "../support/mcp.js";
import { Client, demoText, lines, start } from "../support/server.js";

const other = JSON.stringify({ ...JSON.parse(demoText), level: 90 });

describe("two builds of the reference calculator", () => {
	let server: RunningServer;
	let client: Client;
	beforeAll(async () => {
		server = await start();
		client = new Client(server.address);
	});
	afterAll(() => server.close());

	test("are compared by stats and nodes, the other one by id or text", async () => {
		const id = await client.load();
		const otherId = await client.load(other);
		const numbers = async (build: string) =>
			(await client.json(`/v1/builds/${build}/stats`, { stats: ["Life"] })).body.stats.Life;
		const [here, there] = [await numbers(id), await numbers(otherId)];
		expect(there).toBeGreaterThan(here);
		for (const given of [otherId, other]) {
			const { body } = await client.json(`/v1/builds/${id}/compare`, { other: given, stats: ["Life"] });
			expect(body).toMatchObject({
				build: otherId,
				base: { Life: here },
				other: { Life: there },
				delta: { Life: there - here },
				nodesOnlyHere: [],
				nodesOnlyThere: [],
			});
		}
	});

	test("parts are refused where no Path of Building answers", async () => {
		const id = await client.load();
		const { status, body } = await client.json(`/v1/builds/${id}/compare`, { other, parts: true });
		expect([status, body.error.code]).toEqual([400, "INVALID_ARGUMENT"]);
	});

	test("lines of a batch are of variants that the first line names, or that they hold", async () => {
		const id = await client.load();
		const sets = [
			{ variants: { high: { level: 90 } } },
			{ add: [] },
			{ variant: "high" },
			{ variant: { level: 90 } },
			{ variant: "hihg" },
		];
		const answer = lines(await (await client.batch(id, sets, "?stats=Life")).text());
		const { body } = await client.json(`/v1/builds/${id}/stats`, { stats: ["Life"], change: { level: 90 } });
		expect(answer.map(({ stats, error }) => stats?.Life ?? error.code)).toEqual([
			body.base.Life,
			body.stats.Life,
			body.stats.Life,
			"VARIANT_INVALID",
		]);
		expect(body.stats.Life).not.toBe(body.base.Life);
	});

	test("variants that are none are refused by the status", async () => {
		const id = await client.load();
		const answer = await client.batch(id, [{ variants: { high: 7 } }, { variant: "high" }]);
		expect([answer.status, await answer.json()]).toMatchObject([
			400,
			{ error: { code: "INVALID_ARGUMENT" } },
		]);
	});
});

describeWithPob("two builds of Path of Building", (pob) => {
	test.skipIf(wildBuilds.length < 2)(
		"are compared by parts, as the library does",
		{ timeout: 120_000 },
		async () => {
			const [, text] = wildBuilds[0] as (typeof wildBuilds)[number];
			await using engine = await Engine.open({ calculator: "pob", pob, threads: 1 });
			const build = await engine.load(await text());
			const changed = build.variant({ level: 50, customModifiers: ["+50 to maximum Life"] });
			const otherText = await changed.toXml();
			const expected = await compareBuilds(engine, build, {
				text: otherText,
				name: "other",
				stats: ["Life"],
			});
			await using server = await start({
				calculators: [{ name: "pob", calculator: "pob", pob }],
				engine: { threads: 1 },
			});
			const client = new Client(server.address);
			const id = await client.load(await text());
			const { body } = await client.json(`/v1/builds/${id}/compare`, { other: otherText, stats: ["Life"] });
			expect(body.parts.map(({ label, gains }: { label: object; gains: object }) => [label, gains])).toEqual(
				expected.rows.map(({ label, gains }) => [label, gains]),
			);
			expect(body.parts.length).toBeGreaterThan(0);
			expect(body.delta.Life).toBe((expected.other.Life as number) - (expected.base.Life as number));

			const mcp = await new McpClient().connectHttp(server.address);
			try {
				await mcp.call("load", { source: await text() });
				const { answer, text: told } = await mcp.call("compare", { after: body.build, stats: "Life" });
				expect(answer.parts[0].gains.Life).toBeCloseTo(body.parts[0].gains.Life, 2);
				expect(Buffer.byteLength(told)).toBeLessThanOrEqual(4000);
			} finally {
				await mcp.close();
			}

			const { body: skills } = await client.json(`/v1/builds/${id}/skills`, {});
			const main = skills.groups.find(({ main }: { main: boolean }) => main);
			const { body: full } = await client.json(`/v1/builds/${id}/stats`, {
				stats: ["FullDPS"],
				fullDps: [main.group],
			});
			const { body: own } = await client.json(`/v1/builds/${id}/stats`, {
				stats: ["FullDPS"],
				fullDps: String(main.group),
			});
			expect(full.stats).toEqual(own.stats);
			const [row] = lines(
				await (await client.batch(id, [{ add: [] }], `?stats=FullDPS&fullDps=${main.group}`)).text(),
			);
			expect(row.stats).toEqual(full.stats);

			const { body: kept } = await client.json(`/v1/builds/${id}/export`, { change: { level: 50 } });
			const { body: loaded } = await client.json("/v1/builds", { code: kept.code });
			expect(loaded.level).toBe(50);

			const search = { points: 2, maxEvaluations: 200, goal: "Life", requirements: false };
			const { body: plain } = await client.json(`/v1/builds/${id}/search`, search);
			const { body: screened } = await client.json(`/v1/builds/${id}/search`, {
				...search,
				screen: "reference",
			});
			expect([plain.screened, screened.screened > 0]).toEqual([0, true]);
		},
	);
});
