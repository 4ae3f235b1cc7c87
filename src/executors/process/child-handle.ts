import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
	binaryArguments,
	fromNative,
	type NativeBatchResult,
	type NativeMemory,
	stateLost,
} from "../../native/addon.js";
import type { RowsRequest } from "../batch-rows.js";
import type { Answer, Request } from "./protocol.js";

// A request without its id, distributed over the union.
type Unnumbered<R> = R extends Request ? Omit<R, "id"> : never;

/** The child process died before it completed the request. */
export class ChildDied extends Error {
	/** Whether the child was working on the request; otherwise the request did not cause its death. */
	readonly atWork: boolean;
	/** Whether something else killed it: a user, or a system short of memory. */
	readonly fromOutside: boolean;

	constructor(message: string, atWork: boolean, fromOutside: boolean) {
		super(message);
		this.atWork = atWork;
		this.fromOutside = fromOutside;
	}
}

interface Pending {
	readonly message: Request;
	/** When it was sent to the child. */
	sentAt?: number;
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: Error) => void;
}

// Works from the sources (in tests) and from dist/.
const script = ["./child.js", "../../../dist/executors/process/child.js"]
	.map((path) => fileURLToPath(new URL(path, import.meta.url)))
	.find((path) => existsSync(path)) as string;

/** Windows reports a crash as an exit status, usually written in hexadecimal: 0xC0000005 is an access violation. */
const statusText = (status: number | null) =>
	status !== null && status > 0xffff ? `0x${status.toString(16).toUpperCase()}` : String(status);

/** A chunk that is waiting for a child or being evaluated by it. */
export interface RunningRows {
	/** Rejects with ChildDied. */
	readonly answer: Promise<NativeBatchResult>;
	/** Ends its rows now, as stopped; a chunk that has not begun is rejected. */
	stop(): void;
	/** Milliseconds since the child received it. */
	workedMs(): number;
}

/**
 * One child process, from fork to exit. It gets one request at a time: it has one thread, and if it dies, it must be
 * certain which request caused that.
 */
export class ChildHandle {
	readonly #process: ChildProcess;
	/** In order; only the first one has been sent to the child. */
	readonly #requests: Pending[] = [];
	#lastId = 0;
	#death: { how: string; fromOutside: boolean } | undefined;
	readonly #onDeath: () => void;
	/** As of its last response. */
	memory: NativeMemory | undefined;

	/** @param onDeath called once, however the process ends */
	constructor(onLog: (text: string) => void, onDeath: () => void) {
		this.#onDeath = onDeath;
		this.#process = fork(script, binaryArguments(), {
			serialization: "advanced",
			// It must not inherit the program's own flags: a debugger's port, a test runner, an input type.
			execArgv: [],
			stdio: ["ignore", "inherit", "inherit", "ipc"],
		});
		this.#process.on("message", (answer: Answer) => this.#receive(answer, onLog));
		this.#process.on("error", (error) => this.#die(error.message));
		this.#process.on("exit", (status, signal) =>
			// Windows does not say who terminated a process: that process chose the status.
			this.#die(signal ? `killed by ${signal}` : `exited with ${statusText(status)}`, signal === "SIGKILL"),
		);
		this.#keepAlive(false);
	}

	#die(how: string, fromOutside = false): void {
		if (this.#death !== undefined) return;
		this.#death = { how, fromOutside };
		for (const [place, { reject }] of this.#requests.splice(0).entries())
			reject(new ChildDied(how, place === 0, fromOutside));
		this.#onDeath();
	}

	// An idle child must not keep the program alive, but one with an outstanding request must. That includes the process
	// itself, because its exit also settles requests and comes after the channel's end.
	#keepAlive(yes: boolean): void {
		for (const handle of [this.#process, this.#process.channel]) {
			if (yes) handle?.ref();
			else handle?.unref();
		}
	}

	get pid(): number | undefined {
		return this.#process.pid;
	}

	get alive(): boolean {
		return this.#death === undefined;
	}

	/** @throws ChildDied; PobatchError as raised by the child's engine */
	request<Value>(request: Unnumbered<Request>): Promise<Value> {
		return this.#enqueue(request).answer as Promise<Value>;
	}

	/** Evaluates the rows of one chunk. */
	rows(chunk: RowsRequest): RunningRows {
		const { pending, answer } = this.#enqueue({ type: "rows", chunk });
		return {
			answer: answer as Promise<NativeBatchResult>,
			stop: () => {
				const place = pending ? this.#requests.indexOf(pending) : -1;
				if (place === 0) this.#process.send({ type: "stop" });
				if (place > 0) this.#requests.splice(place, 1)[0]?.reject(new Error("stopped before it began"));
			},
			workedMs: () => performance.now() - (pending?.sentAt ?? performance.now()),
		};
	}

	#enqueue(request: Unnumbered<Request>): { pending?: Pending | undefined; answer: Promise<unknown> } {
		if (this.#death !== undefined) {
			const { how, fromOutside } = this.#death;
			return { answer: Promise.reject(new ChildDied(how, false, fromOutside)) };
		}
		const message = { ...request, id: ++this.#lastId } as Request;
		let pending: Pending | undefined;
		const answer = new Promise((resolve, reject) => {
			pending = { message, resolve, reject };
			this.#requests.push(pending);
		});
		if (this.#requests.length === 1) {
			this.#keepAlive(true);
			this.#sendFirst();
		}
		return { pending, answer };
	}

	#sendFirst(): void {
		const first = this.#requests[0];
		if (!first) {
			this.#keepAlive(false);
			return;
		}
		first.sentAt = performance.now();
		this.#process.send(first.message);
	}

	/** Counts as dead from now on: it gets no more requests while its process ends. */
	kill(why: string): void {
		this.#die(why);
		this.#process.kill("SIGKILL");
	}

	#receive(answer: Answer, onLog: (text: string) => void): void {
		if (answer.type === "log") {
			onLog(answer.text);
			return;
		}
		if (answer.type === "wedged") {
			this.kill("held up in one long C call beyond its time");
			return;
		}
		const first = this.#requests[0];
		if (answer.id !== first?.message.id) return;
		if (answer.type === "failure" && answer.code === stateLost) {
			this.kill(answer.message);
			return;
		}
		this.#requests.shift();
		if (answer.type === "failure") {
			const { code, message, traceback } = answer;
			first.reject(fromNative(Object.assign(new Error(message), { code, traceback })) as Error);
		} else {
			this.memory = answer.memory ?? this.memory;
			first.resolve(answer.type === "rows" ? answer.result : answer.value);
		}
		this.#sendFirst();
	}
}
