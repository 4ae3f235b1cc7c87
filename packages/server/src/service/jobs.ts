import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import type { BestSoFar } from "../operations/operation.js";
import { type Problem, problemOf, ServerError } from "./errors.js";
import { hasEnded, type JobRequest, type JobState, type JobStatus, type SavedJob } from "./job.js";
import type { JobFiles } from "./job-files.js";

export interface JobContext {
	readonly signal: AbortSignal;
	readonly onProgress: (done: number, total: number, best?: BestSoFar) => void;
	/** Of a search: where the server that ended was, which it goes on from. */
	readonly interrupted: BestSoFar | undefined;
}

export interface JobLimits {
	/** Jobs that run at once; the others wait, clients by turns. */
	readonly running: number;
	/** Jobs of one client that wait or run. */
	readonly perClient: number;
	/** Jobs whose results are kept. */
	readonly kept: number;
	/** Milliseconds that a job may run. */
	readonly timeoutMs: number;
	/** Milliseconds between two times that the best so far of a search is written down. */
	readonly saveMs: number;
}

interface Job extends JobRequest {
	state: JobState;
	/** Of a search: what it has so far, and had in an earlier server. */
	best: BestSoFar | undefined;
	result?: unknown;
	readonly controller: AbortController;
	/** Emits `change` with each new state. */
	readonly events: EventEmitter;
}

/** Ended by its owner, or by the server's end. */
const cancelled = Symbol("cancelled");
const shuttingDown = Symbol("shutting down");
const overdue = Symbol("overdue");

/** Long work: started, looked after, cancelled; with files, it goes on after the server was started again. */
export class JobRunner {
	readonly #run: (request: JobRequest, context: JobContext) => Promise<unknown>;
	readonly #limits: JobLimits;
	readonly #files: JobFiles | undefined;
	readonly #onFileError: (error: unknown) => void;
	readonly #jobs = new Map<string, Job>();
	readonly #queue: Job[] = [];
	readonly #ending = new Set<Promise<void>>();
	#running = 0;
	/** By client: when it last had its turn, while there are jobs. */
	readonly #turns = new Map<string, number>();
	#turn = 0;
	#closed = false;

	/**
	 * @param run does the work; what it throws fails the job
	 * @param onFileError gets why the end of a job could not be written
	 */
	constructor(
		run: (request: JobRequest, context: JobContext) => Promise<unknown>,
		limits: JobLimits,
		files?: JobFiles,
		onFileError: (error: unknown) => void = () => {},
	) {
		this.#run = run;
		this.#limits = limits;
		this.#files = files;
		this.#onFileError = onFileError;
	}

	/**
	 * Takes up what an earlier server left: results can be asked for; searches go on from their best so far with what is
	 * left of their limits, all other jobs that had not ended begin anew.
	 */
	async restore(): Promise<void> {
		for (const saved of (await this.#files?.readAll()) ?? []) {
			const { state, result, interrupted, ...request } = saved;
			const isOver = hasEnded(state.status);
			const progress = interrupted ? state.progress : none;
			const job = this.#create(request, isOver ? state : { ...state, status: "queued", progress });
			job.best = interrupted;
			if (isOver) job.result = result;
			else this.#queue.push(job);
		}
		this.#next();
	}

	/** @throws ServerError LIMIT_EXCEEDED, SHUTTING_DOWN */
	async start(request: JobRequest): Promise<JobState> {
		if (this.#closed) throw new ServerError("SHUTTING_DOWN", "The server is being stopped");
		const { perClient } = this.#limits;
		const own = [...this.#jobs.values()].filter(
			({ client, state }) => client === request.client && !hasEnded(state.status),
		);
		if (own.length >= perClient)
			throw new ServerError(
				"LIMIT_EXCEEDED",
				`A client may have ${perClient} jobs that wait or run, and ${own.length} do`,
				{
					value: perClient,
					hint: "Wait until one has ended, or cancel one.",
					use: { limit: perClient, used: own.length },
				},
			);
		const { operation, build } = request;
		const job = this.#create(request, {
			id: randomUUID(),
			operation,
			build: build.id,
			status: "queued",
			progress: none,
			createdAt: Date.now(),
		});
		// Before it is answered: a job whose id somebody knows survives the server's end.
		try {
			await this.#files?.write(saved(job));
		} catch (error) {
			this.#jobs.delete(job.state.id);
			throw error;
		}
		this.#queue.push(job);
		this.#next();
		return job.state;
	}

