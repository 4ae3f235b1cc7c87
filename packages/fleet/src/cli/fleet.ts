import { Command } from "commander";
import { Registry } from "prom-client";
import { QueueAddress } from "../queue/address.js";
import { QueueMetrics, queueLoads } from "../queue/metrics.js";
import { serveMetrics } from "./metrics-server.js";
import { integer, queueOf } from "./options.js";
import { untilSignal } from "./signals.js";

interface FleetFlags {
	queue?: string;
	json?: boolean;
	metrics?: number;
	metricsHost: string;
}

export function fleetCommand(): Command {
	return new Command("fleet")
		.description("show the workers of a queue and how much is waiting")
		.option("--queue <url>", "as of `pobatch worker`; else the variable POBATCH_QUEUE")
		.option("--json", "as JSON")
		.option(
			"--metrics <port>",
			"serve it at /metrics for Prometheus until Ctrl-C, instead",
			integer(0, 65_535),
		)
		.option("--metrics-host <address>", "where to listen for that", "127.0.0.1")
		.addHelpText("after", "\nExample:\n  $ pobatch fleet --queue redis://10.0.0.5")
		.action(runFleet);
}

async function runFleet(flags: FleetFlags): Promise<void> {
	const address = QueueAddress.parse(queueOf(flags.queue));
	const redis = address.connection();
	redis.on("error", () => {});
	try {
		await address.check(redis);
		if (flags.metrics !== undefined) {
			const registry = new Registry();
			new QueueMetrics(redis, registry);
			const signal = untilSignal();
			const server = await serveMetrics(registry, flags.metricsHost, flags.metrics);
			process.stdout.write(`${server.address}\n`);
			await signal;
			server.close();
			return;
		}
		const { loads, members } = await queueLoads(redis);
		process.stdout.write(
			flags.json ? `${JSON.stringify({ loads, ...members }, undefined, 1)}\n` : textOf(loads, members),
		);
	} finally {
		redis.disconnect();
	}
}

type Found = Awaited<ReturnType<typeof queueLoads>>;

function textOf(loads: Found["loads"], { workers }: Found["members"]): string {
	if (loads.length === 0) return "No worker is at the queue, and no engine waits for one.\n";
	const lines = loads.flatMap(({ kind, calculator, waiting, active, rowsLeft, secondsLeft, ...load }) => [
		`kind ${kind.slice(0, 12)}: calculator ${calculator}, ${load.workers} workers with ${load.threads} threads, ` +
			`${Math.round(load.rowsPerSecond).toLocaleString("en")} rows/s; ` +
			`${rowsLeft.toLocaleString("en")} rows to do (${secondsLeft.toFixed(0)} s of one worker), ` +
			`${waiting} jobs waiting, ${active} at work`,
		...workers
			.filter((worker) => worker.kind === kind)
			.map(
				({ host, pid, threads, parts: { pobatch, luajit, platform } }) =>
					`  ${host} process ${pid}: ${threads} threads, pobatch ${pobatch}, ${luajit}, ${platform}`,
			),
	]);
	return `${lines.join("\n")}\n`;
}
