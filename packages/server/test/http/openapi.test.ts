import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../../src/http/server.js";
import { Client, demoText, start } from "../support/server.js";

let server: RunningServer;
let client: Client;
let document: ReturnType<typeof JSON.parse>;
beforeAll(async () => {
	server = await start();
	client = new Client(server.address);
	document = (await client.json("/openapi.json")).body;
});
afterAll(() => server.close());

describe("the OpenAPI document", () => {
	test("is valid OpenAPI 3.1", async () => {
		expect(document.openapi).toBe("3.1.0");
		expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true });
	});

	test("lists each request once, with an id for generators of clients", () => {
		const ids = Object.values(
			document.paths as Record<string, Record<string, { operationId?: string }>>,
		).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
		expect(ids).toEqual(
			expect.arrayContaining(["loadBuild", "batch", "power", "stats", "startJob", "jobEvents"]),
		);
		expect(ids).not.toContain(undefined);
		expect(new Set(ids).size).toBe(ids.length);
	});

	test("describes what is answered", async () => {
		const { body: build } = await client.json("/v1/builds", { text: demoText });
		const { id } = build;
		const { body: job } = await client.json("/v1/jobs", { operation: "stats", build: id });
		const answers: [method: string, path: string, status: string, body: unknown][] = [
			["post", "/v1/builds", "200", build],
			["post", "/v1/jobs", "202", job],
			[
				"post",
				"/v1/builds/{id}/stats",
				"200",
				(await client.json(`/v1/builds/${id}/stats`, { set: { remove: [96] } })).body,
			],
			[
				"post",
				"/v1/builds/{id}/power",
				"200",
				(await client.json(`/v1/builds/${id}/power`, { depth: 2 })).body,
			],
			[
				"post",
				"/v1/builds/{id}/power",
				"4XX",
				(await client.json(`/v1/builds/${id}/power`, { depth: 0 })).body,
			],
			["get", "/v1/builds/{id}/tree", "200", (await client.json(`/v1/builds/${id}/tree`)).body],
			["get", "/v1/calculators", "200", (await client.json("/v1/calculators")).body],
			["get", "/v1/jobs/{id}", "200", (await client.json(`/v1/jobs/${job.id}`)).body],
		];
		for (const [method, path, status, body] of answers) {
			const { schema } = document.paths[path][method].responses[status].content["application/json"];
			const check = new Ajv({ strict: false }).compile(schema);
			check(body);
			expect([path, check.errors]).toEqual([path, null]);
		}
	});
});
