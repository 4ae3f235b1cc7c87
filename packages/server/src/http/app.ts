import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Ajv } from "ajv";
import Fastify, { type FastifyError, type FastifyRequest } from "fastify";
import { PobatchError, versions } from "pobatch";
import { problemOf, ServerError } from "../service/errors.js";
import { exactJson } from "../service/exact-json.js";
import type { Service } from "../service/service.js";
import { batchRoutes } from "./batch.js";
import { buildRoutes } from "./builds.js";
import { jobRoutes } from "./jobs.js";
import { mcpRoutes } from "./mcp.js";
import { monitoringRoutes } from "./monitoring.js";
import { pageRoutes } from "./page.js";
import { clientOf, trackRequests } from "./requests.js";
import { type SecurityOptions, secure } from "./security.js";

export type App = ReturnType<typeof createApp>;

/** The routes of a server, over a service that is started. */
export function createApp(service: Service, security: SecurityOptions) {
	const { bodyBytes, requestsPerMinute, requestMs } = service.limits;
	const app = Fastify({
		bodyLimit: bodyBytes,
		// From the first byte of a request to its last.
		requestTimeout: requestMs,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: 200 },
	}).withTypeProvider<TypeBoxTypeProvider>();

	// Values in an address are text and are converted; JSON has types of its own and is not.
	const strict = new Ajv({ allErrors: false, strict: false });
	const coercing = new Ajv({ allErrors: false, strict: false, coerceTypes: "array" });
	app.setValidatorCompiler(({ schema, httpPart }) =>
		(httpPart === "body" ? strict : coercing).compile(schema as object),
	);
	// Schemas of answers are for the documentation: numbers are written with all their bits.
	app.setSerializerCompiler(() => exactJson);
	app.setReplySerializer((payload) => (typeof payload === "string" ? payload : exactJson(payload)));
	app.setErrorHandler((error: FastifyError, request, reply) => {
		const explained = explain(error, request);
		const { status, problem, unexpected } = problemOf(explained);
		if (unexpected) service.log(`${request.method} ${request.url}: ${error.stack ?? error.message}`);
		service.metrics.error(problem.code);
		if (status === 413) reply.header("connection", "close");
		const { retryAfterSeconds } = problem;
		if (retryAfterSeconds !== undefined) reply.header("retry-after", retryAfterSeconds);
		return reply.status(status).type("application/json; charset=utf-8").send({ error: problem });
	});
	app.setNotFoundHandler(({ method, url }) => {
		throw new ServerError("NOT_FOUND", `There is nothing at ${method} ${url}`, {
			hint: "GET /openapi.json lists what there is.",
		});
	});

	secure(app, security);
	trackRequests(app, service);
	app.register(rateLimit, {
		max: requestsPerMinute,
		timeWindow: 60_000,
		keyGenerator: clientOf,
		errorResponseBuilder: (_, { max, ttl }) => {
			const retryAfterSeconds = Math.ceil(ttl / 1000);
			return new ServerError(
				"LIMIT_EXCEEDED",
				`A client may have ${max} requests a minute, and has had them; they are free again in ${retryAfterSeconds} s`,
				{
					value: max,
					hint: "Send rows as one batch instead of one by one.",
					use: { limit: max, used: max, retryAfterSeconds },
				},
			);
		},
	});
	app.register(swagger, {
		openapi: {
			openapi: "3.1.0",
			info: {
				title: "pobatch",
				version: versions().pobatch,
				description: "Path of Building's numbers for programs: docs/server.md of the package has examples.",
			},
			components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
			...(security.token !== undefined && { security: [{ token: [] }] }),
		},
	});
	app.register(async (routes) => {
		const typed = routes.withTypeProvider<TypeBoxTypeProvider>();
		monitoringRoutes(typed, service);
		buildRoutes(typed, service);
		batchRoutes(typed, service);
		jobRoutes(typed, service);
		mcpRoutes(typed, service);
		await pageRoutes(typed);
	});
	return app;
}

/** What clients receive instead of Fastify's own errors. */
function explain(error: FastifyError, request: FastifyRequest): unknown {
	if (error.validation) {
		const [first] = error.validation;
		const where = `${error.validationContext ?? ""}${first?.instancePath ?? ""}`;
		const extra = (first?.params as { additionalProperty?: string } | undefined)?.additionalProperty;
		const named = extra === undefined ? "" : ` (${JSON.stringify(extra)})`;
		return new PobatchError("INVALID_ARGUMENT", `${where} ${first?.message ?? "is wrong"}${named}`, {
			hint: "GET /openapi.json says what is expected.",
		});
	}
	if (error.statusCode === 413)
		return new ServerError("TOO_LARGE", "The body is larger than the server allows");
	if (error.code?.startsWith("FST_ERR_CTP"))
		return new PobatchError("INVALID_ARGUMENT", `The body cannot be read: ${error.message}`, {
			hint: "Send JSON as application/json, node sets as application/x-ndjson, a build also as text/plain.",
		});
	return request.running?.explain(error) ?? error;
}
