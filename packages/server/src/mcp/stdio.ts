import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { Service } from "../service/service.js";
import { createMcpServer } from "./server.js";

/** Serves the program that started this process, over its pipes, until it closes them. */
export async function serveStdio(service: Service): Promise<void> {
	const server = createMcpServer(service, { client: "stdio", files: true });
	const transport = new StdioServerTransport();
	const closed = new Promise<void>((resolve) => {
		server.onclose = resolve;
		// The transport does not look for the end of its input.
		process.stdin.once("end", resolve);
		process.stdin.once("close", resolve);
	});
	await server.connect(transport);
	await closed;
}
