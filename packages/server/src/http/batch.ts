import { Readable, Transform } from "node:stream";
import type { FastifyRequest } from "fastify";
import { PobatchError } from "pobatch";
import {
	type AnsweredRows,
	checkedStats,
	csv,
	evaluateLines,
	jsonLines,
	type RowWriter,
	WorkClock,
} from "pobatch/operations";
import { Type } from "typebox";
import { withFullDps } from "../operations/full-dps.js";
import { fullDpsPattern, Problem } from "../operations/schemas.js";
import type { Lease } from "../service/build-store.js";
import { problemOf, ServerError } from "../service/errors.js";
import type { RunningRequest } from "../service/limits.js";
import type { Service } from "../service/service.js";
import { BuildId } from "./builds.js";
import { work } from "./requests.js";
import type { Routes } from "./routes.js";

const lineTypes = ["application/x-ndjson", "application/jsonl", "application/jsonlines"];

/** Rows as they arrive: node sets as JSON lines in, one line each out. */
export function batchRoutes(app: Routes, service: Service): void {
	// As they arrive: a batch may be larger than what should be held at once.
	app.addContentTypeParser(lineTypes, (_, payload, done) => done(null, payload));

	app.post(
		"/v1/builds/:id/batch",
		{
			schema: {
				operationId: "batch",
				summary:
					"Evaluate many node sets, also of variants of the build: JSON lines in, " +
					'`{"row":0,"stats":{...}}` or `{"row":0,"error":{...}}` a line out, ' +
					"in order. A last line with an error and no row tells why the answer ends early",
				consumes: lineTypes,
				params: BuildId,
				querystring: Type.Object({
					fullDps: Type.Optional(
						Type.String({
							pattern: fullDpsPattern,
							description: "Skill groups that count in Full DPS, by comma, or auto",
						}),
					),
					stats: Type.Optional(Type.String({ description: 'Names by comma, or "all"' })),
					format: Type.Optional(Type.Enum(["jsonl", "csv"])),
				}),
				response: {
					200: Type.String({ description: "application/x-ndjson, or text/csv" }),
					"4xx": Problem,
					"5xx": Problem,
				},
			},
		},
		async (request, reply) => {
			if (!(request.body instanceof Readable)) {
				throw new PobatchError("INVALID_ARGUMENT", "Expected JSON lines for the body", {
					hint: `Send them as ${lineTypes[0]}.`,
				});
			}
			const running = request.running as RunningRequest;
			const { stats: names, format = "jsonl", fullDps } = request.query;
			const lease = await service.builds.acquire(request.params.id);
			const lines = answerLines(lease, service, running, {
				input: limited(request, service.limits.bodyBytes),
				writer: format === "csv" ? csv() : jsonLines(),
				stats: names?.split(",").map((name) => name.trim()),
				fullDps,
			});
			// Errors in the first line or in a stat's name are reported by the status.
			const first = await work(request, () => lines.next()).catch(async (error) => {
				await lines.return(undefined);
				throw error;
			});
			const rest = first.done ? [] : resumed(first.value, lines);
			return reply
				.type(format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson; charset=utf-8")
				.send(Readable.from(rest) as never);
		},
	);
}

interface LineRequest {
	input: Readable;
	writer: RowWriter;
	stats: readonly string[] | undefined;
	fullDps: string | undefined;
}

async function* answerLines(
	lease: Lease,
	service: Service,
	running: RunningRequest,
	{ input, writer, stats: names, fullDps }: LineRequest,
): AsyncGenerator<string> {
	using _ = lease;
	const { build } = lease;
	const { signal } = running;
	let written = false;
	try {
		const stats = await checkedStats(build, names);
		const around = await withFullDps(build, undefined, fullDps);
		const header = writer.header(stats);
		if (header !== "") yield header;
		written = header !== "";
		const clock = new WorkClock();
		const source = { name: "body", stream: input };
		const { rows: most } = service.limits;
		// The number of its rows is limited here, where they are in order.
		const within = service.requests.rows.open({
			client: running.client,
			most: Number.POSITIVE_INFINITY,
			waits: false,
			signal,
		});
		const evaluated = evaluateLines(build, { input: source, stats, around, skip: 0, clock, signal });
		for await (const rows of eachWithin(within, evaluated)) {
			const left = most - rows.firstRow;
			written = true;
			yield textOf(rows, writer, Math.min(rows.length, left));
			clock.end();
			if (rows.length > left)
				throw new ServerError("TOO_LARGE", `A batch has at most ${most} rows here`, {
					hint: "Send the others as another batch.",
				});
		}
		if (signal.aborted) throw new PobatchError("ABORTED", "The batch was stopped before its end");
	} catch (thrown) {
		const error = running.explain(ownError(thrown));
		if (!written) throw error;
		const { problem, unexpected } = problemOf(error);
		if (unexpected) service.log(String(error));
		service.metrics.error(problem.code);
		yield `${JSON.stringify({ error: problem })}\n`;
	} finally {
		input.destroy();
	}
}

/** Each step of it within a part of the request's work. */
async function* eachWithin<Item>(
	within: RunningRequest["within"],
	items: AsyncGenerator<Item>,
): AsyncGenerator<Item> {
	try {
		for (;;) {
			const next = await within(() => items.next());
			if (next.done) return;
			yield next.value;
		}
	} finally {
		await items.return(undefined);
	}
}

async function* resumed(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
	try {
		yield first;
		yield* rest;
	} finally {
		await rest.return(undefined);
	}
}

function textOf(
	{ firstRow, stats, values, failures }: AnsweredRows,
	writer: RowWriter,
	length: number,
): string {
	let text = "";
	for (let row = 0; row < length; row++) {
		const failure = failures.get(row);
		text += failure
			? writer.failed(firstRow + row, stats, { code: failure.code, message: failure.message })
			: writer.row(firstRow + row, stats, values, row * stats.length);
	}
	return text;
}

/**
 * The body, read ahead up to its size limit: a client that sends all of it before it reads the first row must not wait
 * for us while we wait for it to read.
 */
function limited(request: FastifyRequest, most: number): Readable {
	const body = request.body as Readable;
	// A length that was told is counted already.
	const isCounted = request.headers["content-length"] !== undefined;
	let size = 0;
	const counted = new Transform({
		readableHighWaterMark: most,
		transform(chunk: Buffer, _encoding, done) {
			size += chunk.length;
			if (size > most) {
				done(new ServerError("TOO_LARGE", `The body is larger than ${most} bytes`));
				return;
			}
			try {
				if (!isCounted) request.running?.hold(chunk.length);
				done(null, chunk);
			} catch (error) {
				done(error as ServerError);
			}
		},
	});
	body.on("error", (error) => counted.destroy(error));
	return body.pipe(counted);
}

/** What went wrong while the body was read counts as unreadable input, with the reason as cause. */
function ownError(error: unknown): unknown {
	const { cause } = error as Error;
	return cause instanceof ServerError ? cause : error;
}