	/** @throws ServerError JOB_UNKNOWN */
	get(id: string): JobState {
		return this.#job(id).state;
	}

	/** @throws ServerError JOB_UNKNOWN, JOB_NOT_DONE */
	result(id: string): unknown {
		const { state, result } = this.#job(id);
		if (hasEnded(state.status) && result !== undefined) return result;
		const { error } = state;
		const why = error ? `: ${error.code}: ${error.message}` : "";
		throw new ServerError("JOB_NOT_DONE", `The job has no result; it is ${state.status}${why}`, {
			value: id,
			hint: hasEnded(state.status) ? "Start it again." : "Ask again later, or follow its events.",
		});
	}

	/** Ends a job early, of a search the best so far is its result; one that has ended stays as it is. @throws ServerError JOB_UNKNOWN */
	async cancel(id: string): Promise<JobState> {
		const job = this.#job(id);
		const place = this.#queue.indexOf(job);
		if (place >= 0) {
			this.#queue.splice(place, 1);
			await this.#end(job, { status: "cancelled" });
		} else if (!hasEnded(job.state.status)) {
			const ended = new Promise<void>((resolve) => {
				const look = ({ status }: JobState) => {
					if (!hasEnded(status)) return;
					job.events.off("change", look);
					resolve();
				};
				job.events.on("change", look);
			});
			job.controller.abort(cancelled);
			await ended;
		}
		return job.state;
	}

