// `npm run soak:server`: concurrent clients of one server, while its state processes are killed with -9, clients
// disconnect during a response, and bodies are malformed. Ends with status 1 if a response is lost or wrong, or the
// memory grows. Needs npm run build. Variables: SOAK_SECONDS (600), SOAK_CLIENTS (32), SOAK_KILL_SECONDS (5, between
// two kills).
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Engine, NodeSets } from "../dist/index.js";
import { seededRandom } from "./lib/workload.mjs";

const [seconds, clients, killSeconds] = [
	["SOAK_SECONDS", 600],
	["SOAK_CLIENTS", 32],
	["SOAK_KILL_SECONDS", 5],
].map(([name, usual]) => Number(process.env[name] ?? usual));
const stats = ["Life", "TotalEHP", "TotalDPS"];
const lineType = "application/x-ndjson";
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const text = readFileSync(new URL("../data/demo-build.json", import.meta.url), "utf8");
const engine = await Engine.open({ threads: 1 });
const build = await engine.load(text);
const paths = build.tree.pathsWithin(build.allocated, 6).map(({ nodes }) => ({ add: [...nodes] }));
const known = await build.calculateBatch(NodeSets.deltas(paths), { stats });
const base = await build.calculate({}, { stats });
const power = await build.power({ stats: ["Life"], depth: 3 });
await engine.close();

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const server = spawn(
	process.execPath,
	[program, "serve", "--port", "0", "--calculator", "reference", "--threads", "2", "--no-cache"],
	{ stdio: ["ignore", "pipe", "ignore"] },
);
const address = await new Promise((resolve, reject) => {
	createInterface(server.stdout).once("line", resolve);
	server.once("exit", (status) => reject(new Error(`the server ended with ${status}`)));
});
const agent = new Agent({ keepAlive: true });
const counts = { requests: 0, rows: 0, aborted: 0, refused: 0, jobs: 0, kills: 0, lost: 0, wrong: 0 };
const problems = [];
function fault(kind, what) {
	counts[kind]++;
	if (problems.length < 10) problems.push(`${kind}: ${what}`);
}

/** @param abortAfter bytes of the response after which the client disconnects */
function send(method, path, type, body, abortAfter) {
	return new Promise((resolve, reject) => {
		const outgoing = request(`${address}${path}`, { method, agent, headers: { "content-type": type } });
		outgoing.on("error", reject);
		outgoing.on("response", (incoming) => {
			const chunks = [];
			let size = 0;
			incoming.on("data", (chunk) => {
				chunks.push(chunk);
				size += chunk.length;
				if (size >= abortAfter) outgoing.destroy();
			});
			incoming.on("error", reject);
			incoming.on("end", () =>
				resolve({ status: incoming.statusCode, text: Buffer.concat(chunks).toString("utf8") }),
			);
		});
		outgoing.end(body);
	});
}

/** Repeats a request until it is not refused for too many at once, and checks the response. */
async function ask(method, path, type, body) {
	for (;;) {
		counts.requests++;
		const answer = await send(method, path, type, body);
		if (answer.status !== 429) return answer;
		await sleep(100);
	}
}

const isSame = (found, row) =>
	stats.every((stat, s) => Object.is(found?.[stat], known.values[row * stats.length + s]));

