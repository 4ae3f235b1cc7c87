// `npm run soak:fleet`: a batch by two workers over a queue, while workers are killed with -9 and the queue's server is
// killed and restarted. Ends with status 1 if a row is lost, wrong or answered twice. Needs a redis-server (or
// valkey-server) and npm run build. Variables: SOAK_ROWS (50,000 of the reference calculator), SOAK_KILLS (20),
// SOAK_RESTARTS (3).
import { readFileSync } from "node:fs";
import { Engine, NodeSets } from "../dist/index.js";
import { RedisServer, redisProgram, Worker } from "./lib/fleet.mjs";

const [rows, kills, restarts] = [
	["SOAK_ROWS", 50_000],
	["SOAK_KILLS", 20],
	["SOAK_RESTARTS", 3],
].map(([name, usual]) => Number(process.env[name] ?? usual));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

if (!redisProgram) {
	console.error("error: needs redis-server or valkey-server");
	process.exit(2);
}
const server = await RedisServer.start();
const workers = await Promise.all(
	[1, 2].map(() =>
		Worker.start(server.url, "--threads", "1", "--calculator", "reference", "--dead-after", "1"),
	),
);
const text = readFileSync(new URL("../data/demo-build.json", import.meta.url), "utf8");
const own = await Engine.open({ threads: 1 });
const fleet = await Engine.open({
	executor: { queue: server.url, workerWaitMs: 600_000 },
	onWarning: () => {},
});
const [ownBuild, fleetBuild] = [await own.load(text), await fleet.load(text)];
const paths = ownBuild.tree.pathsWithin(ownBuild.allocated, 8);
/** Every twentieth row names a node that does not exist. */
const sets = NodeSets.deltas(
	Array.from({ length: rows }, (_, i) => ({
		add:
			i % 20 === 7
				? [60_001]
				: [...new Set([...paths[i % paths.length].nodes, ...paths[(i * 31) % paths.length].nodes])],
	})),
);
const right = await ownBuild.calculateBatch(sets);

// The reference calculator is fast, so batches are repeated until all planned faults have happened.
let faults = { kills: 0, restarts: 0 };
let isOver = false;
async function disturb() {
	const every = Math.ceil(kills / (restarts + 1));
	while (faults.kills < kills || faults.restarts < restarts) {
		await sleep(200 + Math.random() * 1500);
		if (faults.kills >= every * (faults.restarts + 1) || faults.kills === kills) {
			await server.stop();
			await sleep(500);
			await server.start();
			faults = { ...faults, restarts: faults.restarts + 1 };
		} else {
			workers[faults.kills % 2].kill();
			faults = { ...faults, kills: faults.kills + 1 };
		}
	}
	isOver = true;
}

let [batches, lost, wrong] = [0, 0, 0];
const start = performance.now();
const disturbing = disturb();
while (!isOver) {
	const answer = await fleetBuild.calculateBatch(sets);
	batches++;
	lost += answer.notReached + Math.abs(answer.length - rows);
	const width = answer.stats.length;
	for (let row = 0; row < rows; row++) {
		if (answer.ok(row) !== right.ok(row)) wrong++;
		else {
			for (let i = row * width; i < (row + 1) * width; i++) {
				if (Object.is(answer.values[i], right.values[i])) continue;
				wrong++;
				break;
			}
		}
	}
	const told = (errors) => errors.map(({ row, code, message }) => `${row} ${code} ${message}`).join("\n");
	if (told(answer.errors) !== told(right.errors)) wrong++;
}
await disturbing;
console.log(
	`${batches} batches of ${rows} rows in ${((performance.now() - start) / 1000).toFixed(0)} s; ` +
		`${faults.kills} workers killed (${workers.reduce((sum, { restarts }) => sum + restarts, 0)} started again), ` +
		`the queue restarted ${faults.restarts} times: ${lost} rows lost, ${wrong} wrong`,
);
await Promise.all([own.close(), fleet.close()]);
await Promise.all(workers.map((worker) => worker.end()));
await server.end();
process.exitCode = lost + wrong > 0 ? 1 : 0;
