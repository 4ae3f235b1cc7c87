import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { type Job, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { type EngineOptions, type EngineWarning, PobatchError } from "pobatch";
import {
	changeDigest,
	createStates,
	type EngineKind,
	engineKind,
	kindDigest,
	type NativeBatchResult,
	noChildLeft,
	normalChange,
	type RunningBatch,
	rowStatus,
	type States,
	type VariantRows,
	variantRows,
} from "pobatch/engine";
import { writeAnswer } from "../protocol/answer.js";
import { deathsAllowed, JobFailure } from "../protocol/failure.js";
import { type RowsJob, readJob } from "../protocol/job.js";
import { QueueAddress } from "../queue/address.js";
import { presenceMs, sayGone, sayPresent } from "../queue/members.js";
import { answerSeconds, keys, prefix, queueName } from "../queue/names.js";
import { WorkerBuilds } from "./builds.js";
import { Gate } from "./gate.js";
import { WorkerMetrics } from "./metrics.js";

/** The calculator and its states are those of an engine; the defaults too, but for `isolation`. */
export interface WorkerOptions
	extends Pick<
		EngineOptions,
		| "calculator"
		| "pob"
		| "tree"
		| "threads"
		| "memoryLimitMB"
		| "openTimeoutMs"
		| "sandbox"
		| "rollback"
		| "options"
	> {
	/** As `executor.queue` of an engine. */
	readonly queue: string;
	/** `"process"` by default: a row that ends its process does not end the worker. */
	readonly isolation?: "thread" | "process";
	/** How many builds stay loaded; 16 by default. */
	readonly builds?: number;
	/** Milliseconds after which a worker that says nothing is taken for dead, and others get its rows; 10,000 by default. */
	readonly deadAfterMs?: number;
	/** Gets one line for whoever runs the worker. */
	readonly log?: (text: string) => void;
}

export interface RunningWorker {
	readonly kind: EngineKind;
	/** The SHA-256 of its kind. */
	readonly identity: string;
	readonly threads: number;
	readonly metrics: WorkerMetrics;
	/** The jobs that it has are finished first. */
	close(): Promise<void>;
}

/** Jobs that a worker has at once: the next one is there, read and checked, when the states have done one. */
const jobsAtOnce = 2;
/** How long a worker without states waits before it says so, in milliseconds. */
const stateWaitMs = 5000;
/** Least time between two reports of a job's progress, in milliseconds. */
const progressMs = 250;

/**
 * Answers rows of a queue, for engines of the same kind, until it is closed.
 *
 * @throws PobatchError as `Engine.open`; INVALID_ARGUMENT and QUEUE_UNAVAILABLE
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
	const {
		queue,
		isolation = "process",
		builds = 16,
		deadAfterMs = 10_000,
		log = () => {},
		...engine
	} = options;
	const address = QueueAddress.parse(queue);
	const warn = ({ text }: EngineWarning) => log(text);
	const redis = address.connection();
	let states: States | undefined;
	try {
		await address.check(redis);
		states = await createStates({ ...engine, isolation, onWarning: warn });
		const calculator = await states.executor.open(engine.openTimeoutMs);
		const kind = await engineKind(states.source, calculator);
		return await QueueWorker.start({ address, redis, states, kind, builds, deadAfterMs, log, warn });
	} catch (error) {
		redis.disconnect();
		states?.executor.close();
		throw states?.source.explain?.(error) ?? error;
	}
}

interface WorkerParts {
	readonly address: QueueAddress;
	readonly redis: Redis;
	readonly states: States;
	readonly kind: EngineKind;
	readonly builds: number;
	readonly deadAfterMs: number;
	readonly log: (text: string) => void;
	readonly warn: (warning: EngineWarning) => void;
}

class QueueWorker implements RunningWorker {
	readonly kind: EngineKind;
	readonly identity: string;
	readonly threads: number;
	readonly metrics: WorkerMetrics;
	readonly #id = randomUUID();
	readonly #parts: WorkerParts;
	readonly #builds: WorkerBuilds;
	readonly #worker: Worker;
	/** For the channel on which is said which batches are stopped. */
	readonly #stops: Redis;
	readonly #gate = new Gate();
	readonly #running = new Map<RunningBatch, string>();
	readonly #presence: NodeJS.Timeout;
	/** When the states had last done a job. */
	#lastEnd = 0;
	#lastProblem = "";

	static async start(parts: WorkerParts): Promise<QueueWorker> {
		const worker = new QueueWorker(parts);
		await worker.#sayPresent();
		await worker.#stops.subscribe(keys.stops);
		await worker.#worker.waitUntilReady();
		return worker;
	}

	private constructor(parts: WorkerParts) {
		const { address, redis, states, kind, builds, deadAfterMs } = parts;
		this.#parts = parts;
		this.kind = kind;
		this.identity = kindDigest(kind);
		this.threads = states.threads;
		this.#builds = new WorkerBuilds(states, builds, (digest) => redis.get(keys.build(digest)));
		this.metrics = new WorkerMetrics(() => this.#builds.size);
		const problem = (error: Error) => this.#problem(error);
		redis.on("error", problem);
		redis.on("ready", () => this.#isBack());
		this.#stops = address.connection();
		this.#stops.on("error", problem);
		this.#stops.on("message", (_, batch: string) => this.#stop(batch));
		this.#worker = new Worker(queueName(this.identity), (job) => this.#work(job), {
			connection: redis,
			prefix,
			concurrency: jobsAtOnce,
			lockDuration: deadAfterMs,
			stalledInterval: Math.ceil(deadAfterMs / 2),
			// What a death is due to is told by which jobs were begun: see `#begin`.
			maxStalledCount: 1000,
		});
		this.#worker.on("error", problem);
		this.#presence = setInterval(() => void this.#sayPresent().catch(problem), presenceMs);
	}

	async close(): Promise<void> {
		const { redis, states } = this.#parts;
		clearInterval(this.#presence);
		await sayGone(redis, this.#id).catch(() => {});
		await this.#worker.close();
		this.#stops.disconnect();
		redis.disconnect();
		states.executor.close();
	}

	async #sayPresent(): Promise<void> {
		await sayPresent(this.#parts.redis, {
			role: "worker",
			id: this.#id,
			kind: this.identity,
			parts: this.kind,
			host: hostname(),
			pid: process.pid,
			threads: this.threads,
			rowsPerSecond: this.metrics.rowsPerSecond(),
		});
	}

	/** What is wrong with the queue, once until it is right again. */
	#problem(error: Error): void {
		const text = this.#parts.address.hide(error);
		if (text === this.#lastProblem) return;
		this.#lastProblem = text;
		this.#parts.log(`queue: ${text}`);
	}

	#isBack(): void {
		if (this.#lastProblem === "") return;
		this.#lastProblem = "";
		this.#parts.log("queue: it answers again");
	}

	#stop(batch: string): void {
		for (const [running, ofBatch] of this.#running) if (ofBatch === batch) running.stop();
	}

	/** @returns what the engine learns from it besides the rows, which are at the queue by then */
	async #work(job: Job): Promise<{ ms: number } | { stopped: true }> {
		try {
			return await this.#answer(job);
		} catch (error) {
			const { code = "CRASH", message } = error as { code?: string; message: string };
			const given = error instanceof JobFailure ? error : new JobFailure("failed", code, message);
			this.metrics.ended(given.failure.why);
			this.#parts.log(`job ${job.id}: ${given.failure.message}`);
			throw given;
		}
	}

	async #answer(job: Job): Promise<{ ms: number } | { stopped: true }> {
		const id = String(job.id);
		const { redis, states } = this.#parts;
		const asked = checked(() => readJob(job.data));
		if (await redis.exists(keys.stopped(asked.batch))) return this.#stopped();
		const build = await this.#builds.acquire(asked.build);
		const leave = await this.#begin(id, asked);
		try {
			const variants = checked(() => this.#variants(asked));
			const started = performance.now();
			let lastReport = started;
			const running = states.executor.batch(
				{
					build: build.id,
					base: build.loaded.base,
					kind: asked.sets.kind,
					words: asked.sets.words,
					offsets: asked.sets.offsets,
					part: undefined,
					variants,
					stats: asked.stats,
					rowTimeoutMs: asked.rowTimeoutMs,
					timeoutMs: undefined,
				},
				(rows) => {
					const now = performance.now();
					if (now - lastReport < progressMs) return;
					lastReport = now;
					job.updateProgress(rows).catch((error) => this.#problem(error));
				},
			);
			this.#running.set(running, asked.batch);
			const result = await running.promise.finally(() => this.#running.delete(running));
			if (result.stopped) return this.#stopped();
			if (leaveUndone(result)) {
				this.#parts.log("no state is left: the rows go back, later ones wait");
				await new Promise((resolve) => setTimeout(resolve, stateWaitMs));
			}
			// The states may have been busy with another job at first.
			const ended = performance.now();
			const ms = ended - Math.max(started, this.#lastEnd);
			this.#lastEnd = ended;
			await redis.set(keys.answer(id), writeAnswer(id, asked.stats.length, result), "EX", answerSeconds);
			const failed = result.status.reduce((sum, status) => sum + (status === rowStatus.ok ? 0 : 1), 0);
			this.metrics.answered(asked.sets.length, failed, ms);
			return { ms };
		} finally {
			leave();
			this.#builds.release(build, asked.sets.length);
		}
	}

	/**
	 * Lets a job begin, and says so at the queue: a job that was begun before, and is here all the same, has ended a worker, or
	 * was beside one that did. It is then alone, so that it is known the next time.
	 *
	 * @throws JobFailure `died` where that happened too often
	 */
	async #begin(id: string, { alone, sets }: RowsJob): Promise<() => void> {
		const { redis } = this.#parts;
		const begun = Number(await redis.get(keys.begun(id)));
		const leave = await this.#gate.enter(alone || begun > 0);
		try {
			const [[, times] = []] =
				(await redis.multi().incr(keys.begun(id)).expire(keys.begun(id), answerSeconds).exec()) ?? [];
			if (Number(times) > deathsAllowed(sets.length))
				throw new JobFailure("died", "CRASH", `it ended ${deathsAllowed(sets.length)} workers`);
			return leave;
		} catch (error) {
			leave();
			throw error;
		}
	}

	#stopped(): { stopped: true } {
		this.metrics.ended("stopped");
		return { stopped: true };
	}

	/** The variants of a job, from the changes as they were given to the engine. @throws PobatchError INVALID_ARGUMENT */
	#variants({ variants }: RowsJob): VariantRows | undefined {
		if (!variants) return undefined;
		const parts = variants.changes.map((change, i) => {
			const normal = normalChange(change);
			const digest = changeDigest(normal);
			if (digest.slice(0, 32) !== variants.names[i])
				throw new PobatchError(
					"INVALID_ARGUMENT",
					"The job is refused: a change has the name of another one",
				);
			return { change, normal: this.#parts.states.source.prepareChange?.(normal) ?? normal, digest };
		});
		return variantRows(Array.from(variants.rows, (place) => (place === 0 ? undefined : parts[place - 1])));
	}
}

/**
 * Rows that failed only since too many states have died, of other rows, are as good as untouched: they get no state, for which
 * engines send them again.
 *
 * @returns whether there are any
 */
function leaveUndone({ status, errorRows, errorTexts, texts }: NativeBatchResult): boolean {
	let found = false;
	for (const [i, row] of errorRows.entries()) {
		const { message = "" } = texts[errorTexts[i] as number] ?? {};
		if (status[row] !== rowStatus.crash || !message.startsWith(noChildLeft)) continue;
		status[row] = rowStatus.noState;
		found = true;
	}
	return found;
}

/** What is wrong with a job itself is told apart from what goes wrong with it. */
function checked<Value>(read: () => Value): Value {
	try {
		return read();
	} catch (error) {
		const { code = "INVALID_ARGUMENT", message } = error as PobatchError;
		throw new JobFailure("refused", code, message);
	}
}
