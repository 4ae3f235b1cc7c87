import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fromNative, type NativeMemory, stateLost } from "../../native/addon.js";
import type { Answer, Request } from "./protocol.js";

// One request without its id, kept a union.
type Unnumbered<R> = R extends Request ? Omit<R, "id"> : never;

/** The child process is gone: what it had to do is not done. */
export class ChildDied extends Error {}

// From sources (tests) and from dist/ alike.
const script = ["./child.js", "../../../dist/executors/process/child.js"]
	.map((path) => fileURLToPath(new URL(path, import.meta.url)))
	.find((path) => existsSync(path)) as string;

/** One child process, from fork to its end. */
export class ChildHandle {
	readonly #process: ChildProcess;
	readonly #waiting = new Map<
		number,
		{ resolve: (value: unknown) => void; reject: (error: Error) => void }
	>();
	#lastId = 0;
	#death: ChildDied | undefined;
	readonly #onDeath: () => void;
	/** As of its last answer. */
	memory: NativeMemory | undefined;

	/** @param onDeath called once, however the process ends */
	constructor(onLog: (text: string) => void, onDeath: () => void) {
		this.#onDeath = onDeath;
		this.#process = fork(script, [], {
			serialization: "advanced",
			// The program's own flags are not for it: a debugger's port, a test runner, a type of input.
			execArgv: [],
			stdio: ["ignore", "inherit", "inherit", "ipc"],
		});
		this.#process.on("message", (answer: Answer) => this.#receive(answer, onLog));
		this.#process.on("error", (error) => this.#die(error.message));
		this.#process.on("exit", (status, signal) =>
			this.#die(signal ? `killed by ${signal}` : `exited with ${status}`),
		);
		this.#keepAlive(false);
	}

	#die(how: string): void {
		if (this.#death) return;
		this.#death = new ChildDied(how);
		for (const { reject } of this.#waiting.values()) reject(this.#death);
		this.#waiting.clear();
		this.#onDeath();
	}

	// An idle engine must not keep the program alive, one that owes an answer must: the process, too, whose end is an
	// answer and comes after its channel's.
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

	/** @throws ChildDied; PobatchError as the child's engine raised it */
	request<Value>(request: Unnumbered<Request>): Promise<Value> {
		if (this.#death) return Promise.reject(this.#death);
		const id = ++this.#lastId;
		return new Promise<Value>((resolve, reject) => {
			if (this.#waiting.size === 0) this.#keepAlive(true);
			this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
			this.#process.send({ ...request, id });
		});
	}

	stopRows(): void {
		if (this.alive) this.#process.send({ type: "stop" });
	}

	/** From now on it counts as dead: nobody gets it any more while its process ends. */
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
		const waiting = this.#waiting.get(answer.id);
		if (!waiting) return;
		this.#waiting.delete(answer.id);
		if (this.#waiting.size === 0) this.#keepAlive(false);
		if (answer.type === "failure") {
			const { code, message, traceback } = answer;
			if (code === stateLost) {
				this.kill(message);
				waiting.reject(this.#death as ChildDied);
				return;
			}
			waiting.reject(fromNative(Object.assign(new Error(message), { code, traceback })) as Error);
			return;
		}
		this.memory = answer.memory ?? this.memory;
		waiting.resolve(answer.type === "rows" ? answer.result : answer.value);
	}
}
