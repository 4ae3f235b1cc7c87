import { PobatchError } from "../../common/errors.js";
import type { Identity, NativeEngineConfig, NativeLoad, NativeMemory, Plain } from "../../native/addon.js";
import type { TreeArrays } from "../../tree/passive-tree.js";
import { baseOf } from "../base.js";
import type {
	BatchRequest,
	CommandRequest,
	Executor,
	Loaded,
	LoadRequest,
	Refused,
	RunningBatch,
} from "../executor.js";
import { ChildDied, ChildHandle } from "./child-handle.js";
import { ProcessBatch, type Speed } from "./process-batch.js";

/** If children die more often than this within a minute, they are not replaced: the cause is permanent. */
const maxDeathsPerMinute = 20;
const minuteMs = 60_000;
/** Delay before the n-th replacement in a row, in milliseconds: n times this, at most a second. */
const backOffMs = 20;

/** What a replacement needs in order to have a build. */
interface KnownBuild {
	readonly source: Plain;
	readonly timeoutMs: number | undefined;
	readonly speed: Speed;
	/** Set once it is known. */
	base?: { readonly tree: TreeArrays | null; readonly words: Uint32Array };
}

/**
 * States in child processes, one in each. A state that crashes, is killed or hangs in a long C call ends its own
 * process and nothing else. Its rows are given to another child. A replacement has all builds loaded before it gets
 * work.
 */
export class ProcessExecutor implements Executor {
	readonly #config: NativeEngineConfig;
	readonly #onLog: (text: string) => void;
	readonly #slots: (ChildHandle | undefined)[];
	/** Per slot: a replacement that is being started; everybody who needs that child waits for it. */
	readonly #starting = new Map<number, Promise<void>>();
	readonly #builds = new Map<number, KnownBuild>();
	readonly #batches = new Set<ProcessBatch>();
	#deaths: number[] = [];
	#openTimeoutMs: number | undefined;
	#closed = false;

	constructor(config: NativeEngineConfig, onLog: (text: string) => void) {
		this.#config = config;
		this.#onLog = onLog;
		this.#slots = new Array(config.threads).fill(undefined);
	}

	/** Children receive the caller's words. */
	readonly readsCanonicalForm = false;

	async open(timeoutMs?: number): Promise<Identity> {
		this.#openTimeoutMs = timeoutMs;
		const identities = await Promise.all(this.#slots.map((_, slot) => this.#startTwice(slot)));
		return identities[0] as Identity;
	}

	async #startTwice(slot: number): Promise<Identity> {
		for (let attempt = 1; ; attempt++) {
			try {
				return await this.#start(slot);
			} catch (error) {
				if (!(error instanceof ChildDied)) throw error;
				if (attempt === 2 || this.#closed)
					throw crash(`a child process ended while it started: ${error.message}`);
			}
		}
	}

	async load({ build, source, timeoutMs, treeOf }: LoadRequest): Promise<Loaded | Refused> {
		try {
			const { refused, traceback, info, stats } = await this.#loadEverywhere(build, source, timeoutMs);
			if (refused !== undefined) {
				await this.unload(build);
				return { refused, traceback: traceback ?? "" };
			}
			const { tree, words, base } = await baseOf(info, treeOf);
			await this.#setBase(build, { tree: tree?.arrays ?? null, words });
			return { info, stats, tree, base };
		} catch (error) {
			// Some children may have it. Report why it did not load, not the result of unloading it.
			if (!this.#closed) await this.unload(build).catch(() => {});
			throw error;
		}
	}

	async #loadEverywhere(build: number, source: Plain, timeoutMs: number | undefined): Promise<NativeLoad> {
		const owners = new Set<ChildHandle>();
		const loadInto = async (child: ChildHandle) => {
			const answer = await child.request<NativeLoad>({ type: "load", build, source, timeoutMs });
			owners.add(child);
			return answer;
		};
		const loaded = await this.#everywhere(loadInto);
		// Only now do replacements load it: a build that ends its process must not end each replacement as well. A child
		// that was replaced in the meantime does not have the build yet.
		this.#builds.set(build, { source, timeoutMs, speed: { msPerRow: 0 } });
		await this.#everywhere(async (child) => owners.has(child) || (await loadInto(child)));
		return loaded[0] as NativeLoad;
	}

	/** Sends a build's allocated nodes to all children. */
	async #setBase(build: number, base: NonNullable<KnownBuild["base"]>): Promise<void> {
		const known = this.#builds.get(build);
		if (!known) return;
		known.base = base;
		await this.#everywhere((child) => child.request({ type: "base", build, ...base }));
	}

	async unload(build: number): Promise<void> {
		this.#builds.delete(build);
		await this.#everywhere((child) => child.request({ type: "unload", build }));
	}

