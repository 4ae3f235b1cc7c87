import { Readable } from "node:stream";
import { Ajv } from "ajv";
import { PobatchError } from "pobatch";
import { Type } from "typebox";
import { Problem } from "../operations/schemas.js";
import { operations } from "../operations/table.js";
import { hasEnded, type JobState } from "../service/job.js";
import type { Service } from "../service/service.js";
import { clientOf, work } from "./requests.js";
import type { Routes } from "./routes.js";

const problems = { "4xx": Problem, "5xx": Problem };
const JobId = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });
const Job = Type.Object({
	id: Type.String(),
	operation: Type.String(),
	build: Type.String(),
	status: Type.Enum(["queued", "running", "done", "failed", "cancelled"]),
	progress: Type.Object({
		done: Type.Number(),
		total: Type.Number(),
		best: Type.Optional(Type.Number({ description: "Of a search: its goal so far" })),
		set: Type.Optional(
			Type.Object(
				{ add: Type.Array(Type.Integer()), remove: Type.Array(Type.Integer()) },
				{ additionalProperties: true, description: "Of a search: what the best changes" },
			),
		),
	}),
	createdAt: Type.Number({ description: "Milliseconds since 1970" }),
	startedAt: Type.Optional(Type.Number()),
	endedAt: Type.Optional(Type.Number()),
	error: Type.Optional(Problem.properties.error),
});
/** Proxies close idle connections. */
const heartbeatMs = 15_000;

/** Work that takes longer than a request should. */
export function jobRoutes(app: Routes, service: Service): void {
	const ajv = new Ajv({ strict: false });
	const checks = new Map(Array.from(operations, ([name, { input }]) => [name, ajv.compile(input)]));

	app.post(
		"/v1/jobs",
		{
			schema: {
				operationId: "startJob",
				summary: "Start an operation as a job",
				body: Type.Object(
					{
						operation: Type.Enum([...operations.keys()]),
						build: Type.String({ description: "Id of a build that was loaded" }),
						input: Type.Optional(Type.Object({}, { description: "The body of the operation's own route" })),
					},
					{ additionalProperties: false },
				),
				response: { 202: Job, ...problems },
			},
		},
		async (request, reply) => {
			const { operation, build: id, input = {} } = request.body;
			const check = checks.get(operation);
			if (!check?.(input)) {
				const [wrong] = check?.errors ?? [];
				throw new PobatchError(
					"INVALID_ARGUMENT",
					`input${wrong?.instancePath ?? ""} ${wrong?.message ?? "is wrong"}`,
				);
			}
			const build = service.builds.known(id);
			const state = await service.jobs.start({ operation, build, input, client: clientOf(request) });
			return reply.status(202).header("location", `/v1/jobs/${state.id}`).send(state);
		},
	);
	app.get(
		"/v1/jobs/:id",
		{
			schema: {
				operationId: "jobStatus",
				summary: "How far a job is",
				params: JobId,
				response: { 200: Job, ...problems },
			},
		},
		async (request) => service.jobs.get(request.params.id),
	);
	app.get(
		"/v1/jobs/:id/result",
		{
			schema: {
				operationId: "jobResult",
				summary: "What the operation answered",
				params: JobId,
				response: { 200: Type.Unknown({ description: "As of the operation's own route" }), ...problems },
			},
		},
		async (request) => service.jobs.result(request.params.id) as never,
	);
	app.delete(
		"/v1/jobs/:id",
		{
			schema: {
				operationId: "cancelJob",
				summary: "Cancel a job that has not ended",
				params: JobId,
				response: { 200: Job, ...problems },
			},
		},
		(request) => work(request, () => service.jobs.cancel(request.params.id)),
	);
	app.get(
		"/v1/jobs/:id/events",
		{
			schema: {
				operationId: "jobEvents",
				summary:
					"Server-sent events: `job` with the job's whole state, now and at each change, until it has ended; " +
					"204 to whoever connects again after that",
				params: JobId,
				response: {
					200: Type.String({ description: "text/event-stream" }),
					204: Type.Null(),
					...problems,
				},
			},
		},
		async (request, reply) => {
			const { signal } = request.running as { signal: AbortSignal };
			const { status } = service.jobs.get(request.params.id);
			// A browser's EventSource connects again when the answer ends, unless it is told that nothing follows.
			if (request.headers["last-event-id"] === status && hasEnded(status))
				return reply.status(204).send(null as never);
			const events = service.jobs.follow(request.params.id, signal);
			return reply
				.type("text/event-stream")
				.header("cache-control", "no-store")
				.send(Readable.from(eventText(events)) as never);
		},
	);
}

/** Limits updates to a few per second: progress may come faster than anybody looks. */
const pauseMs = 100;

async function* eventText(states: AsyncGenerator<JobState>): AsyncGenerator<string> {
	const next = () => states.next();
	let coming = next();
	try {
		for (;;) {
			let timer: NodeJS.Timeout | undefined;
			const silence = new Promise<"silence">((resolve) => {
				timer = setTimeout(() => resolve("silence"), heartbeatMs);
			});
			const state = await Promise.race([coming, silence]).finally(() => clearTimeout(timer));
			if (state === "silence") {
				yield ": still there\n\n";
				continue;
			}
			if (state.done) return;
			yield `event: job\nid: ${state.value.status}\ndata: ${JSON.stringify(state.value)}\n\n`;
			await new Promise((resolve) => setTimeout(resolve, pauseMs));
			coming = next();
		}
	} finally {
		await states.return(undefined);
	}
}
