import { randomBytes } from "node:crypto";
import { PobatchError, type PobatchErrorCode } from "pobatch";
import { type BatchRequest, BatchRows, type NativeBatchResult } from "pobatch/engine";
import { readAnswer } from "../protocol/answer.js";
import { deathsAllowed, readFailure } from "../protocol/failure.js";
import { writeJob } from "../protocol/job.js";
import type { JobListener, QueueClient } from "./queue-client.js";
import type { Speed } from "./speed.js";

/** Number of parts into which a job is divided that ended its workers. */
const parts = 8;
/** How often rows are sent again if their job came back without an answer for another reason. */
const attempts = 3;
/** The same if the worker had no state for them, which a worker reports only after a while. */
const stateAttempts = 20;
/** A job is checked on after this many milliseconds without news. */
const silenceMs = 2000;

interface Chunk {
	readonly rows: Uint32Array;
	/** How often they came back without an answer. */
	readonly returns: number;
	/** Whether they are part of a job that ended its workers. */
	readonly areSuspect?: boolean;
}

interface Sent extends Chunk {
	/** Whether the queue has it. */
	isThere: boolean;
	/** Whether its end is known and its result is on the way. */
	isEnding: boolean;
	heardAt: number;
	/** Rows that its worker has finished. */
	progress: number;
}

/** What a batch needs from its engine. */
export interface FleetBatchContext {
	readonly client: QueueClient;
	/** The build's digest. */
	readonly digest: string;
	readonly speed: Speed;
	readonly priority: number;
	/** Number of present workers. */
	workers(): number;
	/** Makes sure that the queue has the build. */
	sendBuild(): Promise<void>;
}

/**
 * One batch over a queue: jobs are sent as workers become free, and results are put in their places. If a job ended all
 * workers that had it, its rows are tried again in smaller jobs, until the row that is the cause is alone and fails.
 * Rows whose job or answer the queue has lost are sent again. An answer counts only once, since its job is forgotten
 * with it.
 */
export class FleetBatch implements JobListener {
	readonly #id = randomBytes(12).toString("hex");
	readonly #rows: BatchRows;
	readonly #context: FleetBatchContext;
	readonly #sent = new Map<string, Sent>();
	readonly #again: Chunk[] = [];
	readonly #ended: Promise<NativeBatchResult>;
	#resolve: (result: NativeBatchResult) => void = () => {};
	#reject: (error: unknown) => void = () => {};
	#lastJob = 0;
	#isEnded = false;
	#deadline: NodeJS.Timeout | undefined;

