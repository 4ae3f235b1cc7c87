import type {
	NativeBase,
	NativeBatchResult,
	NativeEngine,
	NativeEngineConfig,
	NativeMemory,
	Plain,
	SetKind,
} from "../addon.js";
import { PobatchError } from "../errors.js";
import type { TreeArrays } from "../passive-tree.js";
import { ChildDied, ChildHandle } from "./child-handle.js";
import { ProcessBatch } from "./process-batch.js";

/** A child that dies more often than this within a minute is not replaced: something is wrong for good. */
const maxDeathsPerMinute = 20;
const minuteMs = 60_000;
/** Wait before the n-th replacement in a row, in milliseconds: n times this, at most a second. */
const backOffMs = 20;

interface KnownBuild {
	source: Plain;
	tree: TreeArrays | null;
	words: Uint32Array | undefined;
}

/**
 * The same engine over child processes, one state in each: what crashes, is killed or wedges in a long C call takes
 * its process with it, and nothing else. Its rows are handed to another child; a child is replaced, with all builds
 * loaded, before it gets work again.
 */
export class ProcessEngine implements NativeEngine {
	readonly #config: NativeEngineConfig;
	readonly #onLog: (text: string) => void;
	readonly #slots: (ChildHandle | undefined)[];
	readonly #builds = new Map<number, KnownBuild>();
	readonly #batches = new Set<ProcessBatch>();
	#deaths: number[] = [];
	#closed = false;

	constructor(config: NativeEngineConfig, onLog: (text: string) => void) {
		this.#config = config;
		this.#onLog = onLog;
		this.#slots = new Array(config.threads).fill(undefined);
	}

	/** How many children were replaced since the engine was opened. */
	replaced = 0;

	async open(timeoutMs?: number): Promise<{ name: string; version: string }> {
		const identities = await Promise.all(this.#slots.map((_, slot) => this.#start(slot, timeoutMs)));
		return identities[0] as { name: string; version: string };
	}

	async load(
		id: number,
		source: Plain,
		timeoutMs?: number,
	): Promise<{ info: Record<string, Plain>; stats: string[] }> {
		this.#builds.set(id, { source, tree: null, words: undefined });
		try {
			const loaded = await this.#everywhere<{ info: Record<string, Plain>; stats: string[] }>((child) =>
				child.request({ type: "load", build: id, source, timeoutMs }),
			);
			return loaded[0] as { info: Record<string, Plain>; stats: string[] };
		} catch (error) {
			this.#builds.delete(id);
			throw error;
		}
	}

	/** What a build has allocated, for every child that gets its rows. */
	async setBase(id: number, tree: TreeArrays | null, words: Uint32Array): Promise<void> {
		const build = this.#builds.get(id);
		if (!build) return;
		build.tree = tree;
		build.words = words;
		await this.#everywhere((child) => child.request({ type: "base", build: id, tree, words }));
	}

	async unload(id: number): Promise<null> {
		this.#builds.delete(id);
		await this.#everywhere((child) => child.request({ type: "unload", build: id }));
		return null;
	}

	async command(name: string, id: number, args: Plain, timeoutMs?: number): Promise<Plain> {
		for (let attempt = 1; ; attempt++) {
			try {
				const child = await this.child(0);
				return await child.request({ type: "command", name, build: id, args, timeoutMs });
			} catch (error) {
				if (!(error instanceof ChildDied)) throw error;
				if (attempt === 2) throw crash(`the command ${name} ended its process twice: ${error.message}`);
			}
		}
	}

	batch(
		build: number,
		_base: NativeBase,
		kind: SetKind,
		words: Uint32Array,
		offsets: Uint32Array,
		stats: readonly string[],
		rowTimeoutMs: number | undefined,
		timeoutMs: number | undefined,
		onProgress: ((rows: number) => void) | undefined,
	): { promise: Promise<NativeBatchResult>; stop(): void } {
		const request = { build, kind, words, offsets, stats, rowTimeoutMs, timeoutMs };
		const batch = new ProcessBatch(request, (slot) => this.child(slot), this.#slots.length, onProgress);
		this.#batches.add(batch);
		const promise = batch.run().finally(() => this.#batches.delete(batch));
		return { promise, stop: () => batch.stop("ABORTED") };
	}

	batchSync(): never {
		throw new PobatchError("INVALID_ARGUMENT", "Rows cannot be calculated synchronously in other processes", {
			hint: "Use calculateBatch or calculate, or open the engine with isolation: 'thread'.",
		});
	}

	memory(): NativeMemory[] {
		return this.#slots.flatMap((child) => child?.memory ?? []);
	}

	async collectGarbage(): Promise<null> {
		await this.#everywhere((child) => child.request({ type: "collectGarbage" }));
		return null;
	}

	close(): void {
		this.#closed = true;
		for (const batch of this.#batches) batch.stop("ABORTED");
		for (const child of this.#slots) child?.kill();
	}

	/** The child of a slot, alive and with all builds; replaces a dead one. */
	async child(slot: number): Promise<ChildHandle> {
		if (this.#closed) throw new PobatchError("ENGINE_CLOSED", "The engine is closed");
		const child = this.#slots[slot];
		if (child?.alive) return child;
		await this.#waitForReplacement();
		await this.#start(slot);
		this.replaced++;
		return this.child(slot);
	}

	async #start(slot: number, timeoutMs?: number): Promise<{ name: string; version: string }> {
		const child = new ChildHandle(this.#onLog, () => this.#deaths.push(Date.now()));
		this.#slots[slot] = child;
		try {
			const config = { ...this.#config, threads: 1 };
			const identity = await child.request<{ name: string; version: string }>({
				type: "open",
				config,
				timeoutMs,
			});
			for (const [build, { source, tree, words }] of this.#builds) {
				await child.request({ type: "load", build, source, timeoutMs: undefined });
				if (words) await child.request({ type: "base", build, tree, words });
			}
			return identity;
		} catch (error) {
			child.kill();
			if (error instanceof ChildDied) throw crash(`a child process ended while it started: ${error.message}`);
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
		return Promise.all(
			this.#slots.map(async (_, slot) => {
				for (let attempt = 1; ; attempt++) {
					try {
						return await body(await this.child(slot));
					} catch (error) {
						if (!(error instanceof ChildDied)) throw error;
						if (attempt === 2) throw crash(`a child process ended twice: ${error.message}`);
					}
				}
			}),
		);
	}
}

function crash(message: string): PobatchError {
	return new PobatchError("CRASH", message, { hint: "Look at the calculator: it ends its own process." });
}
