import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
	CallToolRequestSchema,
	type CallToolResult,
	ListToolsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { versions } from "pobatch";
import { nearest } from "pobatch/operations";
import { problemOf, ServerError } from "../service/errors.js";
import { exactJson } from "../service/exact-json.js";
import type { Service } from "../service/service.js";
import { briefText } from "./brief.js";
import { forgiven } from "./forgiving.js";
import { Session, type SessionOptions } from "./session.js";
import type { Tool } from "./tool.js";
import { tools } from "./tools/table.js";

const instructions = `Numbers of Path of Building for Path of Exile 2 builds, exactly as its window shows them.
Start with load (a code, link or file), then summary. what_if answers any change of the passive tree at once and keeps
nothing. power ranks nodes. FullDPS is 0 unless the build includes skills in it: use CombinedDPS then. A goal of damage
alone trades defence away: ask for TotalEHP and Life beside it.`;

const byName = new Map(tools.map((tool) => [tool.name, tool]));

/** An MCP server for one conversation; `connect` it to a transport. */
export function createMcpServer(service: Service, options: SessionOptions): Server {
	const session = new Session(service, options);
	const server = new Server(
		{ name: "pobatch", title: "Path of Building in batches", version: versions().pobatch },
		{ capabilities: { tools: {} }, instructions },
	);
	server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: tools.map(listed) }));
	server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
		const progressToken = params._meta?.progressToken;
		const onProgress = (done: number, total: number) => {
			if (progressToken === undefined) return;
			const notification = { progressToken, progress: done, total };
			extra.sendNotification({ method: "notifications/progress", params: notification }).catch(() => {});
		};
		return call(session, params.name, params.arguments, extra.signal, onProgress);
	});
	return server;
}

function listed({ name, title, description, input, readOnly = true }: Tool) {
	return {
		name,
		title,
		description,
		inputSchema: { ...input, type: "object" as const },
		annotations: {
			readOnlyHint: readOnly,
			destructiveHint: false,
			idempotentHint: readOnly,
			// Links are the only thing outside of this machine.
			openWorldHint: name === "load",
		},
	};
}

async function call(
	session: Session,
	name: string,
	given: unknown,
	signal: AbortSignal,
	onProgress: (done: number, total: number) => void,
): Promise<CallToolResult> {
	const { service } = session;
	let running: ReturnType<typeof service.requests.begin> | undefined;
	try {
		const tool = byName.get(name);
		if (!tool) throw unknownTool(name);
		const input = forgiven(tool.input, given) as never;
		running = service.requests.begin(session.client);
		const context = { signal: AbortSignal.any([signal, running.signal]), onProgress };
		const answer = await stopped(
			running.within(() => tool.run(session, input, context)),
			context.signal,
		);
		const text = tool.isLong?.(input) ? exactJson(answer) : briefText(answer);
		return { content: [{ type: "text", text }] };
	} catch (error) {
		const { problem, unexpected } = problemOf(running?.explain(error) ?? error);
		if (unexpected) service.log(`${name}: ${(error as Error).stack ?? error}`);
		service.metrics.error(problem.code);
		return { isError: true, content: [{ type: "text", text: exactJson({ error: problem }) }] };
	} finally {
		running?.end();
	}
}

/** Answers as soon as the call is to end, even if its work cannot be interrupted. */
function stopped<Answer>(answer: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const stop = () => reject(new ServerError("SHUTTING_DOWN", "The call was stopped"));
		if (signal.aborted) stop();
		signal.addEventListener("abort", stop, { once: true });
		answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
	});
}

function unknownTool(name: string): ServerError {
	const close = nearest(name, [...byName.keys()]);
	return new ServerError("NOT_FOUND", `There is no tool ${JSON.stringify(name)}`, {
		value: name,
		hint:
			close.length > 0
				? `Did you mean ${close.join(" or ")}?`
				: `There are ${[...byName.keys()].join(", ")}.`,
	});
}
