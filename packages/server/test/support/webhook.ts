import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A webhook on this machine: `got` has the JSON bodies that were sent to it, until it is closed. */
export async function webhook(): Promise<{ address: string; got: unknown[]; close(): Promise<void> }> {
	const got: unknown[] = [];
	const server = createServer(async (request, response) => {
		let text = "";
		for await (const chunk of request) text += chunk;
		got.push(JSON.parse(text));
		response.end();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`,
		got,
		close() {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}
