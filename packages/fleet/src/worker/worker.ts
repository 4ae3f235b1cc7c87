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

/** Options of the calculator and its states, as for an engine, with the same defaults except `isolation`. */
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
	/** Default: `"process"`, so that a row that ends its process does not end the worker. */
	readonly isolation?: "thread" | "process";
	/** How many builds stay loaded; 16 by default. */
	readonly builds?: number;
	/**
	 * After how many milliseconds without a sign of life a worker counts as dead and others get its rows; 10,000 by
	 * default.
	 */
	readonly deadAfterMs?: number;
	/** Receives log lines for whoever runs the worker. */
	readonly log?: (text: string) => void;
}

export interface RunningWorker {
	readonly kind: EngineKind;
	/** SHA-256 of its kind. */
	readonly identity: string;
	readonly threads: number;
	readonly metrics: WorkerMetrics;
	/** Finishes its current jobs first. */
	close(): Promise<void>;
}

/** Jobs that a worker holds at once: when the states finish one, the next is already received and checked. */
const jobsAtOnce = 2;
/** How long a worker waits for a state before it reports that it has none, in milliseconds. */
const stateWaitMs = 5000;
/** Minimum time between two reports of a job's progress, in milliseconds. */
const progressMs = 250;

/**
 * Evaluates rows from a queue, for engines of the same kind, until it is closed.
 *
 * @throws PobatchError like `Engine.open`; INVALID_ARGUMENT and QUEUE_UNAVAILABLE
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
	/** Connection for the channel that announces stopped batches. */
	readonly #stops: Redis;
	readonly #gate = new Gate();
	readonly #running = new Map<RunningBatch, string>();
	readonly #presence: NodeJS.Timeout;
	/** When the states last finished a job. */
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
			// Which job causes deaths is decided by what was begun (see `#begin`), not by BullMQ's count.
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

	/** Reports trouble with the queue, once until it works again. */
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

	/** @returns what the engine learns in addition to the rows, which are in the queue by then */
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
			// Excludes the time in which the states were busy with another job.
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
	 * Lets a job begin, and records that in the queue. If the job was begun before and is here again, it has ended a
	 * worker, or was running when another job did. It then runs alone, so that its effect is known next time.
	 *
	 * @throws JobFailure `died` if that happened too often
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

	/** The job's variants, made from the changes given to the engine. @throws PobatchError INVALID_ARGUMENT */
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
 * Marks rows as unfinished that failed only because other rows had ended too many states; engines send such rows again.
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

/** Distinguishes a malformed job from a failure while it runs. */
function checked<Value>(read: () => Value): Value {
	try {
		return read();
	} catch (error) {
		const { code = "INVALID_ARGUMENT", message } = error as PobatchError;
		throw new JobFailure("refused", code, message);
	}
}
