import { type Job, Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import type { JobData } from "../protocol/job.js";
import type { QueueAddress } from "../queue/address.js";
import { answerSeconds, keys, prefix, queueName } from "../queue/names.js";

/** Receives what happens to jobs. */
export interface JobListener {
	completed(job: string, returned: unknown): void;
	failed(job: string, reason: string): void;
	progressed(job: string, rows: unknown): void;
}

/** What the queue reports about a job. */
export type JobState =
	| { readonly state: "waiting" }
	| { readonly state: "completed"; readonly returned: unknown }
	| { readonly state: "failed"; readonly reason: string }
	/** The queue does not know it: it was restarted without having saved the job. */
	| { readonly state: "unknown" };

/** Finished jobs and their answers are removed after reading; unread ones expire. */
const kept = { age: answerSeconds, count: 10_000 };

/** An engine's connection to a queue: it adds jobs and receives their results by id. */
export class QueueClient {
	readonly redis: Redis;
	readonly #queue: Queue<JobData>;
	readonly #events: QueueEvents;
	readonly #eventsRedis: Redis;
	readonly #listeners = new Map<string, JobListener>();

	/** @param onProblem receives all trouble with the connections, which reconnect by themselves */
	static async open(
		address: QueueAddress,
		redis: Redis,
		kind: string,
		onProblem: (error: Error) => void,
	): Promise<QueueClient> {
		// Read events from this time on, so that none is missed before reading has begun.
		const [seconds, microseconds] = await redis.time();
		const from = `${Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)}-0`;
		const client = new QueueClient(address, redis, kind, from, onProblem);
		await client.#events.waitUntilReady();
		return client;
	}

	private constructor(
		address: QueueAddress,
		redis: Redis,
		kind: string,
		from: string,
		onProblem: (error: Error) => void,
	) {
		const name = queueName(kind);
		this.redis = redis;
		this.#eventsRedis = address.connection();
		for (const connection of [redis, this.#eventsRedis]) {
			connection.on("error", onProblem);
			connection.on("reconnecting", () => onProblem(new Error("the connection was lost")));
		}
		this.#queue = new Queue(name, { connection: redis, prefix });
		this.#events = new QueueEvents(name, {
			connection: this.#eventsRedis,
			prefix,
			lastEventId: from,
			blockingTimeout: 2000,
		});
		this.#queue.on("error", onProblem);
		this.#events.on("error", onProblem);
		this.#events.on("completed", ({ jobId, returnvalue }) =>
			this.#listeners.get(jobId)?.completed(jobId, returnvalue),
		);
		this.#events.on("failed", ({ jobId, failedReason }) =>
			this.#listeners.get(jobId)?.failed(jobId, failedReason),
		);
		this.#events.on("progress", ({ jobId, data }) => this.#listeners.get(jobId)?.progressed(jobId, data));
	}

	/** Resolves when the queue has the job. @param priority the lowest is served first */
	async add(job: string, data: JobData, priority: number, listener: JobListener): Promise<void> {
		this.#listeners.set(job, listener);
		await this.#queue.add("rows", data, {
			jobId: job,
			priority,
			removeOnComplete: kept,
			removeOnFail: kept,
			stackTraceLimit: 0,
		});
	}

	async state(job: string): Promise<JobState> {
		const state = await this.#queue.getJobState(job);
		if (state === "unknown") return { state };
		if (state !== "completed" && state !== "failed") return { state: "waiting" };
		const found = (await this.#queue.getJob(job)) as Job | undefined;
		if (!found) return { state: "unknown" };
		return state === "completed"
			? { state, returned: found.returnvalue }
			: { state, reason: found.failedReason ?? "" };
	}

	/** The buffer that a worker wrote for a job; null if there is none. */
	answer(job: string): Promise<Buffer | null> {
		return this.redis.getBuffer(keys.answer(job));
	}

	/** Removes a job that is no longer wanted, unless a worker has it. Errors are ignored: everything expires in time. */
	forget(job: string): void {
		this.#listeners.delete(job);
		this.#queue.remove(job).catch(() => {});
		this.redis.del(keys.answer(job), keys.begun(job)).catch(() => {});
	}

	/** Makes workers give up the jobs of a batch. */
	stopBatch(batch: string): void {
		this.redis
			.multi()
			.set(keys.stopped(batch), "1", "EX", answerSeconds)
			.publish(keys.stops, batch)
			.exec()
			.catch(() => {});
	}

	async close(): Promise<void> {
		this.#listeners.clear();
		this.#eventsRedis.disconnect();
		// The last messages, such as that a batch is stopped, should arrive; but do not wait for long.
		const patience = new Promise((resolve) => setTimeout(resolve, 1000).unref());
		await Promise.race([this.redis.quit().catch(() => {}), patience]);
		this.redis.disconnect();
		await Promise.allSettled([this.#events.close(), this.#queue.close()]);
	}
}
