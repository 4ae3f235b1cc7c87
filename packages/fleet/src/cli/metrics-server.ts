import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";

/** Serves `/metrics` for Prometheus, on the loopback address unless another host is named. */
export async function serveMetrics(
	registry: Registry,
	host: string,
	port: number,
): Promise<{ address: string; close(): void }> {
	const server = createServer((request, response) => {
		if (request.url !== "/metrics") {
			response.writeHead(404).end();
			return;
		}
		registry.metrics().then(
			(text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
			() => response.writeHead(503).end(),
		);
	});
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject).listen(port, host, resolve);
	});
	const { port: actual } = server.address() as AddressInfo;
	return {
		address: `http://${host.includes(":") ? `[${host}]` : host}:${actual}/metrics`,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}
