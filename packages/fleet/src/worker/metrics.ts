import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Period, in seconds, over which the rate of rows is measured. */
const rateSeconds = 15;

/** A worker's counters, in Prometheus' terms. */
export class WorkerMetrics {
	readonly registry = new Registry();
	readonly #rows = new Counter({
		name: "pobatch_worker_rows_total",
		help: "Rows that were answered, by outcome",
		labelNames: ["outcome"],
		registers: [this.registry],
	});
	readonly #jobs = new Counter({
		name: "pobatch_worker_jobs_total",
		help: "Jobs, by how they ended: answered, stopped, or the reason why they were given back",
		labelNames: ["outcome"],
		registers: [this.registry],
	});
	readonly #seconds = new Histogram({
		name: "pobatch_worker_job_duration_seconds",
		help: "Time of a job's rows in the states",
		buckets: [0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
		registers: [this.registry],
	});
	/** Recently finished rows, with the time at which they were finished. */
	readonly #recent: { at: number; rows: number }[] = [];

	/** @param builds returns how many builds the worker has loaded */
	constructor(builds: () => number) {
		collectDefaultMetrics({ register: this.registry });
		const registers = [this.registry];
		const rate = () => this.rowsPerSecond();
		new Gauge({
			name: "pobatch_worker_rows_per_second",
			help: `Rows answered a second, over the last ${rateSeconds} s`,
			registers,
			collect() {
				this.set(rate());
			},
		});
		new Gauge({
			name: "pobatch_worker_builds_open",
			help: "Builds that are loaded",
			registers,
			collect() {
				this.set(builds());
			},
		});
	}

	/** @param ms how long the states took for these rows */
	answered(rows: number, failed: number, ms: number): void {
		this.#rows.inc({ outcome: "ok" }, rows - failed);
		this.#rows.inc({ outcome: "failed" }, failed);
		this.#jobs.inc({ outcome: "answered" });
		this.#seconds.observe(ms / 1000);
		this.#recent.push({ at: performance.now(), rows });
	}

	ended(outcome: string): void {
		this.#jobs.inc({ outcome });
	}

	rowsPerSecond(): number {
		const since = performance.now() - 1000 * rateSeconds;
		while (this.#recent[0] && this.#recent[0].at < since) this.#recent.shift();
		return this.#recent.reduce((sum, { rows }) => sum + rows, 0) / rateSeconds;
	}
}
