import { PobatchError } from "pobatch";
import { Type } from "typebox";
import { BuildSummary, Problem } from "../operations/schemas.js";
import { summaryOf } from "../operations/summary.js";
import { operations } from "../operations/table.js";
import { drawTree, SvgQuery, Tree, treeOf } from "../operations/tree.js";
import type { GivenBuild, Service } from "../service/service.js";
import { work } from "./requests.js";
import type { Routes } from "./routes.js";

export const BuildId = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });
const problems = { "4xx": Problem, "5xx": Problem };

const Given = Type.Object(
	{
		text: Type.Optional(Type.String({ description: "Path of Building's XML, a code, or pobatch's JSON" })),
		code: Type.Optional(Type.String({ description: "The same, for a code" })),
		link: Type.Optional(
			Type.String({ maxLength: 500, description: "Of a build site, where the server opens links of it" }),
		),
		calculator: Type.Optional(Type.String({ description: "Who answers; see /v1/calculators" })),
		spec: Type.Optional(
			Type.Integer({ minimum: 1, maximum: 1000, description: "Which passive tree, from 1" }),
		),
	},
	{ additionalProperties: false, description: "One of text, code and link" },
);
const BuildQuery = Type.Pick(Given, ["calculator", "spec"]);

/** Builds, and a route for each operation on one. */
export function buildRoutes(app: Routes, service: Service): void {
	app.addContentTypeParser(
		["text/plain", "application/xml", "text/xml"],
		{ parseAs: "string" },
		(_, body, done) => done(null, body),
	);

	app.post(
		"/v1/builds",
		{
			schema: {
				operationId: "loadBuild",
				summary: "Load a build: as JSON, or its text alone as text/plain",
				querystring: BuildQuery,
				body: Type.Union([Given, Type.String({ minLength: 1 })]),
				response: { 200: BuildSummary, ...problems },
			},
		},
		(request) =>
			work(request, async () => {
				using lease = await service.load(givenBuild(request.body, request.query));
				return summaryOf(lease);
			}),
	);
	app.get(
		"/v1/builds/:id",
		{
			schema: {
				operationId: "buildInfo",
				summary: "What a build says of itself",
				params: BuildId,
				response: { 200: BuildSummary, ...problems },
			},
		},
		(request) => work(request, () => service.run(request.params.id, (_, lease) => summaryOf(lease))),
	);
	app.get(
		"/v1/builds/:id/source",
		{
			schema: {
				operationId: "buildSource",
				summary: "What a build was loaded from, to load it again where ids are unknown",
				params: BuildId,
				response: { 200: Type.Pick(Given, ["text", "calculator", "spec"]), ...problems },
			},
		},
		async (request) => {
			const { text, calculator, spec } = service.builds.known(request.params.id);
			return { text, calculator, ...(spec !== undefined && { spec }) };
		},
	);
	app.delete(
		"/v1/builds/:id",
		{
			schema: {
				operationId: "forgetBuild",
				summary: "Forget a build",
				params: BuildId,
				response: { 204: Type.Null(), ...problems },
			},
		},
		async (request, reply) => {
			service.builds.forget(request.params.id);
			return reply.status(204).send(null);
		},
	);
	app.get(
		"/v1/builds/:id/stats",
		{
			schema: {
				operationId: "statNames",
				summary: "Names of the stats that can be asked for",
				params: BuildId,
				response: { 200: Type.Object({ stats: Type.Array(Type.String()) }), ...problems },
			},
		},
		(request) =>
			work(request, () => service.run(request.params.id, (build) => ({ stats: [...build.stats()] }))),
	);
	for (const operation of operations.values()) {
		app.post(
			`/v1/builds/:id/${operation.name}`,
			{
				schema: {
					operationId: operation.name,
					summary: operation.summary,
					params: BuildId,
					body: operation.input,
					response: { 200: operation.answer, ...problems },
				},
			},
			(request) =>
				work(request, (signal) =>
					service.run(request.params.id, (_, lease) =>
						service.perform(operation, lease, request.body, { signal }),
					),
				),
		);
	}
	app.get(
		"/v1/builds/:id/tree",
		{
			schema: {
				operationId: "tree",
				summary: "The passive tree of a build, with what it has allocated",
				params: BuildId,
				response: { 200: Tree, ...problems },
			},
		},
		(request) => work(request, () => service.run(request.params.id, treeOf)),
	);
	app.get(
		"/v1/builds/:id/tree.svg",
		{
			schema: {
				operationId: "treePicture",
				summary: "The passive tree as a picture, with the gain of a stat as colour",
				params: BuildId,
				querystring: SvgQuery,
				response: { 200: Type.String({ description: "image/svg+xml" }), ...problems },
			},
		},
		async (request, reply) => {
			const svg = await work(request, (signal) =>
				service.run(request.params.id, (build) => drawTree(build, request.query, signal)),
			);
			return reply.type("image/svg+xml").send(svg);
		},
	);
	app.get(
		"/v1/calculators",
		{
			schema: {
				operationId: "calculators",
				summary: "Who can answer; the first one does where a build names none",
				response: {
					200: Type.Array(
						Type.Object({
							name: Type.String(),
							open: Type.Boolean({ description: "It has its states already" }),
							calculator: Type.Optional(Type.String()),
							version: Type.Optional(Type.String()),
							threads: Type.Optional(Type.Integer()),
						}),
					),
				},
			},
		},
		async () => {
			const opened = service.calculators.opened();
			return service.calculators.names.map((name) => {
				const engine = opened.get(name);
				if (!engine) return { name, open: false };
				const { calculator, threads } = engine;
				return { name, open: true, calculator: calculator.name, version: calculator.version, threads };
			});
		},
	);
}

function givenBuild(body: GivenBuild | string, query: Pick<GivenBuild, "calculator" | "spec">): GivenBuild {
	const given = { ...query, ...(typeof body === "string" ? { text: body } : body) };
	const sources = [given.text, given.code, given.link].filter((one) => one !== undefined);
	if (sources.length !== 1)
		throw new PobatchError(
			"INVALID_ARGUMENT",
			`Expected one of text, code and link but received ${sources.length}`,
		);
	return given;
}
