import { Engine, NodeSets } from "pobatch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../../src/http/server.js";
import { odd } from "../support/calculators.js";
import { Client, demoText, scratch, start } from "../support/server.js";

const files = scratch();
let server: RunningServer;
let client: Client;
beforeAll(async () => {
	server = await start({
		calculators: [
			{ name: "reference", calculator: "reference" },
			{ name: "odd", calculator: files.write("odd.lua", odd) },
		],
	});
	client = new Client(server.address);
});
afterAll(() => server.close());

describe("a build over HTTP", () => {
	test("is loaded once, by its text: the second time it is warm and has the same id", async () => {
		const text = demoText.replace('"level": 80', '"level": 81');
		const first = await client.json("/v1/builds", { text });
		const second = await client.json("/v1/builds", { text: `\n${text}  ` });
		expect(first).toMatchObject({ status: 200, body: { class: "Falconer", level: 81, warm: false } });
		expect(second.body).toEqual({ ...first.body, warm: true });
		expect((await client.json(`/v1/builds/${first.body.id}`)).body).toEqual(second.body);
	});

	test("answers the bits of the library", async () => {
		await using engine = await Engine.open({ threads: 1 });
		const build = await engine.load(demoText);
		const set = { add: [...(build.tree?.frontier(build.allocated) ?? [])].slice(0, 3), remove: [96] };
		const id = await client.load();
		const { body } = await client.json(`/v1/builds/${id}/stats`, { set, stats: ["all"] });
		expect(body.stats).toEqual(await build.calculate(set, { stats: build.stats() }));
		expect(body.base).toEqual(await build.calculate({}, { stats: build.stats() }));
		expect(body.delta.Life).toBe(body.stats.Life - body.base.Life);
	});

	test("ranks nodes as the library does", async () => {
		await using engine = await Engine.open({ threads: 1 });
		const build = await engine.load(demoText);
		const own = await build.power({ stats: ["Life", "TotalEHP"], depth: 3, remove: true });
		const id = await client.load();
		const input = { stats: ["Life", "TotalEHP"], depth: 3, remove: true, top: 20 };
		const { body } = await client.json(`/v1/builds/${id}/power`, input);
		expect(body.total).toBe(own.nodes.length);
		expect(body.nodes).toEqual(own.nodes.slice(0, 20).map((node) => ({ ...node, nodes: [...node.nodes] })));
	});

	test("keeps infinite numbers and minus zero on the way through JSON", async () => {
		const id = await client.load("any text", "?calculator=odd");
		const { body } = await client.json(`/v1/builds/${id}/stats`, {});
		expect(body.stats.Infinite).toBe(Number.POSITIVE_INFINITY);
		expect(Object.is(body.stats.MinusZero, -0)).toBe(true);
		expect(body.stats.Nan).toBeNull();
		expect(body.stats.Third).toBe(1 / 3);
	});

	test("has a tree as data and as a picture", async () => {
		const id = await client.load();
		const { body } = await client.json(`/v1/builds/${id}/tree`);
		expect(body.allocated).toContain(96);
		const known = new Set(body.nodes.map((node: { id: number }) => node.id));
		expect(
			body.edges.every((edge: number[]) => edge.length === 2 && edge.every((end) => known.has(end))),
		).toBe(true);
		const picture = await client.send(`/v1/builds/${id}/tree.svg?stat=Life&depth=2`);
		expect(picture.headers.get("content-type")).toMatch(/^image\/svg\+xml/);
		expect(await picture.text()).toMatch(/^<svg [\s\S]*Life gained by the path[\s\S]*<\/svg>\s*$/);
	});

	test("is forgotten when asked, and then unknown", async () => {
		const id = await client.load(demoText.replace('"level": 80', '"level": 70'));
		expect((await client.send(`/v1/builds/${id}`, { method: "DELETE" })).status).toBe(204);
		expect(await client.json(`/v1/builds/${id}`)).toMatchObject({
			status: 404,
			body: { error: { code: "BUILD_UNKNOWN" } },
		});
	});

	test("names of stats can be asked for", async () => {
		const id = await client.load();
		const { body } = await client.json(`/v1/builds/${id}/stats`);
		expect(body.stats).toEqual(expect.arrayContaining(["Life", "Mana"]));
	});
});