/** What a client does; chosen at random. */
const deeds = {
	async row(id, random) {
		const row = Math.floor(random() * paths.length);
		const body = JSON.stringify({ set: paths[row], stats });
		const { status, text: answer } = await ask("POST", `/v1/builds/${id}/stats`, "application/json", body);
		if (status !== 200) return fault("lost", answer);
		const found = JSON.parse(answer);
		counts.rows++;
		if (!isSame(found.stats, row) || stats.some((stat) => found.base[stat] !== base[stat]))
			fault("wrong", answer);
	},
	async batch(id, random) {
		const rows = Array.from({ length: 1 + Math.floor(random() * 2000) }, () =>
			Math.floor(random() * paths.length),
		);
		const bad = random() < 0.3 ? Math.floor(random() * rows.length) : -1;
		const body = rows
			.map((row, i) => (i === bad ? '{"add":[60001]}' : JSON.stringify(paths[row])))
			.join("\n");
		const { status, text: answer } = await ask(
			"POST",
			`/v1/builds/${id}/batch?stats=${stats}`,
			lineType,
			body,
		);
		const lines = answer.trim().split("\n");
		if (status !== 200 || lines.length !== rows.length)
			return fault("lost", `${lines.length} of ${rows.length}: ${lines.at(-1)}`);
		for (const [i, line] of lines.entries()) {
			const found = JSON.parse(line);
			counts.rows++;
			const right = i === bad ? found.error?.code === "UNKNOWN_NODE" : isSame(found.stats, rows[i]);
			if (found.row !== i || !right) fault("wrong", line);
		}
	},
	async goneAway(id, random) {
		const body = Array.from({ length: 3000 }, (_, i) => JSON.stringify(paths[i % paths.length])).join("\n");
		counts.requests++;
		await send("POST", `/v1/builds/${id}/batch?stats=${stats}`, lineType, body, random() * 200_000).catch(
			() => {},
		);
		counts.aborted++;
	},
	async badBody(id, random) {
		const bodies = [
			["/v1/builds", "application/json", "{"],
			["/v1/builds", "text/plain", "nonsense"],
			[`/v1/builds/${id}/batch`, lineType, '{"add":["x"]}'],
			[`/v1/builds/${id}/batch`, "application/json", "[]"],
			[`/v1/builds/${id}/stats`, "application/json", '{"set":{"add":[99999]}}'],
			[`/v1/builds/${id}/power`, "application/json", '{"depth":-1}'],
			["/v1/builds/unknown/stats", "application/json", "{}"],
			["/mcp", "application/json", '{"jsonrpc":"2.0"}'],
		];
		const [path, type, body] = bodies[Math.floor(random() * bodies.length)];
		const { status, text: answer } = await ask("POST", path, type, body);
		counts.refused++;
		if (status < 400 || status >= 500 || !JSON.parse(answer).error)
			fault("wrong", `${path}: ${status} ${answer}`);
	},
	async job(id) {
		const start = JSON.stringify({ operation: "power", build: id, input: { stats: ["Life"], depth: 3 } });
		const { status, text: answer } = await ask("POST", "/v1/jobs", "application/json", start);
		if (status !== 202) return fault("lost", answer);
		let job = JSON.parse(answer);
		while (job.status === "queued" || job.status === "running") {
			await sleep(50);
			job = JSON.parse((await ask("GET", `/v1/jobs/${job.id}`, "application/json")).text);
		}
		const result = JSON.parse((await ask("GET", `/v1/jobs/${job.id}/result`, "application/json")).text);
		counts.jobs++;
		if (job.status !== "done") return fault("lost", JSON.stringify(job));
		const gains = (nodes) => nodes.map((node) => `${node.id} ${node.gains.Life}`).join();
		if (gains(result.nodes) !== gains(power.nodes)) fault("wrong", "node power");
	},
};
const shares = [
	["row", 0.5],
	["batch", 0.25],
	["goneAway", 0.1],
	["badBody", 0.14],
	["job", 0.01],
];

/** @param at from 0 to 1 */
function deedOf(at) {
	let sum = 0;
	for (const [name, share] of shares) {
		sum += share;
		if (at < sum) return name;
	}
	return shares[0][0];
}

const end = performance.now() + 1000 * seconds;
const isOver = () => performance.now() >= end || server.exitCode !== null;
async function client(number) {
	const random = seededRandom(number);
	const { text: answer } = await ask("POST", "/v1/builds", "text/plain", text);
	const { id } = JSON.parse(answer);
	while (!isOver()) {
		const name = deedOf(random());
		try {
			await deeds[name](id, random);
		} catch (error) {
			fault("lost", `${name}: ${error}`);
		}
	}
}

const processes = () =>
	execFileSync("ps", ["-o", "pid=,rss=", "--pid", String(server.pid), "--ppid", String(server.pid)], {
		encoding: "utf8",
	})
		.trim()
		.split("\n")
		.map((line) => line.trim().split(/\s+/).map(Number));
async function kill() {
	while (!isOver()) {
		await sleep(1000 * killSeconds);
		const children = processes().filter(([pid]) => pid !== server.pid);
		if (isOver() || children.length === 0) continue;
		process.kill(children[counts.kills % children.length][0], "SIGKILL");
		counts.kills++;
	}
}
/** Megabytes of the server and its states, with the share of the time that has passed. */
const memory = [];
async function watch() {
	const start = performance.now();
	while (!isOver()) {
		const sum = processes().reduce((total, [, kilobytes]) => total + kilobytes, 0);
		memory.push({ at: (performance.now() - start) / (1000 * seconds), megabytes: sum / 1024 });
		await sleep(500);
	}
}

await Promise.all([kill(), watch(), ...Array.from({ length: clients }, (_, i) => client(i + 1))]);
const alive = server.exitCode === null;
const stopping = new Promise((resolve) => server.once("exit", resolve));
server.kill("SIGTERM");
if (alive) await stopping;
agent.destroy();

const median = (from, to) => {
	const values = memory.filter(({ at }) => at >= from && at < to).map(({ megabytes }) => megabytes);
	return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
};
const quarters = [0, 0.25, 0.5, 0.75].map((from) => Math.round(median(from, from + 0.25)));
console.log(`${clients} clients, ${seconds} s:`, counts);
console.log(`memory of server and states, MB, median of each quarter: ${quarters.join(", ")}`);
for (const problem of problems) console.log(problem);
// The first quarter compiles and fills pools.
const grows = quarters[3] > 1.15 * quarters[1] + 10;
if (grows) console.log("the memory grows");
if (!alive) console.log(`the server ended with ${server.exitCode}`);
process.exitCode = counts.lost + counts.wrong > 0 || grows || !alive ? 1 : 0;
