import { AsyncLocalStorage } from "node:async_hooks";
import { LRUCache } from "lru-cache";
import type { Build } from "pobatch";
import { ServerError } from "./errors.js";

/** On whose behalf rows are calculated. */
export interface RowAccount {
	readonly client: string;
	/** Rows that this request may have in all; a job has its limit of time instead. */
	readonly most: number;
	/** A job waits until the client may have rows again; a request is refused. */
	readonly waits: boolean;
	readonly signal: AbortSignal;
}

interface Open extends RowAccount {
	rows: number;
}

/** Clients that are remembered: one that is forgotten has its whole budget again. */
const clients = 100_000;
const minuteMs = 60_000;

/**
 * Rows of each client, at most so many a minute. A batch may begin while any of the budget is left, and what it takes
 * beyond that is paid back by waiting: a batch that is larger than the whole budget is possible, a lasting rate above it
 * is not.
 */
export class RowBudgets {
	readonly #perMinute: number;
	readonly #now: () => number;
	/** By client: rows that are left, below 0 if more were taken, at a time. */
	readonly #left = new LRUCache<string, { rows: number; at: number }>({ max: clients });
	readonly #current = new AsyncLocalStorage<Open>();

	/** @param now milliseconds, for tests */
	constructor(perMinute: number, now: () => number = () => performance.now()) {
		this.#perMinute = perMinute;
		this.#now = now;
	}

	/** All rows that the body asks for, now and in what it awaits, count for the account. */
	run<Answer>(account: RowAccount, body: () => Answer): Answer {
		return this.#current.run({ ...account, rows: 0 }, body);
	}

	/** The same for work in several parts: each call of the function that is returned is one of them. */
	open(account: RowAccount): <Answer>(body: () => Answer) => Answer {
		const opened = { ...account, rows: 0 };
		return (body) => this.#current.run(opened, body);
	}

	/** Counts whatever is asked of a build from now on: all of it goes through its batches. */
	instrument(build: Build): void {
		const calculateBatch = build.calculateBatch.bind(build);
		build.calculateBatch = async (sets, options = {}) => {
			const account = this.#current.getStore();
			if (!account) return calculateBatch(sets, options);
			const { timeoutMs } = options;
			const waited = await this.#take(account, sets.length, timeoutMs);
			const result = await calculateBatch(sets, {
				...options,
				...(timeoutMs !== undefined && { timeoutMs: Math.max(1, timeoutMs - waited) }),
			});
			this.#add(account.client, result.notReached);
			return result;
		};
	}

	/**
	 * @returns for how many milliseconds it waited
	 * @throws ServerError TOO_LARGE, LIMIT_EXCEEDED
	 */
	async #take(account: Open, rows: number, timeoutMs = Number.POSITIVE_INFINITY): Promise<number> {
		const { client, most, waits, signal } = account;
		account.rows += rows;
		if (account.rows > most)
			throw new ServerError("TOO_LARGE", `It takes more than the ${most} rows of one request`, {
				value: most,
				hint: "Ask for less at once, or start a job.",
			});
		const start = this.#now();
		for (;;) {
			const left = this.#leftOf(client);
			if (left > 0) break;
			const freeMs = Math.ceil(((1 - left) * minuteMs) / this.#perMinute);
			if (!waits) throw this.#refused(left, freeMs);
			// What is to end goes on at once: it ends with its rows, which take no longer than the time that is left.
			const patience = timeoutMs - (this.#now() - start);
			if (signal.aborted || patience <= 0) break;
			await pause(Math.min(freeMs, patience), signal);
		}
		this.#add(client, -rows);
		return this.#now() - start;
	}

	#refused(left: number, freeMs: number): ServerError {
		const limit = this.#perMinute;
		const used = Math.ceil(limit - left);
		const retryAfterSeconds = Math.ceil(freeMs / 1000);
		return new ServerError(
			"LIMIT_EXCEEDED",
			`A client may have ${limit} rows a minute; ${used} are used, and rows are free again in ${retryAfterSeconds} s`,
			{
				value: limit,
				hint: "Wait so long, or start a job: jobs wait by themselves.",
				use: { limit, used, retryAfterSeconds },
			},
		);
	}

	#leftOf(client: string): number {
		const known = this.#left.get(client);
		if (!known) return this.#perMinute;
		const grown = ((this.#now() - known.at) * this.#perMinute) / minuteMs;
		return Math.min(this.#perMinute, known.rows + grown);
	}

	#add(client: string, rows: number): void {
		if (rows === 0) return;
		const left = Math.min(this.#perMinute, this.#leftOf(client) + rows);
		this.#left.set(client, { rows: left, at: this.#now() });
	}
}

/** Ends early where the signal does. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const end = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", end);
			resolve();
		};
		const timer = setTimeout(end, ms);
		signal.addEventListener("abort", end, { once: true });
	});
}
