import {
	addon,
	fromNative,
	type Identity,
	type NativeBatchResult,
	type NativeEngine,
	type NativeEngineConfig,
	type NativeMemory,
	type NativeProfile,
	type Plain,
} from "../native/addon.js";
import { baseOf } from "./base.js";
import type {
	BatchRequest,
	CommandRequest,
	Executor,
	Loaded,
	LoadRequest,
	Refused,
	RunningBatch,
} from "./executor.js";

/** States on the addon's own threads, which take a batch's chunks from a shared counter (binding/). */
export class ThreadExecutor implements Executor {
	readonly #native: NativeEngine;
	#closed = false;

	/** @param onLog receives what the calculator logs, line by line */
	constructor(config: NativeEngineConfig, onLog: (text: string) => void) {
		this.#native = new (addon().Engine)(config, onLog);
	}

	get readsCanonicalForm(): boolean {
		return this.#native.readsCanonicalForm;
	}

	open(timeoutMs?: number): Promise<Identity> {
		return translated(() => this.#native.open(timeoutMs));
	}

	async load({ build, source, timeoutMs, treeOf }: LoadRequest): Promise<Loaded | Refused> {
		try {
			const { refused, traceback, info, stats } = await this.#native.load(build, source, timeoutMs);
			if (refused === undefined) return { info, stats, ...(await baseOf(info, treeOf)) };
			await this.#native.unload(build);
			return { refused, traceback: traceback ?? "" };
		} catch (error) {
			// Some states may have it. Report why it did not load, not the result of unloading it.
			if (!this.#closed) await this.#native.unload(build).catch(() => {});
			throw fromNative(error);
		}
	}

	async unload(build: number): Promise<void> {
		await translated(() => this.#native.unload(build));
	}

	command({ name, build, args }: CommandRequest): Promise<Plain> {
		return translated(() => this.#native.command(name, build, args));
	}

	batch(request: BatchRequest, onProgress?: (rows: number) => void): RunningBatch {
		try {
			const { promise, stop } = this.#native.batch(...argumentsOf(request), onProgress);
			return { promise: translated(() => promise), stop };
		} catch (error) {
			throw fromNative(error);
		}
	}

	batchSync(request: BatchRequest): NativeBatchResult {
		try {
			return this.#native.batchSync(...argumentsOf(request));
		} catch (error) {
			throw fromNative(error);
		}
	}

	async takeCompiled(): Promise<Uint8Array | undefined> {
		return this.#native.takeCompiled() ?? undefined;
	}

	memory(): NativeMemory[] {
		return this.#native.memory();
	}

	async collectGarbage(): Promise<void> {
		await translated(() => this.#native.collectGarbage());
	}

	async startProfile(intervalUs: number): Promise<void> {
		await translated(() => this.#native.startProfile(intervalUs));
	}

	async takeProfile(end: boolean): Promise<NativeProfile | undefined> {
		return (await translated(() => this.#native.takeProfile(end))) ?? undefined;
	}

	close(): void {
		this.#closed = true;
		this.#native.close();
	}
}

/** Turns the addon's errors, whether thrown or rejected, into PobatchErrors. */
async function translated<Value>(call: () => Promise<Value>): Promise<Value> {
	try {
		return await call();
	} catch (error) {
		throw fromNative(error);
	}
}

function argumentsOf({
	build,
	base,
	kind,
	words,
	offsets,
	part,
	variants,
	stats,
	rowTimeoutMs,
	timeoutMs,
}: BatchRequest): Parameters<NativeEngine["batchSync"]> {
	return [
		build,
		base,
		kind,
		words,
		offsets,
		stats,
		rowTimeoutMs,
		timeoutMs,
		part?.canonical,
		part?.rows,
		variants,
	];
}
