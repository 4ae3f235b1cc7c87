import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { WorkerOptions } from "../../src/index.js";

const script = fileURLToPath(new URL("worker-child.mjs", import.meta.url));

const all = new Set<Workers>();
// Of the file: hooks that are set while tests run do not count.
afterAll(() => {
	for (const workers of all) workers.end();
});

/** Workers in processes of their own; one that dies is replaced, as a service manager would. */
export class Workers {
	readonly #options: WorkerOptions;
	readonly #children: ChildProcess[] = [];
	#isEnding = false;
	/** How many ended by themselves or were killed. */
	deaths = 0;
	/** What they said. */
	said = "";

	private constructor(options: WorkerOptions) {
		this.#options = options;
		all.add(this);
	}

	/** Resolves when all of them are ready. */
	static async start(count: number, options: WorkerOptions): Promise<Workers> {
		const workers = new Workers(options);
		await Promise.all(Array.from({ length: count }, (_, place) => workers.#start(place)));
		return workers;
	}

	#start(place: number): Promise<void> {
		const child = fork(script, [JSON.stringify(this.#options)], { execArgv: [], silent: true });
		this.#children[place] = child;
		child.stderr?.on("data", (chunk) => {
			this.said += chunk;
		});
		return new Promise((resolve) => {
			child.once("message", () => resolve());
			child.once("exit", () => {
				if (this.#isEnding) return;
				this.deaths++;
				void this.#start(place);
			});
		});
	}

	/** With kill -9. */
	kill(place: number): void {
		this.#children[place]?.kill("SIGKILL");
	}

	end(): void {
		this.#isEnding = true;
		for (const child of this.#children) child.kill("SIGKILL");
	}
}