	async command({ name, build, args }: CommandRequest): Promise<Plain> {
		return this.#onSlot<Plain>(
			0,
			(child) => child.request({ type: "command", name, build, args }),
			`the command ${name} ended its process twice`,
		);
	}

	/** The children have their own copies of the base. */
	batch(request: BatchRequest, onProgress?: (rows: number) => void): RunningBatch {
		const { speed } = this.#builds.get(request.build) ?? { speed: { msPerRow: 0 } };
		const child = (slot: number) => this.#child(slot);
		const batch = new ProcessBatch(request, speed, child, this.#slots.length, onProgress);
		this.#batches.add(batch);
		const promise = batch.run().finally(() => this.#batches.delete(batch));
		return { promise, stop: () => batch.stop("ABORTED") };
	}

	batchSync(): never {
		throw new PobatchError("INVALID_ARGUMENT", "Rows cannot be calculated synchronously in other processes", {
			hint: "Use calculateBatch or calculate, or open the engine with isolation: 'thread'.",
		});
	}

	async startProfile(): Promise<never> {
		throw new PobatchError("PROFILE_UNAVAILABLE", "States in other processes cannot be profiled", {
			hint: "Open the engine with isolation: 'thread'.",
		});
	}

	async takeProfile(): Promise<undefined> {}

	async takeCompiled(): Promise<Uint8Array | undefined> {
		const compiled = await this.#onSlot<Uint8Array | null>(
			0,
			(child) => child.request({ type: "takeCompiled" }),
			"its process ended twice while what it compiled was taken",
		);
		return compiled ?? undefined;
	}

	memory(): NativeMemory[] {
		return this.#slots.flatMap((child) => child?.memory ?? []);
	}

	async collectGarbage(): Promise<void> {
		await this.#everywhere((child) => child.request({ type: "collectGarbage" }));
	}

	close(): void {
		this.#closed = true;
		for (const batch of this.#batches) batch.stop("ABORTED");
		for (const child of this.#slots) child?.kill("the engine is closed");
	}

	/** A slot's child, alive and with all builds loaded; replaces a dead one. */
	async #child(slot: number): Promise<ChildHandle> {
		for (;;) {
			this.#checkOpen();
			const starting = this.#starting.get(slot);
			if (starting) {
				await starting;
				continue;
			}
			const child = this.#slots[slot];
			if (child?.alive) return child;
			const replacing = this.#replace(slot).finally(() => this.#starting.delete(slot));
			this.#starting.set(slot, replacing);
			await replacing;
		}
	}

	/** If the replacement dies, the next call replaces it, until too many have died. */
	async #replace(slot: number): Promise<void> {
		await this.#waitForReplacement();
		this.#checkOpen();
		try {
			await this.#start(slot);
		} catch (error) {
			if (!(error instanceof ChildDied)) throw error;
		}
	}

	#checkOpen(): void {
		if (this.#closed) throw new PobatchError("ENGINE_CLOSED", "The engine is closed");
	}

	/** @throws ChildDied; errors of the calculator */
	async #start(slot: number): Promise<Identity> {
		const child = new ChildHandle(this.#onLog, () => this.#deaths.push(Date.now()));
		this.#slots[slot] = child;
		try {
			const config = { ...this.#config, threads: 1 };
			const identity = await child.request<Identity>({
				type: "open",
				config,
				timeoutMs: this.#openTimeoutMs,
			});
			for (const [build, { source, timeoutMs, base }] of this.#builds) {
				await child.request({ type: "load", build, source, timeoutMs });
				if (base) await child.request({ type: "base", build, ...base });
			}
			return identity;
		} catch (error) {
			child.kill("it could not be opened");
			throw error;
		}
	}

	async #waitForReplacement(): Promise<void> {
		const now = Date.now();
		this.#deaths = this.#deaths.filter((time) => now - time < minuteMs);
		if (this.#deaths.length > maxDeathsPerMinute)
			throw crash(`${this.#deaths.length} child processes ended within a minute; none is started any more`);
		await new Promise((done) => setTimeout(done, Math.min(backOffMs * this.#deaths.length, 1000)));
	}

	// Children that die meanwhile get all builds when they are replaced.
	async #everywhere<Value>(body: (child: ChildHandle) => Promise<Value>): Promise<Value[]> {
		return Promise.all(this.#slots.map((_, slot) => this.#onSlot(slot, body, "a child process ended twice")));
	}

	/** Requests that were still waiting when a child died are sent again. */
	async #onSlot<Value>(
		slot: number,
		body: (child: ChildHandle) => Promise<Value>,
		endedTwice: string,
	): Promise<Value> {
		for (let deaths = 0; ; ) {
			try {
				return await body(await this.#child(slot));
			} catch (error) {
				if (!(error instanceof ChildDied)) throw error;
				if (error.atWork && ++deaths === 2) throw crash(`${endedTwice}: ${error.message}`);
			}
		}
	}
}

function crash(message: string): PobatchError {
	return new PobatchError("CRASH", message, { hint: "Look at the calculator: it ends its own process." });
}