	/** Its state now and each one that follows, until it has ended. @throws ServerError JOB_UNKNOWN */
	async *follow(id: string, signal: AbortSignal): AsyncGenerator<JobState> {
		const job = this.#job(id);
		let wake = () => {};
		const listen = () => wake();
		job.events.on("change", listen);
		signal.addEventListener("abort", listen, { once: true });
		try {
			let last: JobState | undefined;
			while (!signal.aborted) {
				const { state } = job;
				if (state !== last) {
					last = state;
					yield state;
					continue;
				}
				if (hasEnded(state.status) || this.#closed) return;
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
		} finally {
			job.events.off("change", listen);
			signal.removeEventListener("abort", listen);
		}
	}

	/** How many there are of each status. */
	counts(): Readonly<Record<JobStatus, number>> {
		const counts = { queued: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
		for (const { state } of this.#jobs.values()) counts[state.status]++;
		return counts;
	}

	/** Stops what runs. With files, it goes on when the next server restores it. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#queue.length = 0;
		for (const { controller } of this.#jobs.values()) controller.abort(shuttingDown);
		await Promise.all(this.#ending);
		for (const { events, state } of this.#jobs.values()) events.emit("change", state);
	}

	#job(id: string): Job {
		const job = this.#jobs.get(id);
		if (job) return job;
		throw new ServerError("JOB_UNKNOWN", `No job has the id ${JSON.stringify(id)}`, {
			value: id,
			hint: "Start it again: old results are forgotten.",
		});
	}

	#create(request: JobRequest, state: JobState): Job {
		const job: Job = {
			...request,
			state,
			best: undefined,
			controller: new AbortController(),
			events: new EventEmitter(),
		};
		// As many as follow it.
		job.events.setMaxListeners(0);
		this.#jobs.set(state.id, job);
		return job;
	}

	#next(): void {
		while (!this.#closed && this.#running < this.#limits.running) {
			const job = this.#takeNext();
			if (!job) return;
			this.#running++;
			const ending = this.#work(job).finally(() => {
				this.#running--;
				if (this.#running === 0 && this.#queue.length === 0) this.#turns.clear();
				this.#ending.delete(ending);
				this.#next();
			});
			this.#ending.add(ending);
		}
	}

	/** In turns by client, of each the oldest: many jobs of one do not keep others waiting. */
	#takeNext(): Job | undefined {
		const { client } =
			this.#queue.toSorted(
				(a, b) => (this.#turns.get(a.client) ?? 0) - (this.#turns.get(b.client) ?? 0),
			)[0] ?? {};
		const place = this.#queue.findIndex((job) => job.client === client);
		const [job] = place < 0 ? [] : this.#queue.splice(place, 1);
		if (job) this.#turns.set(job.client, ++this.#turn);
		return job;
	}

	async #work(job: Job): Promise<void> {
		const { controller } = job;
		this.#change(job, { status: "running", startedAt: Date.now() });
		const timer = setTimeout(() => controller.abort(overdue), this.#limits.timeoutMs);
		const save = this.#saving(job);
		const onProgress = (done: number, total: number, best?: BestSoFar) => {
			if (job.state.status !== "running") return;
			job.best = best ?? job.best;
			this.#change(job, {
				progress: { done, total, ...(best && { best: best.worth, set: best.set }) },
			});
			if (best) save(best);
		};
		try {
			const result = await this.#run(job, {
				signal: controller.signal,
				onProgress,
				interrupted: job.best,
			});
			// What was stopped may have answered all the same: a search the best so far.
			const { aborted, reason } = controller.signal;
			if (aborted && reason !== cancelled) throw reason;
			job.result = result;
			const { progress } = job.state;
			if (aborted) await this.#end(job, { status: "cancelled" });
			else await this.#end(job, { status: "done", progress: { ...progress, done: progress.total } });
		} catch (error) {
			const { reason } = controller.signal;
			if (reason === shuttingDown) await this.#interrupted(job);
			else if (reason === cancelled) await this.#end(job, { status: "cancelled" });
			else
				await this.#end(job, {
					status: "failed",
					error: this.#problem(reason === overdue ? overdue : error),
				});
		} finally {
			clearTimeout(timer);
		}
	}

	/** Writes down what a search has so far: now and then, seldom while it finds nothing better, one after the other. */
	#saving(job: Job): (best: BestSoFar) => void {
		let at = performance.now();
		let worth = Number.NaN;
		let isWriting = false;
		return (best) => {
			const { saveMs } = this.#limits;
			const least = best.worth === worth ? 8 * saveMs : saveMs;
			if (!this.#files || isWriting || performance.now() - at < least) return;
			at = performance.now();
			worth = best.worth;
			isWriting = true;
			this.#files
				.write(saved(job))
				.catch(this.#onFileError)
				.finally(() => {
					isWriting = false;
				});
		};
	}

	#problem(error: unknown): Problem {
		if (error !== overdue) return problemOf(error).problem;
		return { code: "TIMEOUT", message: `The job took longer than ${this.#limits.timeoutMs} ms` };
	}

	async #interrupted(job: Job): Promise<void> {
		// Its file says that it runs: the next server takes it up.
		if (this.#files) {
			await this.#files.write(saved(job)).catch(this.#onFileError);
			return;
		}
		await this.#end(job, {
			status: "failed",
			error: { code: "SHUTTING_DOWN", message: "The server was stopped" },
		});
	}

	async #end(job: Job, change: Partial<JobState>): Promise<void> {
		// On disk first, so that whoever sees that it is done can rely on it.
		const ended = { ...change, endedAt: Date.now() };
		await this.#files?.write(saved(job, { ...job.state, ...ended })).catch(this.#onFileError);
		this.#change(job, ended);
		await this.#forgetOld();
	}

	#change(job: Job, change: Partial<JobState>): void {
		job.state = { ...job.state, ...change };
		job.events.emit("change", job.state);
	}

	async #forgetOld(): Promise<void> {
		const ended = [...this.#jobs.values()]
			.filter(({ state }) => hasEnded(state.status))
			.sort((a, b) => (a.state.endedAt ?? 0) - (b.state.endedAt ?? 0));
		for (const { state } of ended.slice(0, Math.max(0, ended.length - this.#limits.kept))) {
			this.#jobs.delete(state.id);
			await this.#files?.remove(state.id).catch(this.#onFileError);
		}
	}
}

const none = { done: 0, total: 0 } as const;

function saved({ operation, build, input, client, result, best, state }: Job, own = state): SavedJob {
	return {
		operation,
		build,
		input,
		client,
		state: own,
		...(result !== undefined && { result }),
		...(best && !hasEnded(own.status) && { interrupted: best }),
	};
}
