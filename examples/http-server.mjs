// POST /calculate with {"sets": [{"add": [1, 2]}], "stats": ["Life"]} answers one row of stats per node set.
// Requests are from strangers: body, rows and time are limited, and a bad row is answered as such.
import { once } from "node:events";
import { createServer } from "node:http";
import { Engine, NodeSets, PobatchError } from "pobatch";
import { demoBuild } from "./demo-build.mjs";

const [port = "8080"] = process.argv.slice(2);
const limits = { bytes: 1_000_000, rows: 10_000, batchMs: 5_000 };

// One engine for all requests: it keeps its threads busy, and a batch never blocks the event loop.
const engine = await Engine.open({ calculator: "reference", rowTimeoutMs: 100, memoryLimitMB: 512 });
const build = await engine.load(await demoBuild());

const server = createServer(async (request, response) => {
	const answer = (status, body) =>
		response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
	if (request.method !== "POST" || request.url !== "/calculate")
		return answer(404, { error: "POST /calculate is all there is" });
	try {
		let text = "";
		for await (const chunk of request.setEncoding("utf8")) {
			text += chunk;
			if (text.length > limits.bytes) return answer(413, { error: `More than ${limits.bytes} bytes` });
		}
		const { sets, stats } = JSON.parse(text);
		if (!Array.isArray(sets) || sets.length > limits.rows)
			return answer(400, { error: `Expected at most ${limits.rows} node sets` });
		const gone = new AbortController();
		response.on("close", () => gone.abort());
		const result = await build.calculateBatch(NodeSets.deltas(sets), {
			stats,
			timeoutMs: limits.batchMs,
			signal: gone.signal,
		});
		answer(200, {
			rows: sets.map((_, row) => (result.ok(row) ? result.row(row) : null)),
			errors: result.errors.map(({ row, code, message }) => ({ row, code, message })),
			...(result.stopped && { stopped: result.stopped }),
		});
	} catch (error) {
		const isTheirs = error instanceof PobatchError || error instanceof SyntaxError;
		answer(isTheirs ? 400 : 500, { error: isTheirs ? error.message : "internal error" });
	}
});

// Only this machine: what faces a network wants a proxy with its own limits before it.
server.listen(Number(port), "127.0.0.1");
await once(server, "listening");
console.log(`http://127.0.0.1:${server.address().port}/calculate`);
for (const signal of ["SIGINT", "SIGTERM"]) {
	process.once(signal, async () => {
		server.close();
		await engine.close();
	});
}
