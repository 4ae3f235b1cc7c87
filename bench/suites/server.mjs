// The cost of HTTP: a warm row and a streamed batch of the reference calculator, against the same calls in this
// process. Needs the second package: npm run build.
import { Worker } from "node:worker_threads";
import { startServer } from "@pobatch/server";
import { Engine } from "../../dist/index.js";
import { summary } from "../lib/measure.mjs";
import { grownSets, treeAndBuild } from "../lib/workload.mjs";

const rounds = 5;
const rowsOneByOne = 600;
const batchRows = 10_000;
const stats = ["Life", "TotalEHP", "TotalDPS"];

/**
 * A client on a thread of its own, since real clients are elsewhere: its writing and reading is not the server's work.
 */
function clientOf(address) {
	const worker = new Worker(new URL("../lib/http-client.mjs", import.meta.url), { workerData: address });
	return {
		post: (path, type, body) =>
			new Promise((resolve, reject) => {
				worker.once("message", ({ text, error }) => (error ? reject(new Error(error)) : resolve(text)));
				worker.postMessage({ path, type, body });
			}),
		close: () => worker.terminate(),
	};
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
	const server = await startServer({
		port: 0,
		calculators: [{ name: "reference", calculator: "reference", tree }],
		engine: { threads: 1 },
		limits: { requestsPerMinute: 1e9 },
	});
	const client = clientOf(server.address);
	try {
		const build = await engine.load(text);
		const { id } = JSON.parse(await client.post("/v1/builds", "text/plain", text));
		const sets = grownSets(tree, build, batchRows, 100);
		const list = Array.from({ length: batchRows }, (_, i) => sets.row(i));
		const bodies = list.map((set) => JSON.stringify({ set, stats }));
		const lines = Buffer.from(list.map((set) => JSON.stringify(set)).join("\n"));
		const row = { own: [], ownP99: [], http: [], httpP99: [], extra: [] };
		const rates = [];
		const path = `/v1/builds/${id}`;
		for (let round = 0; round <= rounds; round++) {
			// Like the route: the set's numbers, and the build's own to compare with.
			const own = await times(rowsOneByOne, async (i) => {
				await build.calculate(list[i], { stats });
				await build.calculate({}, { stats });
			});
			const http = await times(rowsOneByOne, (i) =>
				client.post(`${path}/stats`, "application/json", bodies[i]),
			);
			// One after the other, so that both meet the same machine load.
			const shares = [];
			for (let i = 0; i < 3; i++) {
				const library = await times(1, async () => {
					const result = await build.calculateBatch(sets, { stats });
					if (result.errors.length > 0) throw result.errors[0];
				});
				const streamed = await times(1, async () => {
					const answer = await client.post(`${path}/batch?stats=${stats}`, "application/x-ndjson", lines);
					if (answer.split("\n").length !== batchRows + 1) throw new Error("rows are missing");
				});
				shares.push(library.median / streamed.median);
			}
			// The first round compiles.
			if (round === 0) continue;
			row.own.push(own.median);
			row.ownP99.push(own.p99);
			row.http.push(http.median);
			row.httpP99.push(http.p99);
			row.extra.push(http.median - own.median);
			rates.push(...shares);
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
		await client.close();
		await server.close();
		await engine.close();
	}
}

export const parts = [overhead];
