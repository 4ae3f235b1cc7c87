const signals = ["SIGINT", "SIGTERM"] as const;
/** As in shells: 128 plus the signal's number. */
const statuses = { SIGINT: 130, SIGTERM: 143 };

/**
 * Lets a command end early but orderly on Ctrl-C and SIGTERM (on Windows, only Ctrl-C). Create it when there is
 * something to finish: until then, a signal ends the process at once. A second signal does so, too.
 */
export class Interrupt implements Disposable {
	readonly #controller = new AbortController();
	readonly #handler = (name: (typeof signals)[number]) => {
		if (this.#controller.signal.aborted) {
			this[Symbol.dispose]();
			// Ends by the signal itself, since exit would wait for the engine's threads, which may be in a long C call. A
			// container's first process ignores that signal, and on Windows the status is 1; for both, exit follows.
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
