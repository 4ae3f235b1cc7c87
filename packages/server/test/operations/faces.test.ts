import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../../src/http/server.js";
import { tools } from "../../src/mcp/tools/table.js";
import { operations } from "../../src/operations/table.js";
import { Client, root, start } from "../support/server.js";

/** What each use case of the library is over HTTP and for language models; a reason where it is neither. */
const useCases: Record<string, { route?: string; tool?: string; why?: string }> = {
	anoints: { route: "/v1/builds/{id}/anoints", tool: "anoints" },
	batch: { route: "/v1/builds/{id}/batch", why: "a model asks for one change at a time: what_if" },
	calculate: { route: "/v1/builds/{id}/stats", tool: "what_if" },
	certify: { why: "of an installation: pobatch pob certify" },
	"compare-builds": { route: "/v1/builds/{id}/compare", tool: "compare" },
	"compare-items": { route: "/v1/builds/{id}/items", tool: "compare_items" },
	conditions: { route: "/v1/builds/{id}/conditions", why: "what_if with config answers one" },
	coverage: { why: "of an installation: pobatch coverage" },
	demo: { why: "of the command line" },
	"demo-data": { why: "of the command line" },
	doctor: { why: "of an installation" },
	"doctor-pob": { why: "of an installation" },
	jewels: { route: "/v1/builds/{id}/jewels", why: "what_if with jewels answers one" },
	power: { route: "/v1/builds/{id}/power", tool: "power" },
	"prepare-pob": { why: "of an installation" },
	profile: { why: "needs states on threads of the own process" },
	search: { route: "/v1/builds/{id}/search", tool: "search_start" },
	"skill-groups": {
		route: "/v1/builds/{id}/skills",
		why: "tools name skills; fullDps takes numbers or auto",
	},
	stats: { route: "/v1/builds/{id}/stats", tool: "stats" },
	supports: { route: "/v1/builds/{id}/supports", tool: "supports" },
	weights: { route: "/v1/builds/{id}/weights", tool: "weights" },
};
/** Files that use cases share. */
const shared = [
	"ahead",
	"index",
	"named-input",
	"named-variants",
	"open",
	"ranking",
	"set-groups",
	"stat-advice",
];

let server: RunningServer;
let document: ReturnType<typeof JSON.parse>;
beforeAll(async () => {
	server = await start();
	document = (await new Client(server.address).json("/openapi.json")).body;
});
afterAll(() => server.close());

const bodyOf = (path: string) => document.paths[path].post.requestBody.content["application/json"].schema;

describe("what the library can do", () => {
	test("has a route, a tool or a reason each", () => {
		const files = readdirSync(join(root, "src", "operations"), { withFileTypes: true });
		const names = files.map(({ name }) => name.replace(/\.ts$/, "")).filter((name) => !shared.includes(name));
		expect(names.sort()).toEqual(Object.keys(useCases).sort());
		const routes = Object.keys(document.paths);
		const toolNames = tools.map(({ name }) => name);
		for (const [name, { route, tool, why }] of Object.entries(useCases)) {
			if (route !== undefined) expect([name, routes]).toEqual([name, expect.arrayContaining([route])]);
			if (tool !== undefined) expect([name, toolNames]).toEqual([name, expect.arrayContaining([tool])]);
			if (route === undefined || tool === undefined) expect([name, why]).toEqual([name, expect.any(String)]);
		}
	});

	test("is a route and a job by the same name, with the body's schema", () => {
		expect(bodyOf("/v1/jobs").properties.operation.enum).toEqual([...operations.keys()]);
		for (const [name, { input }] of operations) {
			const { properties = {} } = input as { properties?: object };
			expect([name, Object.keys(bodyOf(`/v1/builds/{id}/${name}`).properties ?? {})]).toEqual([
				name,
				Object.keys(properties),
			]);
		}
	});

	test("of a search is the same for all faces", () => {
		const ofTool = tools.find(({ name }) => name === "search_start")?.input.properties ?? {};
		for (const name of ["goal", "points", "respec", "floors", "keep", "avoid", "screen", "seed"]) {
			const found = [name in bodyOf("/v1/builds/{id}/search").properties, name in ofTool];
			expect([name, ...found]).toEqual([name, true, true]);
		}
	});

	test("is 16 to 20 tools", () => {
		expect(tools.length).toBeGreaterThanOrEqual(16);
		expect(tools.length).toBeLessThanOrEqual(20);
	});
});
