// What HTTP costs: a warm row and a streamed batch of the reference calculator, against the same calls in this process.
// Needs the second package: npm run build.
import { Agent, request } from "node:http";
import { startServer } from "@pobatch/server";
import { Engine } from "../../dist/index.js";
import { summary } from "../lib/measure.mjs";
import { grownSets, treeAndBuild } from "../lib/workload.mjs";

const rounds = 5;
const rowsOneByOne = 600;
const batchRows = 10_000;
const stats = ["Life", "TotalEHP", "TotalDPS"];

/** As a client that keeps its connection: nothing but Node's own. */
function post(agent, address, path, type, body) {
	return new Promise((resolve, reject) => {
		const outgoing = request(`${address}${path}`, {
			method: "POST",
			agent,
			headers: { "content-type": type },
		});
		outgoing.on("error", reject);
		outgoing.on("response", (incoming) => {
			const chunks = [];
			incoming.on("data", (chunk) => chunks.push(chunk));
			incoming.on("error", reject);
			incoming.on("end", () => {
				const text = Buffer.concat(chunks).toString("utf8");
				if (incoming.statusCode === 200) resolve(text);
				else reject(new Error(`${incoming.statusCode}: ${text}`));
			});
		});
		outgoing.end(body);
	});
}

async function times(count, run) {
	const found = [];
	for (let i = 0; i < count; i++) {
		const start = performance.now();
		await run(i);
		found.push(performance.now() - start);
	}
	found.sort((a, b) => a - b);
	const at = (share) => found[Math.min(found.length - 1, Math.floor(share * found.length))];
	return { median: at(0.5), p99: at(0.99) };
}

async function overhead() {
	const { build: text, tree, note } = await treeAndBuild();
	const engine = await Engine.open({ calculator: "reference", tree, threads: 1, isolation: "process" });
	const agent = new Agent({ keepAlive: true });
	const server = await startServer({
		port: 0,
		calculators: [{ name: "reference", calculator: "reference", tree }],
		engine: { threads: 1 },
		limits: { requestsPerMinute: 1e9 },
	});
	try {
		const { address } = server;
		const build = await engine.load(text);
		const { id } = JSON.parse(await post(agent, address, "/v1/builds", "text/plain", text));
		const sets = grownSets(tree, build, batchRows, 100);
		const list = Array.from({ length: batchRows }, (_, i) => sets.row(i));
		const bodies = list.map((set) => JSON.stringify({ set, stats }));
		const lines = list.map((set) => JSON.stringify(set)).join("\n");
		const row = { own: [], ownP99: [], http: [], httpP99: [], extra: [] };
		const rates = [];
		const path = `/v1/builds/${id}`;
		for (let round = 0; round <= rounds; round++) {
			// As the route does: the set's numbers, and the build's own to compare with.
			const own = await times(rowsOneByOne, async (i) => {
				await build.calculate(list[i], { stats });
				await build.calculate({}, { stats });
			});
			const http = await times(rowsOneByOne, (i) =>
				post(agent, address, `${path}/stats`, "application/json", bodies[i]),
			);
			const library = await times(3, async () => {
				const result = await build.calculateBatch(sets, { stats });
				if (result.errors.length > 0) throw result.errors[0];
			});
			const streamed = await times(3, async () => {
				const answer = await post(
					agent,
					address,
					`${path}/batch?stats=${stats}`,
					"application/x-ndjson",
					lines,
				);
				if (answer.split("\n").length !== batchRows + 1) throw new Error("rows are missing");
			});
			// The first one compiles.
			if (round === 0) continue;
			row.own.push(own.median);
			row.ownP99.push(own.p99);
			row.http.push(http.median);
			row.httpP99.push(http.p99);
			row.extra.push(http.median - own.median);
			rates.push(library.median / streamed.median);
		}
		const figure = (key, what, values, more = {}) => ({
			key,
			what,
			unit: "ms",
			better: "lower",
			...summary(values),
			...more,
		});
		return [
			figure("server row own", "a row and the build's own, in this process, median", row.own, { note }),
			figure("server row own p99", "the same, 99th percentile", row.ownP99),
			figure("server row http", "the same over HTTP, median", row.http),
			figure("server row http p99", "the same over HTTP, 99th percentile", row.httpP99),
			figure("server row extra", "what HTTP adds at the median", row.extra, { target: 1.5 }),
			figure("server batch", `${batchRows} rows streamed, share of the library's rate`, rates, {
				unit: "",
				better: "higher",
				target: 0.5,
			}),
		];
	} finally {
		agent.destroy();
		await server.close();
		await engine.close();
	}
}

export const parts = [overhead];
