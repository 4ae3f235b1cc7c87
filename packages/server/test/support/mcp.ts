import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { createMcpServer } from "../../src/mcp/server.js";
import type { Service } from "../../src/service/service.js";

export interface Called {
	isError: boolean;
	text: string;
	// biome-ignore lint/suspicious/noExplicitAny: whatever the tool answers
	answer: any;
}

/** The SDK's client, with answers as JSON. */
export class McpClient {
	readonly client = new Client({ name: "test", version: "1" });

	async connect(transport: Transport): Promise<this> {
		await this.client.connect(transport);
		return this;
	}

	/** To a server in this process, that may read files. */
	async connectTo(service: Service): Promise<this> {
		const [own, other] = InMemoryTransport.createLinkedPair();
		await createMcpServer(service, { client: "test", files: true }).connect(other);
		return this.connect(own);
	}

	async connectHttp(address: string, headers: Record<string, string> = {}): Promise<this> {
		const transport = new StreamableHTTPClientTransport(new URL(`${address}/mcp`), {
			requestInit: { headers },
		});
		return this.connect(transport as Transport);
	}

	async call(name: string, args: Record<string, unknown> = {}, options = {}): Promise<Called> {
		const { content, isError } = await this.client.callTool({ name, arguments: args }, undefined, options);
		const [first] = content as { type: string; text: string }[];
		const text = first?.text ?? "";
		return { isError: isError === true, text, answer: JSON.parse(text) };
	}

	close(): Promise<void> {
		return this.client.close();
	}
}
