import { Command, Option } from "commander";
import { findPob } from "pobatch";
import { QueueAddress } from "../queue/address.js";
import { QueueMetrics } from "../queue/metrics.js";
import { startWorker } from "../worker/worker.js";
import { serveMetrics } from "./metrics-server.js";
import { integer, queueOf } from "./options.js";
import { untilSignal } from "./signals.js";

interface WorkerFlags {
	queue?: string;
	calculator?: string;
	pob?: string;
	tree?: string;
	trust?: "known" | "certified";
	threads?: number;
	isolation: "thread" | "process";
	memory: number;
	builds: number;
	deadAfter: number;
	metrics?: number;
	metricsHost: string;
}

export function workerCommand(): Command {
	return new Command("worker")
		.description("calculate rows for engines on other machines, from a queue (Redis or Valkey)")
		.option(
			"--queue <url>",
			"redis://[user:password@]host[:port][/database]; else the variable POBATCH_QUEUE",
		)
		.option(
			"--calculator <name|file>",
			'"pob" (the default where a checkout is found), "reference", or a Lua file of your own',
		)
		.option("--pob <folder>", "Path of Building checkout; else POBATCH_POB, else an installed one")
		.addOption(
			new Option("--trust <kind>", "as of the engines whose rows it takes").choices(["known", "certified"]),
		)
		.option("--tree <file>", "passive tree of a calculator that is not Path of Building")
		.option("--threads <n>", "calculator states (default: one per core)", integer(1, 256))
		.addOption(
			new Option("--isolation <kind>", "states each in a process of its own, or on threads")
				.choices(["process", "thread"])
				.default("process"),
		)
		.option("--memory <MB>", "megabytes that each state may hold", integer(64, 1_000_000), 2048)
		.option("--builds <n>", "builds that stay loaded", integer(1, 10_000), 16)
		.option(
			"--dead-after <seconds>",
			"a worker that says nothing for so long is taken for dead: others get its rows",
			integer(1, 3600),
			10,
		)
		.option(
			"--metrics <port>",
			"serve its counters, and what waits at the queue, at /metrics",
			integer(0, 65_535),
		)
		.option("--metrics-host <address>", "where to listen for that", "127.0.0.1")
		.addHelpText(
			"after",
			`
It takes rows of engines of its own kind alone: the same pobatch, Path of Building,
options, LuaJIT and mathematics, so that all rows have the bits of one machine.
Ctrl-C and SIGTERM end it when its jobs are done.

Example:
  $ POBATCH_QUEUE=redis://:password@10.0.0.5 pobatch worker --pob PathOfBuilding-PoE2
  $ pobatch power build.xml --stat FullDPS --queue redis://:password@10.0.0.5`,
		)
		.action(runWorker);
}

async function runWorker(flags: WorkerFlags): Promise<void> {
	const log = (text: string) => process.stderr.write(`${new Date().toISOString()} ${text}\n`);
	const { calculator, pob, tree, trust, threads, isolation, memory, builds, deadAfter } = flags;
	const queue = queueOf(flags.queue);
	const found = pob ?? (calculator === undefined && tree === undefined ? await findPob() : undefined);
	const worker = await startWorker({
		queue,
		calculator: calculator ?? (found === undefined ? "reference" : "pob"),
		isolation,
		memoryLimitMB: memory,
		builds,
		deadAfterMs: 1000 * deadAfter,
		log,
		...(found !== undefined && { pob: found }),
		...(tree !== undefined && { tree }),
		...(threads !== undefined && { threads }),
		...(trust !== undefined && { options: { trust } }),
	});
	const signal = untilSignal();
	let metrics: Awaited<ReturnType<typeof serveMetrics>> | undefined;
	const redis = QueueAddress.parse(queue).connection();
	redis.on("error", () => {});
	try {
		if (flags.metrics !== undefined) {
			new QueueMetrics(redis, worker.metrics.registry);
			metrics = await serveMetrics(worker.metrics.registry, flags.metricsHost, flags.metrics);
			log(`metrics at ${metrics.address}`);
		}
		const { calculator: name, luajit } = worker.kind;
		log(
			`ready: calculator ${name}, ${luajit}, ${worker.threads} threads, kind ${worker.identity.slice(0, 12)}, ` +
				`at ${QueueAddress.parse(queue).text}`,
		);
		log(`${await signal}: finishing its jobs`);
	} finally {
		metrics?.close();
		await worker.close();
		redis.disconnect();
	}
	log("stopped");
}
