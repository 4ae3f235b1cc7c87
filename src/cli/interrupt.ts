const statuses = { SIGINT: 130, SIGTERM: 143 } as const;

/** A command that ends early but orderly at Ctrl-C and at SIGTERM. A second signal ends the process at once. */
export class Interrupt implements Disposable {
	readonly #controller = new AbortController();
	readonly #handlers = Object.entries(statuses).map(([name, status]) => {
		const handler = () => {
			if (this.#controller.signal.aborted) process.exit(status);
			process.exitCode = status;
			this.#controller.abort();
		};
		process.on(name, handler);
		return { name, handler };
	});

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	[Symbol.dispose](): void {
		for (const { name, handler } of this.#handlers) process.off(name, handler);
	}
}
