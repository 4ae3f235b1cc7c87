import { PobatchError } from "pobatch";
import { ServerError } from "./errors.js";

/** What one client, or one request, may cost. */
export interface Limits {
	/** Bytes of a request's body. */
	readonly bodyBytes: number;
	/** Rows of one batch. */
	readonly rows: number;
	/** Milliseconds that a request may take; jobs have a limit of their own. */
	readonly requestMs: number;
	/** Requests that one client may have under way. */
	readonly requestsAtOnce: number;
	/** Requests of one client within a minute. */
	readonly requestsPerMinute: number;
}

export const defaultLimits: Limits = {
	bodyBytes: 32 * 2 ** 20,
	rows: 1_000_000,
	requestMs: 600_000,
	requestsAtOnce: 64,
	requestsPerMinute: 60_000,
};

/** Why work of the server was stopped. */
const reasons = {
	overdue: Symbol("overdue"),
	shuttingDown: Symbol("shutting down"),
	gone: Symbol("gone"),
};

/** Requests under way: each with a signal that ends its work, by its time, its client or the server's end. */
export class Requests {
	readonly #limits: Limits;
	readonly #controllers = new Set<AbortController>();
	readonly #perClient = new Map<string, number>();
	readonly #idle: (() => void)[] = [];
	#closed = false;

	constructor(limits: Limits) {
		this.#limits = limits;
	}

	/** @throws ServerError LIMIT_EXCEEDED, SHUTTING_DOWN */
	begin(client: string): RunningRequest {
		if (this.#closed) throw new ServerError("SHUTTING_DOWN", "The server is being stopped");
		const running = this.#perClient.get(client) ?? 0;
		const { requestsAtOnce, requestMs } = this.#limits;
		if (running >= requestsAtOnce)
			throw new ServerError("LIMIT_EXCEEDED", `${running} requests of yours are under way`, {
				value: requestsAtOnce,
				hint: "Wait for an answer before asking for more.",
			});
		this.#perClient.set(client, running + 1);
		const controller = new AbortController();
		this.#controllers.add(controller);
		const timer = setTimeout(() => controller.abort(reasons.overdue), requestMs);
		let hasEnded = false;
		return {
			signal: controller.signal,
			clientGone: () => controller.abort(reasons.gone),
			explain: (error) => this.#explain(error, controller.signal),
			end: () => {
				if (hasEnded) return;
				hasEnded = true;
				clearTimeout(timer);
				this.#controllers.delete(controller);
				const left = (this.#perClient.get(client) ?? 1) - 1;
				if (left > 0) this.#perClient.set(client, left);
				else this.#perClient.delete(client);
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
	readonly signal: AbortSignal;
	/** Nobody waits for the answer. */
	clientGone(): void;
	/** The error to report instead of `error`, if the work was stopped. */
	explain(error: unknown): unknown;
	end(): void;
}
