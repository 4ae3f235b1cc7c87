import { PobatchError } from "pobatch";
import { ServerError } from "./errors.js";
import { RowBudgets } from "./row-budgets.js";

/** What one client, or one request, may cost. */
export interface Limits {
	/** Bytes of a request's body. */
	readonly bodyBytes: number;
	/** Bytes of all bodies that one client has under way. */
	readonly bodiesBytes: number;
	/** Rows of one request; jobs have a limit of time instead. */
	readonly rows: number;
	/** Rows of one client within a minute, jobs included. */
	readonly rowsPerMinute: number;
	/** Milliseconds that a request may take; jobs have a limit of their own. */
	readonly requestMs: number;
	/** Milliseconds until a client has read the end of a request that was stopped. */
	readonly goodbyeMs: number;
	/** Requests that one client may have under way. */
	readonly requestsAtOnce: number;
	/** Requests of one client within a minute. */
	readonly requestsPerMinute: number;
}

export const defaultLimits: Limits = {
	bodyBytes: 32 * 2 ** 20,
	bodiesBytes: 256 * 2 ** 20,
	rows: 1_000_000,
	rowsPerMinute: 60_000_000,
	requestMs: 600_000,
	goodbyeMs: 3000,
	requestsAtOnce: 64,
	requestsPerMinute: 60_000,
};

/** Why work of the server was stopped. */
const reasons = {
	overdue: Symbol("overdue"),
	shuttingDown: Symbol("shutting down"),
	gone: Symbol("gone"),
};

/** What one client has under way. */
interface Use {
	requests: number;
	bodyBytes: number;
}

/** Requests under way: each with a signal that ends its work, by its time, its client or the server's end. */
export class Requests {
	/** Of all clients, jobs included. */
	readonly rows: RowBudgets;
	readonly #limits: Limits;
	readonly #controllers = new Set<AbortController>();
	readonly #perClient = new Map<string, Use>();
	readonly #idle: (() => void)[] = [];
	#closed = false;

	constructor(limits: Limits) {
		this.#limits = limits;
		this.rows = new RowBudgets(limits.rowsPerMinute);
	}

	/**
	 * @param bodyBytes of its body, as far as they are known
	 * @throws ServerError LIMIT_EXCEEDED, SHUTTING_DOWN
	 */
	begin(client: string, bodyBytes = 0): RunningRequest {
		if (this.#closed) throw new ServerError("SHUTTING_DOWN", "The server is being stopped");
		const use = this.#perClient.get(client) ?? { requests: 0, bodyBytes: 0 };
		const { requestsAtOnce, requestMs, rows } = this.#limits;
		if (use.requests >= requestsAtOnce)
			throw new ServerError(
				"LIMIT_EXCEEDED",
				`A client may have ${requestsAtOnce} requests under way, and ${use.requests} are`,
				{
					value: requestsAtOnce,
					hint: "Wait for an answer before asking for more.",
					use: { limit: requestsAtOnce, used: use.requests },
				},
			);
		let held = 0;
		const hold = (bytes: number) => {
			this.#checkBodies(use, bytes);
			held += bytes;
			use.bodyBytes += bytes;
		};
		hold(bodyBytes);
		use.requests++;
		this.#perClient.set(client, use);
		const controller = new AbortController();
		const { signal } = controller;
		this.#controllers.add(controller);
		const timer = setTimeout(() => controller.abort(reasons.overdue), requestMs);
		let hasEnded = false;
		return {
			client,
			signal,
			within: this.rows.open({ client, most: rows, waits: false, signal }),
			hold,
			clientGone: () => controller.abort(reasons.gone),
			explain: (error) => this.#explain(error, signal),
			end: () => {
				if (hasEnded) return;
				hasEnded = true;
				clearTimeout(timer);
				this.#controllers.delete(controller);
				use.requests--;
				use.bodyBytes -= held;
				if (use.requests === 0) this.#perClient.delete(client);
				if (this.#controllers.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
			},
		};
	}

	get running(): number {
		return this.#controllers.size;
	}

	/** Stops running requests, and waits until they have answered with an error. */
	async close(): Promise<void> {
		this.#closed = true;
		for (const controller of this.#controllers) controller.abort(reasons.shuttingDown);
		if (this.#controllers.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
	}

	/** @throws ServerError LIMIT_EXCEEDED */
	#checkBodies(use: Use, bytes: number): void {
		const { bodiesBytes } = this.#limits;
		if (use.bodyBytes + bytes <= bodiesBytes) return;
		throw new ServerError(
			"LIMIT_EXCEEDED",
			`A client may have ${bodiesBytes} bytes of bodies under way, and ${use.bodyBytes} are`,
			{
				value: bodiesBytes,
				hint: "Wait for an answer before sending more.",
				use: { limit: bodiesBytes, used: use.bodyBytes },
			},
		);
	}

	#explain(error: unknown, { aborted, reason }: AbortSignal): unknown {
		if (!aborted) return error;
		if (reason === reasons.shuttingDown)
			return new ServerError("SHUTTING_DOWN", "The server was stopped before the work was done", {
				hint: "Ask again when it has been started again.",
			});
		if (reason === reasons.overdue)
			return new PobatchError("TIMEOUT", `The request took longer than ${this.#limits.requestMs} ms`, {
				hint: "Ask for less at once, or start a job.",
			});
		return error;
	}
}

export interface RunningRequest {
	/** Who counts as one. */
	readonly client: string;
	readonly signal: AbortSignal;
	/** Runs a part of its work: rows that this asks for count for its client. */
	within<Answer>(body: () => Answer): Answer;
	/** Counts bytes of its body until it ends. @throws ServerError LIMIT_EXCEEDED */
	hold(bytes: number): void;
	/** Nobody waits for the answer. */
	clientGone(): void;
	/** The error to report instead of `error`, if the work was stopped. */
	explain(error: unknown): unknown;
	end(): void;
}
