import type { Identity, NativeBatchResult, NativeMemory, NativeProfile, Plain } from "../native/addon.js";
import type {
	BatchRequest,
	CommandRequest,
	Executor,
	Loaded,
	LoadRequest,
	Refused,
	RunningBatch,
} from "./executor.js";

/**
 * States whose place others can take while they answer. What comes then goes to the others, which have the same builds; what runs
 * ends where it is. Nobody waits for them.
 */
export class ReplaceableExecutor implements Executor {
	#main: Executor;
	/** What all states have loaded, for those that come. */
	readonly #builds = new Map<number, LoadRequest>();
	readonly #loading = new Set<Promise<unknown>>();
	/** How much there is that each has not answered yet. */
	readonly #owed = new Map<Executor, number>();
	/** States that are opened, and those that were replaced and have not answered all. */
	readonly #others = new Set<Executor>();
	/** Resolves when nobody samples the states: samples are those of one. */
	#profile: { ended: Promise<void>; end: () => void } | undefined;
	#openTimeoutMs: number | undefined;
	#closed = false;

	constructor(first: Executor) {
		this.#main = first;
	}

	/** States that come may be others than those that are there. */
	readonly readsCanonicalForm = false;

	/**
	 * Opens other states, loads into them what these have, and lets them take the place.
	 *
	 * @returns whether they did; they do not where that fails, or where all was closed meanwhile
	 */
	async replace(make: () => Executor): Promise<boolean> {
		if (this.#closed) return false;
		const fresh = make();
		this.#others.add(fresh);
		const loaded = new Set<number>();
		try {
			await fresh.open(this.#openTimeoutMs);
			for (;;) {
				await this.#profile?.ended;
				await Promise.allSettled(this.#loading);
				const next = [...this.#builds].find(([build]) => !loaded.has(build));
				if (next === undefined && this.#loading.size === 0 && this.#profile === undefined) break;
				if (next === undefined) continue;
				const [build, request] = next;
				loaded.add(build);
				const { refused } = await fresh.load(request);
				if (refused !== undefined) throw new Error(refused);
			}
		} catch {
			this.#others.delete(fresh);
			fresh.close();
			return false;
		}
		if (this.#closed) return false;
		const before = this.#main;
		this.#others.delete(fresh);
		this.#main = fresh;
		this.#others.add(before);
		this.#closeIdle(before);
		for (const build of loaded) if (!this.#builds.has(build)) fresh.unload(build).catch(() => {});
		return true;
	}

	open(timeoutMs?: number): Promise<Identity> {
		this.#openTimeoutMs = timeoutMs;
		return this.#owing((main) => main.open(timeoutMs));
	}

	load(request: LoadRequest): Promise<Loaded | Refused> {
		const work = async () => {
			const loaded = await this.#owing((main) => main.load(request));
			// Before anybody who waits for it goes on.
			if (loaded.refused === undefined) this.#builds.set(request.build, request);
			return loaded;
		};
		const loading = work().finally(() => this.#loading.delete(loading));
		this.#loading.add(loading);
		return loading;
	}

	unload(build: number): Promise<void> {
		this.#builds.delete(build);
		return this.#owing((main) => main.unload(build));
	}

	command(request: CommandRequest): Promise<Plain> {
		return this.#owing((main) => main.command(request));
	}

	batch(request: BatchRequest, onProgress?: (rows: number) => void): RunningBatch {
		const running: { stop?: () => void } = {};
		const promise = this.#owing((main) => {
			const batch = main.batch(request, onProgress);
			running.stop = () => batch.stop();
			return batch.promise;
		});
		return { promise, stop: () => running.stop?.() };
	}

	batchSync(request: BatchRequest): NativeBatchResult {
		return this.#main.batchSync(request);
	}

	memory(): NativeMemory[] {
		return this.#main.memory();
	}

	takeCompiled(): Promise<Uint8Array | undefined> {
		return this.#owing((main) => main.takeCompiled());
	}

	collectGarbage(): Promise<void> {
		return this.#owing((main) => main.collectGarbage());
	}

	async startProfile(intervalUs: number): Promise<void> {
		let end = () => {};
		const ended = new Promise<void>((resolve) => {
			end = resolve;
		});
		this.#profile ??= { ended, end };
		try {
			await this.#owing((main) => main.startProfile(intervalUs));
		} catch (error) {
			this.#endProfile();
			throw error;
		}
	}

	async takeProfile(end: boolean): Promise<NativeProfile | undefined> {
		try {
			return await this.#owing((main) => main.takeProfile(end));
		} finally {
			if (end) this.#endProfile();
		}
	}

	close(): void {
		this.#closed = true;
		this.#endProfile();
		for (const other of this.#others) other.close();
		this.#others.clear();
		this.#main.close();
	}

	#endProfile(): void {
		this.#profile?.end();
		this.#profile = undefined;
	}

	/** What the states at hand do; they are not closed before. */
	async #owing<Value>(work: (main: Executor) => Promise<Value>): Promise<Value> {
		const main = this.#main;
		this.#owed.set(main, (this.#owed.get(main) ?? 0) + 1);
		try {
			return await work(main);
		} finally {
			this.#owed.set(main, (this.#owed.get(main) ?? 1) - 1);
			this.#closeIdle(main);
		}
	}

	#closeIdle(executor: Executor): void {
		if (executor === this.#main || (this.#owed.get(executor) ?? 0) > 0) return;
		this.#owed.delete(executor);
		if (this.#others.delete(executor)) executor.close();
	}
}
