const signals = ["SIGINT", "SIGTERM"] as const;
/** As a shell tells them: 128 and the signal's number. */
const statuses = { SIGINT: 130, SIGTERM: 143 };

/**
 * A command that ends early but orderly at Ctrl-C and at SIGTERM (Windows has Ctrl-C alone). Made when there is something to
 * finish: before that, a signal ends the process at once. A second signal does so, too.
 */
export class Interrupt implements Disposable {
	readonly #controller = new AbortController();
	readonly #handler = (name: (typeof signals)[number]) => {
		if (this.#controller.signal.aborted) {
			this[Symbol.dispose]();
			// By the signal's own effect: an exit would wait for the engine's threads, for one long C call perhaps. Only the
			// first process of a container is not ended by it. On Windows the status is 1.
			process.kill(process.pid, name);
			process.exit(statuses[name]);
		}
		process.exitCode = statuses[name];
		this.#controller.abort();
	};

	constructor() {
		for (const name of signals) process.on(name, this.#handler);
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	[Symbol.dispose](): void {
		for (const name of signals) process.off(name, this.#handler);
	}
}
