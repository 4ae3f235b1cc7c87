import { randomUUID } from "node:crypto";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { isInitializeRequest } from "@modelcontextprotocol/sdk/types.js";
import type { FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import { createMcpServer } from "../mcp/server.js";
import { ServerError } from "../service/errors.js";
import type { Service } from "../service/service.js";
import { clientOf } from "./requests.js";
import type { Routes } from "./routes.js";

/** Idle conversations are forgotten; a client then begins a new one, as the protocol requires. */
const sessionLimits = { max: 500, ttl: 3_600_000, updateAgeOnGet: true };
/** A client that begins more loses its oldest ones, and no one else's. */
const mostOfClient = 50;

interface McpSession {
	readonly client: string;
	readonly transport: StreamableHTTPServerTransport;
}

/** MCP over streamable HTTP, a session for each conversation. */
export function mcpRoutes(app: Routes, service: Service): void {
	const sessions = new LRUCache<string, McpSession>({
		...sessionLimits,
		dispose: ({ transport }) => {
			transport.close().catch(() => {});
		},
	});
	app.addHook("onClose", async () => sessions.clear());

	app.route({
		method: ["GET", "POST", "DELETE"],
		url: "/mcp",
		schema: { hide: true } as object,
		handler: async (request, reply) => {
			const transport = await transportFor(request);
			reply.hijack();
			await transport.handleRequest(request.raw, reply.raw, request.body);
		},
	});

	async function transportFor(request: FastifyRequest): Promise<StreamableHTTPServerTransport> {
		const { "mcp-session-id": id } = request.headers;
		if (typeof id === "string") {
			const known = sessions.get(id);
			if (known) return known.transport;
			throw new ServerError("NOT_FOUND", "There is no such MCP session", { hint: "Begin a new one." });
		}
		if (request.method !== "POST" || !isInitializeRequest(request.body))
			throw new ServerError("FORBIDDEN", "An MCP session begins with the request initialize");
		const client = clientOf(request);
		const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
			sessionIdGenerator: randomUUID,
			onsessioninitialized: (session) => {
				sessions.set(session, { client, transport });
				// From the one that was used last.
				const own = [...sessions.entries()].filter(([, one]) => one.client === client);
				for (const [old] of own.slice(mostOfClient)) sessions.delete(old);
			},
			onsessionclosed: (session) => {
				sessions.delete(session);
			},
		});
		// A stranger must not read files of this machine.
		const server = createMcpServer(service, { client, files: false });
		await server.connect(transport as never);
		return transport;
	}
}
