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
 * States that can be replaced while they are in use. New requests go to the replacement, which has the same builds;
 * running ones finish where they are. Nobody waits for the replacement.
 */
export class ReplaceableExecutor implements Executor {
	#main: Executor;
	/** All loaded builds, to load into a replacement. */
	readonly #builds = new Map<number, LoadRequest>();
	readonly #loading = new Set<Promise<unknown>>();
	/** Number of unanswered requests of each executor. */
	readonly #owed = new Map<Executor, number>();
	/** Executors that are being opened, and replaced ones with unanswered requests. */
	readonly #others = new Set<Executor>();
	/** Resolves when no profile is being taken: samples come from one executor. */
	#profile: { ended: Promise<void>; end: () => void } | undefined;
	#openTimeoutMs: number | undefined;
	#closed = false;

	constructor(first: Executor) {
		this.#main = first;
	}

	/** The replacement may differ from the current states in this. */
	readonly readsCanonicalForm = false;

	/**
	 * Opens other states, loads all current builds into them, and switches to them.
	 *
	 * @returns whether it switched; false if that failed, or if everything was closed in the meantime
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
			// Set before the caller continues.
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

	/** Runs a request on the current states, which are not closed before it is answered. */
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