	constructor(request: BatchRequest, context: FleetBatchContext, onProgress?: (rows: number) => void) {
		this.#rows = new BatchRows(request, onProgress);
		this.#context = context;
		this.#ended = new Promise((resolve, reject) => {
			this.#resolve = resolve;
			this.#reject = reject;
		});
	}

	/** Number of unanswered rows. */
	get rowsLeft(): number {
		const waiting = [...this.#again, ...this.#sent.values()].reduce((sum, { rows }) => sum + rows.length, 0);
		return this.#rows.left + waiting;
	}

	/** How long one worker would take for them, in milliseconds. */
	get msLeft(): number {
		return this.#context.speed.msOf(this.rowsLeft);
	}

	run(): Promise<NativeBatchResult> {
		const { timeoutMs } = this.#rows.request;
		if (timeoutMs !== undefined) this.#deadline = setTimeout(() => this.stop("TIMEOUT"), timeoutMs);
		if (this.rowsLeft > 0) this.#context.sendBuild().then(() => this.#send(), this.fail);
		else this.#finish();
		return this.#ended;
	}

	/** Ends the batch; the result contains what is done. */
	stop(reason: "ABORTED" | "TIMEOUT"): void {
		if (this.#isEnded) return;
		this.#rows.stop(reason);
		this.#finish();
	}

	/** Ends the batch with an error. */
	readonly fail = (error: unknown): void => {
		if (this.#isEnded) return;
		this.#end();
		this.#reject(error);
	};

	#finish(): void {
		this.#end();
		this.#resolve(this.#rows.finish());
	}

	#end(): void {
		this.#isEnded = true;
		clearTimeout(this.#deadline);
		if (this.#sent.size > 0) this.#context.client.stopBatch(this.#id);
		for (const job of this.#sent.keys()) this.#context.client.forget(job);
		this.#sent.clear();
	}

	/** Sends as much as the workers can take now. */
	#send(): void {
		if (this.#isEnded) return;
		const workers = Math.max(1, this.#context.workers());
		// Each worker has two jobs, and a third one waits for it.
		while (this.#sent.size < 3 * workers) {
			const chunk = this.#again.shift() ?? this.#next(workers);
			if (!chunk) break;
			this.#sendChunk(chunk);
		}
		if (this.#sent.size === 0) this.#finish();
	}

	#next(workers: number): Chunk | undefined {
		const { left, length, request } = this.#rows;
		if (left === 0) return undefined;
		const count = this.#context.speed.rowsOf({
			length,
			left,
			workers,
			words: request.words.length / Math.max(length, 1),
			stats: request.stats.length,
		});
		return { rows: this.#rows.take(count), returns: 0 };
	}

	#sendChunk(chunk: Chunk): void {
		const { rows, areSuspect = false } = chunk;
		const { client, digest, priority } = this.#context;
		const job = `${this.#id}-${++this.#lastJob}`;
		const sent = { ...chunk, isThere: false, isEnding: false, heardAt: performance.now(), progress: 0 };
		this.#sent.set(job, sent);
		client
			.add(job, writeJob(this.#id, digest, this.#rows.requestOf(rows), areSuspect), priority, this)
			.then(() => {
				sent.isThere = true;
				sent.heardAt = performance.now();
			}, this.fail);
	}

	completed(job: string, returned: unknown): void {
		const sent = this.#ending(job);
		if (sent) this.#read(job, sent, returned).catch(this.fail);
	}

	failed(job: string, reason: string): void {
		const sent = this.#ending(job);
		if (sent) this.#giveBack(job, sent, reason).catch(this.fail);
	}

	progressed(job: string, rows: unknown): void {
		const sent = this.#sent.get(job);
		if (!sent) return;
		sent.heardAt = performance.now();
		if (typeof rows !== "number" || !(rows >= 0)) return;
		sent.progress = Math.min(rows, sent.rows.length);
		this.#rows.report([...this.#sent.values()].reduce((sum, { progress }) => sum + progress, 0));
	}

	/** Checks on jobs without news: the queue may have been restarted, or an event lost. */
	async lookAfter(): Promise<void> {
		const now = performance.now();
		const silent = [...this.#sent].filter(
			([, { isThere, isEnding, heardAt }]) => isThere && !isEnding && now - heardAt > silenceMs,
		);
		for (const [job, sent] of silent) {
			const found = await this.#context.client.state(job);
			if (this.#isEnded || sent.isEnding || !this.#sent.has(job)) continue;
			sent.heardAt = performance.now();
			if (found.state === "completed") this.completed(job, found.returned);
			if (found.state === "failed") this.failed(job, found.reason);
			if (found.state === "unknown") this.#sendAgain(job, sent);
		}
	}

	#ending(job: string): Sent | undefined {
		const sent = this.#sent.get(job);
		if (!sent || sent.isEnding) return undefined;
		sent.isEnding = true;
		return sent;
	}

	async #read(job: string, sent: Sent, returned: unknown): Promise<void> {
		const bytes = await this.#context.client.answer(job);
		if (this.#isEnded) return;
		const { rows } = sent;
		let answer: NativeBatchResult | undefined;
		try {
			answer = bytes ? readAnswer(bytes, job, rows.length, this.#rows.request.stats.length) : undefined;
		} catch {
			// Damaged, or from somebody else: calculate it again, like a lost one.
		}
		if (!answer) {
			this.#return(job, sent, "CRASH", "its answer was lost or damaged again and again");
			return;
		}
		const { ms } = (returned ?? {}) as { ms?: unknown };
		if (typeof ms === "number" && ms > 0) this.#context.speed.note(rows.length, ms);
		this.#forget(job);
		const undone = this.#rows.merge(rows, answer);
		if (undone.length > 0) this.#giveUpOrAgain(undone, sent);
		this.#send();
	}

	/** Handles rows whose worker had no state left for them. */
	#giveUpOrAgain(rows: Uint32Array, { returns }: Sent): void {
		if (returns + 1 < stateAttempts) this.#again.push({ rows, returns: returns + 1 });
		else for (const row of rows) this.#rows.crash(row, "no worker has a state for it");
	}

	async #giveBack(job: string, sent: Sent, reason: string): Promise<void> {
		const failure = readFailure(reason);
		if (failure.why === "died") {
			this.#divide(job, sent);
			return;
		}
		if (failure.why === "noBuild") {
			await this.#context.sendBuild();
			if (this.#isEnded) return;
		}
		this.#return(job, sent, failure.code, failure.message);
	}

	/** Sends rows again, unless that was tried too often. */
	#return(job: string, sent: Sent, code: string, message: string): void {
		if (sent.returns + 1 < attempts) this.#sendAgain(job, { ...sent, returns: sent.returns + 1 });
		else
			this.fail(new PobatchError(code as PobatchErrorCode, `${message} (from a worker, ${attempts} times)`));
	}

	#sendAgain(job: string, { rows, returns, areSuspect = false }: Chunk): void {
		this.#forget(job);
		this.#again.push({ rows, returns, areSuspect });
		this.#send();
	}

	/** At least one of the rows that ended their workers is the cause: find it by trying fewer at once. */
	#divide(job: string, { rows, returns }: Sent): void {
		this.#forget(job);
		if (rows.length === 1)
			this.#rows.crash(rows[0] as number, `the row ended its worker, ${deathsAllowed(1)} times`);
		const size = Math.ceil(rows.length / parts);
		for (let from = 0; rows.length > 1 && from < rows.length; from += size)
			this.#again.push({ rows: rows.slice(from, from + size), returns, areSuspect: true });
		this.#send();
	}

	#forget(job: string): void {
		this.#sent.delete(job);
		this.#context.client.forget(job);
	}
}