describe("bad requests have the library's codes", () => {
	const cases: [
		name: string,
		path: (id: string) => string,
		body: unknown,
		status: number,
		code: string,
		message: RegExp,
	][] = [
		["a build that is none", () => "/v1/builds", { text: "<html>" }, 400, "BUILD_INVALID", /web page/],
		[
			"no build",
			() => "/v1/builds",
			{},
			400,
			"INVALID_ARGUMENT",
			/one of text, code and link but received 0/,
		],
		["two builds", () => "/v1/builds", { text: "a", code: "b" }, 400, "INVALID_ARGUMENT", /received 2/],
		["a link", () => "/v1/builds", { link: "https://pobb.in/x" }, 403, "LINK_REFUSED", /opens no links/],
		[
			"an unknown calculator",
			() => "/v1/builds",
			{ text: demoText, calculator: "referense" },
			404,
			"NOT_FOUND",
			/referense/,
		],
		["an argument too many", () => "/v1/builds", { text: "a", lnik: "b" }, 400, "INVALID_ARGUMENT", /"lnik"/],
		["an unknown stat", (id) => `/v1/builds/${id}/stats`, { stats: ["Lyfe"] }, 400, "UNKNOWN_STAT", /Lyfe/],
		[
			"an unknown node",
			(id) => `/v1/builds/${id}/stats`,
			{ set: { add: [65_000] } },
			400,
			"UNKNOWN_NODE",
			/65000/,
		],
		[
			"a node id as text",
			(id) => `/v1/builds/${id}/stats`,
			{ set: { add: ["1"] } },
			400,
			"INVALID_ARGUMENT",
			/integer/,
		],
		[
			"nodes beside add",
			(id) => `/v1/builds/${id}/stats`,
			{ set: { nodes: [96], add: [1] } },
			400,
			"SETS_INVALID",
			/either/,
		],
		[
			"a sheet of the reference calculator",
			(id) => `/v1/builds/${id}/sheet`,
			{},
			400,
			"INVALID_ARGUMENT",
			/cannot write a sheet/,
		],
		["a depth of 0", (id) => `/v1/builds/${id}/power`, { depth: 0 }, 400, "INVALID_ARGUMENT", /depth/],
		["an unknown build", () => "/v1/builds/0123/stats", {}, 404, "BUILD_UNKNOWN", /0123/],
		["an unknown address", () => "/v2/builds", {}, 404, "NOT_FOUND", /v2/],
	];
	test.each(cases)("%s", async (_, path, body, status, code, message) => {
		const id = await client.load();
		const answer = await client.json(path(id), body);
		expect(answer).toMatchObject({
			status,
			body: { error: { code, message: expect.stringMatching(message) } },
		});
		expect(Object.keys(answer.body)).toEqual(["error"]);
	});

	test("a body that is no JSON, and one of an unknown type", async () => {
		for (const [type, body] of [
			["application/json", "{"],
			["application/x-unknown", "{}"],
		] as const) {
			const answer = await client.send("/v1/builds", {
				method: "POST",
				body,
				headers: { "content-type": type },
			});
			expect(answer.status).toBe(400);
			expect(await answer.json()).toMatchObject({ error: { code: "INVALID_ARGUMENT" } });
		}
	});
});

test("one batch and single requests of the same sets have the same numbers", async () => {
	const id = await client.load();
	const sets = [{}, { remove: [96] }, { add: [57_104] }];
	const text = await (await client.batch(id, sets, "?stats=Life")).text();
	await using engine = await Engine.open({ threads: 1 });
	const build = await engine.load(demoText);
	const own = await build.calculateBatch(NodeSets.deltas(sets), { stats: ["Life"] });
	expect(text).toBe(
		[...own.column("Life")].map((life, row) => `{"row":${row},"stats":{"Life":${life}}}\n`).join(""),
	);
});
