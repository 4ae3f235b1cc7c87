import type { Build, QueueState } from "pobatch";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { BuildStore } from "./build-store.js";
import type { Calculators } from "./calculators.js";

/** What gauges are read from when somebody asks for the metrics. */
export interface Observed {
	readonly calculators: Calculators;
	readonly builds: BuildStore;
	readonly jobs: { counts(): Readonly<Record<string, number>> };
}

/** Gauges of one answer are read within this time, in milliseconds. */
const sameAnswerMs = 500;

/** By the names that workers use for the same. */
const queueGauges: readonly (readonly [name: string, help: string, field: keyof QueueState])[] = [
	["rows_left", "Rows that engines wait for", "rowsLeft"],
	["seconds_left", "Seconds that one worker would take for the rows that engines wait for", "secondsLeft"],
	["jobs_waiting", "Jobs that no worker has", "waiting"],
	["jobs_active", "Jobs that workers have", "active"],
	["workers", "Workers that are there", "workers"],
	["threads", "Threads of all workers", "threads"],
	["rows_per_second", "Rows that the workers answer a second", "rowsPerSecond"],
];

/** Undefined where a queue does not answer; none where rows are calculated here. */
async function queueStates(
	calculators: Calculators,
): Promise<[name: string, state: QueueState | undefined][]> {
	if (!calculators.hasQueue) return [];
	return Promise.all(
		Array.from(calculators.opened(), async ([name, engine]) => [
			name,
			await engine.queue().catch(() => undefined),
		]),
	);
}

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What a server counts, in Prometheus' terms. */
export class Metrics {
	readonly registry = new Registry();
	readonly #rows = this.#counter("pobatch_rows_total", "Rows answered, by outcome", [
		"calculator",
		"outcome",
	]);
	readonly #cache = this.#counter("pobatch_cache_rows_total", "Rows by how they were answered", [
		"calculator",
		"kind",
	]);
	readonly #reloads = this.#counter("pobatch_state_reloads_total", "States that were opened anew", [
		"calculator",
	]);
	readonly #errors = this.#counter("pobatch_errors_total", "Errors that were answered, by code", ["code"]);
	readonly #loads = this.#counter("pobatch_builds_loaded_total", "Builds that were loaded", ["calculator"]);
	readonly #requests = new Histogram({
		name: "pobatch_request_duration_seconds",
		help: "Time from a request to the end of its answer",
		labelNames: ["method", "route", "status"],
		buckets: secondsBuckets,
		registers: [this.registry],
	});
	readonly #batches = new Histogram({
		name: "pobatch_batch_duration_seconds",
		help: "Time of a batch of rows in the engine",
		labelNames: ["calculator"],
		buckets: secondsBuckets,
		registers: [this.registry],
	});
	readonly #running = new Gauge({
		name: "pobatch_requests_running",
		help: "Requests that are being answered",
		registers: [this.registry],
	});

	constructor() {
		collectDefaultMetrics({ register: this.registry });
	}

	/** Gauges of what a service has. */
	observe({ calculators, builds, jobs }: Observed): void {
		const gauge = (name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => void) =>
			new Gauge({
				name,
				help,
				labelNames,
				registers: [this.registry],
				collect() {
					this.reset();
					collect(this);
				},
			});
		gauge("pobatch_state_memory_bytes", "Lua's heap of each state", ["calculator", "state"], (found) => {
			for (const [calculator, engine] of calculators.opened())
				for (const [state, { used }] of engine.memory().entries())
					found.set({ calculator, state: String(state) }, used);
		});
		gauge("pobatch_builds_open", "Builds that are kept loaded", ["calculator"], (found) => {
			for (const [calculator, count] of builds.counts()) found.set({ calculator }, count);
		});
		this.#observeQueues(calculators);
		gauge("pobatch_jobs", "Jobs by status", ["status"], (found) => {
			for (const [status, count] of Object.entries(jobs.counts())) found.set({ status }, count);
		});
	}

	/** Of calculators whose rows workers calculate; read once for all gauges of an answer. */
	#observeQueues(calculators: Calculators): void {
		let looked: { at: number; states: ReturnType<typeof queueStates> } | undefined;
		const states = () => {
			if (!looked || performance.now() - looked.at > sameAnswerMs)
				looked = { at: performance.now(), states: queueStates(calculators) };
			return looked.states;
		};
		const gauge = (name: string, help: string, read: (state: QueueState | undefined) => number | undefined) =>
			new Gauge({
				name: `pobatch_queue_${name}`,
				help,
				labelNames: ["calculator"],
				registers: [this.registry],
				async collect() {
					this.reset();
					for (const [calculator, state] of await states()) {
						const value = read(state);
						if (value !== undefined) this.set({ calculator }, value);
					}
				},
			});
		gauge("up", "1 if the queue of --queue answers; its other metrics are missing if it does not", (state) =>
			state ? 1 : 0,
		);
		for (const [name, help, field] of queueGauges) gauge(name, help, (state) => state?.[field]);
	}

	/** Counts whatever is asked of a build from now on: all of it goes through its batches. */
	instrument(build: Build, calculator: string): void {
		const calculateBatch = build.calculateBatch.bind(build);
		this.#loads.inc({ calculator });
		build.calculateBatch = async (sets, options) => {
			const result = await calculateBatch(sets, options);
			const failed = result.errors.length;
			const { hits, memoized, misses, verified } = result.cache;
			this.#rows.inc({ calculator, outcome: "ok" }, result.length - failed - result.notReached);
			this.#rows.inc({ calculator, outcome: "failed" }, failed);
			for (const [kind, count] of Object.entries({ hits, memoized, misses, verified }))
				this.#cache.inc({ calculator, kind }, count);
			for (const { code } of result.errors) this.#errors.inc({ code });
			this.#reloads.inc({ calculator }, result.reloads);
			this.#batches.observe({ calculator }, result.elapsedMs / 1000);
			return result;
		};
	}

	requestStarted(): void {
		this.#running.inc();
	}

	requestEnded(method: string, route: string, status: number, seconds: number): void {
		this.#running.dec();
		this.#requests.observe({ method, route, status: String(status) }, seconds);
	}

	error(code: string): void {
		this.#errors.inc({ code });
	}

	#counter(name: string, help: string, labelNames: string[]): Counter {
		return new Counter({ name, help, labelNames, registers: [this.registry] });
	}
}
