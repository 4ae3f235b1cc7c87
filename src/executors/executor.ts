import type {
	Identity,
	NativeAllocatedNodes,
	NativeBatchResult,
	NativeCanonicalSets,
	NativeMemory,
	NativeProfile,
	Plain,
	SetKind,
} from "../native/addon.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import type { VariantRows } from "../variants/variant-rows.js";

/** A build to load into every state. */
export interface LoadRequest {
	/** The number by which later requests name the build; numbers are not reused. */
	readonly build: number;
	/** The text given to the engine. */
	readonly text: string;
	readonly spec: number | undefined;
	/** What the calculator's `load` receives for it. */
	readonly source: Plain;
	readonly timeoutMs: number | undefined;
	/** The passive tree of the version that the loaded build names; undefined if there is none. */
	treeOf(version: string): Promise<PassiveTree | undefined>;
}

/** A build that every state has loaded. */
export interface Loaded {
	readonly refused?: undefined;
	/** What the calculator's `load` returned about it. */
	readonly info: Readonly<Record<string, Plain>>;
	readonly stats: readonly string[];
	readonly tree: PassiveTree | undefined;
	/** Its allocated nodes: node sets are turned into differences from them. */
	readonly base: NativeAllocatedNodes;
}

/** A build that the calculator cannot load; no state has it. */
export interface Refused {
	/** Why. */
	readonly refused: string;
	/** If a Lua error is the reason; otherwise empty. */
	readonly traceback: string;
}

/** A command of the calculator. */
export interface CommandRequest {
	readonly name: string;
	/** 0: for no build. */
	readonly build: number;
	readonly args: Plain;
}

/** The rows of a batch to evaluate; rows equal to one of them get its result, all others none. */
export interface BatchPart {
	readonly canonical: NativeCanonicalSets;
	/** Ascending. */
	readonly rows: Uint32Array;
}

/** Rows of one build. `words` and `offsets` are those of `NodeSets`. */
export interface BatchRequest {
	readonly build: number;
	readonly base: NativeAllocatedNodes;
	readonly kind: SetKind;
	readonly words: Uint32Array;
	readonly offsets: Uint32Array;
	/** Undefined: all rows. */
	readonly part: BatchPart | undefined;
	/** Undefined: all rows are for the build itself. */
	readonly variants: VariantRows | undefined;
	readonly stats: readonly string[];
	readonly rowTimeoutMs: number | undefined;
	/** Time limit for the whole batch. */
	readonly timeoutMs: number | undefined;
}

export interface RunningBatch {
	readonly promise: Promise<NativeBatchResult>;
	/** Ends it early; the result contains what is done. */
	stop(): void;
}

/** What waits at a queue for workers of an engine's kind, of all engines there, and who takes it. */
export interface QueueState {
	readonly workers: number;
	/** Of all workers together. */
	readonly threads: number;
	/** Rows that all workers together answer in a second, averaged over the last 15 seconds. */
	readonly rowsPerSecond: number;
	/** Jobs that no worker has taken yet, and those that workers have. */
	readonly waiting: number;
	readonly active: number;
	/** Rows that engines wait for, and how many seconds one worker would take for them. */
	readonly rowsLeft: number;
	readonly secondsLeft: number;
}

/**
 * Owns an engine's states and gives them work. `Engine` and `Build` check the arguments. Requests take effect in the
 * order of the calls. Errors are PobatchErrors.
 */
export interface Executor {
	/** Whether batches read a given canonical form instead of the caller's words. */
	readonly readsCanonicalForm: boolean;
	/** Opens the calculator in every state. */
	open(timeoutMs?: number): Promise<Identity>;
	/** Loads a build into every state; if that fails, no state keeps it. */
	load(request: LoadRequest): Promise<Loaded | Refused>;
	/** Removes a build from every state. */
	unload(build: number): Promise<void>;
	/** Calls a command of the calculator in one state. */
	command(request: CommandRequest): Promise<Plain>;
	/** @param onProgress receives the number of finished rows, from time to time */
	batch(request: BatchRequest, onProgress?: (rows: number) => void): RunningBatch;
	/**
	 * Like {@link batch}, but blocks the calling thread. @throws PobatchError INVALID_ARGUMENT if this is not supported
	 */
	batchSync(request: BatchRequest): NativeBatchResult;
	/**
	 * The bytecode that the states compiled, for later processes, if there is more than last time; see
	 * `NativeEngineConfig`.
	 */
	takeCompiled(): Promise<Uint8Array | undefined>;
	/** One entry per state. */
	memory(): NativeMemory[];
	/** Of an executor with a queue. @throws PobatchError QUEUE_UNAVAILABLE */
	queue?(): Promise<QueueState>;
	/** A full collection in every state. */
	collectGarbage(): Promise<void>;
	/** Samples the first state, from its start if it is not open yet. @throws PobatchError PROFILE_UNAVAILABLE */
	startProfile(intervalUs: number): Promise<void>;
	/** The samples since the last call; `end` stops sampling. Undefined if sampling was not started. */
	takeProfile(end: boolean): Promise<NativeProfile | undefined>;
	/** Stops running work and frees the states. */
	close(): void;
}
