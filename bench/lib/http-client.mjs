// A client with a persistent connection, on a thread of its own, with only Node's own modules. Receives { path, type,
// body }, returns { text } or { error }.
import { Agent, request } from "node:http";
import { workerData as address, parentPort } from "node:worker_threads";

const agent = new Agent({ keepAlive: true });

parentPort.on("message", ({ path, type, body }) => {
	const failed = (error) => parentPort.postMessage({ error: String(error) });
	const outgoing = request(`${address}${path}`, { method: "POST", agent, headers: { "content-type": type } });
	outgoing.on("error", failed);
	outgoing.on("response", (incoming) => {
		const chunks = [];
		incoming.on("data", (chunk) => chunks.push(chunk));
		incoming.on("error", failed);
		incoming.on("end", () => {
			const text = Buffer.concat(chunks).toString("utf8");
			if (incoming.statusCode === 200) parentPort.postMessage({ text });
			else failed(`${incoming.statusCode}: ${text}`);
		});
	});
	outgoing.end(body);
});
