import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { PobatchError } from "pobatch";
import type { QueueState } from "pobatch/engine";
import { Gauge, type Registry } from "prom-client";
import { listMembers, type Members } from "./members.js";
import { prefix, queueName } from "./names.js";

/** What is waiting at a queue, for one kind of engine. */
export interface QueueLoad extends QueueState {
	/** Its SHA-256. */
	readonly kind: string;
	/** The calculator's name and version. */
	readonly calculator: string;
}

/** How long a queue that does not answer is waited for, in milliseconds. */
const patienceMs = 2000;

/**
 * Kinds of which a worker or a waiting engine is there.
 *
 * @throws PobatchError QUEUE_UNAVAILABLE where the queue does not answer
 */
export async function queueLoads(redis: Redis): Promise<{ loads: QueueLoad[]; members: Members }> {
	let timer: NodeJS.Timeout | undefined;
	const silence = new Promise<never>((_, reject) => {
		timer = setTimeout(
			() =>
				reject(new PobatchError("QUEUE_UNAVAILABLE", `The queue does not answer within ${patienceMs} ms`)),
			patienceMs,
		);
	});
	// A connection that is lost comes back by itself, and its commands wait meanwhile.
	return Promise.race([readLoads(redis), silence]).finally(() => clearTimeout(timer));
}

async function readLoads(redis: Redis): Promise<{ loads: QueueLoad[]; members: Members }> {
	const members = await listMembers(redis);
	const { workers, engines } = members;
	const kinds = new Map([...workers, ...engines].map(({ kind, parts }) => [kind, parts]));
	const loads = await Promise.all(
		Array.from(kinds, async ([kind, { calculator }]) => {
			const queue = new Queue(queueName(kind), { connection: redis, prefix, skipMetasUpdate: true });
			queue.on("error", () => {});
			const counts = await queue.getJobCounts("waiting", "prioritized", "active");
			const own = workers.filter((worker) => worker.kind === kind);
			const waitingEngines = engines.filter((engine) => engine.kind === kind);
			const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
			return {
				kind,
				calculator,
				workers: own.length,
				threads: sum(own.map(({ threads }) => threads)),
				rowsPerSecond: sum(own.map(({ rowsPerSecond }) => rowsPerSecond)),
				waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0),
				active: counts.active ?? 0,
				rowsLeft: sum(waitingEngines.map(({ rowsLeft }) => rowsLeft)),
				secondsLeft: sum(waitingEngines.map(({ secondsLeft }) => secondsLeft)),
			};
		}),
	);
	return { loads, members };
}

/** Gauges of a queue, for scaling workers; they are read on request. */
export class QueueMetrics {
	constructor(redis: Redis, registry: Registry) {
		const labelNames = ["kind", "calculator"];
		// All gauges of one response come from one reading of the queue.
		let looked: { at: number; loads: Promise<QueueLoad[]> } | undefined;
		const loads = () => {
			if (!looked || performance.now() - looked.at > 500)
				looked = { at: performance.now(), loads: queueLoads(redis).then((found) => found.loads) };
			return looked.loads;
		};
		new Gauge({
			name: "pobatch_queue_up",
			help: "1 if the queue answers; its other metrics are missing if it does not",
			registers: [registry],
			async collect() {
				this.set(
					await loads().then(
						() => 1,
						() => 0,
					),
				);
			},
		});
		const gauge = (name: string, help: string, value: (load: QueueLoad) => number) =>
			new Gauge({
				name,
				help,
				labelNames,
				registers: [registry],
				async collect() {
					this.reset();
					// What else is counted is told all the same.
					for (const load of await loads().catch(() => []))
						this.set({ kind: load.kind.slice(0, 12), calculator: load.calculator }, value(load));
				},
			});
		gauge("pobatch_queue_rows_left", "Rows that engines wait for", (load) => load.rowsLeft);
		gauge(
			"pobatch_queue_seconds_left",
			"Seconds that one worker would take for the rows that engines wait for",
			(load) => load.secondsLeft,
		);
		gauge("pobatch_queue_jobs_waiting", "Jobs that no worker has", (load) => load.waiting);
		gauge("pobatch_queue_jobs_active", "Jobs that workers have", (load) => load.active);
		gauge("pobatch_queue_workers", "Workers that are there", (load) => load.workers);
		gauge("pobatch_queue_threads", "Threads of all workers", (load) => load.threads);
		gauge(
			"pobatch_queue_rows_per_second",
			"Rows that the workers answer a second",
			(load) => load.rowsPerSecond,
		);
	}
}
