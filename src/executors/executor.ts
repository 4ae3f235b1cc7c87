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

/** A build for every state. */
export interface LoadRequest {
	/** The number by which later requests name the build; each is used once. */
	readonly build: number;
	/** As it was given to the engine. */
	readonly text: string;
	readonly spec: number | undefined;
	/** What the calculator's `load` gets for it. */
	readonly source: Plain;
	readonly timeoutMs: number | undefined;
	/** The passive tree of a version, which the loaded build names; undefined where there is none. */
	treeOf(version: string): Promise<PassiveTree | undefined>;
}

/** A build that every state has loaded. */
export interface Loaded {
	readonly refused?: undefined;
	/** What the calculator's `load` said of it. */
	readonly info: Readonly<Record<string, Plain>>;
	readonly stats: readonly string[];
	readonly tree: PassiveTree | undefined;
	/** What it has allocated: node sets are turned into differences to it. */
	readonly base: NativeAllocatedNodes;
}

/** A build that the calculator says it cannot load; no state has it. */
export interface Refused {
	/** Why. */
	readonly refused: string;
	/** Of an error in Lua that is the reason; else empty. */
	readonly traceback: string;
}

/** A command of the calculator. */
export interface CommandRequest {
	readonly name: string;
	/** 0: of none. */
	readonly build: number;
	readonly args: Plain;
}

/** Rows of a batch that are evaluated; those that are equal to one of them get its answer, all others none. */
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
	/** All of them if undefined. */
	readonly part: BatchPart | undefined;
	/** Undefined: all rows are of the build itself. */
	readonly variants: VariantRows | undefined;
	readonly stats: readonly string[];
	readonly rowTimeoutMs: number | undefined;
	/** For all of them. */
	readonly timeoutMs: number | undefined;
}

export interface RunningBatch {
	readonly promise: Promise<NativeBatchResult>;
	/** Ends it early; what is done is answered. */
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
 * Where an engine's states are, and who hands them their work. Arguments are checked by `Engine` and `Build`. What is
 * asked for is done in the order of the calls. Errors are PobatchErrors.
 */
export interface Executor {
	/** Whether a batch that is given a canonical form reads that rather than the caller's words. */
	readonly readsCanonicalForm: boolean;
	/** Opens the calculator in every state. */
	open(timeoutMs?: number): Promise<Identity>;
	/** Loads a build into every state; where that fails, no state has it. */
	load(request: LoadRequest): Promise<Loaded | Refused>;
	/** Lets every state forget a build. */
	unload(build: number): Promise<void>;
	/** Calls a command of the calculator in one state. */
	command(request: CommandRequest): Promise<Plain>;
	/** @param onProgress gets how many rows are done, now and then */
	batch(request: BatchRequest, onProgress?: (rows: number) => void): RunningBatch;
	/** The same, blocking the calling thread. @throws PobatchError INVALID_ARGUMENT where there is no such way */
	batchSync(request: BatchRequest): NativeBatchResult;
	/** What the states compiled, for later processes, where there is more of it than last time; see `NativeEngineConfig`. */
	takeCompiled(): Promise<Uint8Array | undefined>;
	/** Of each state. */
	memory(): NativeMemory[];
	/** Of an executor with a queue. @throws PobatchError QUEUE_UNAVAILABLE */
	queue?(): Promise<QueueState>;
	/** A full collection in every state. */
	collectGarbage(): Promise<void>;
	/** Samples the first state, from its start if it is not open yet. @throws PobatchError PROFILE_UNAVAILABLE */
	startProfile(intervalUs: number): Promise<void>;
	/** What was sampled since the last time; `end` ends it. Undefined where nothing was begun. */
	takeProfile(end: boolean): Promise<NativeProfile | undefined>;
	/** Stops what runs and frees the states. */
	close(): void;
}
