import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { memoryHint, PobatchError, type PobatchErrorCode } from "../common/errors.js";
import { GLIBC_FLOOR, glibcVersion, platformName } from "./platform.js";
import { rowStatuses } from "./row-status.js";

/** Plain data that crosses between JavaScript and Lua. */
export type Plain =
	| null
	| undefined
	| boolean
	| number
	| string
	| readonly Plain[]
	| { readonly [key: string]: Plain };

/** The meaning of rows of words; see `NodeSets`. */
export type SetKind = "full" | "delta";

/** binding/napi/tree.cpp's class `Tree`; arguments are checked by `PassiveTree`. */
export interface NativeTree {
	neighbours(id: number): Uint32Array;
	frontier(set: Uint32Array, blocked: Uint32Array): Uint32Array;
	unreachable(set: Uint32Array, roots: Uint32Array): Uint32Array;
	shortestPath(set: Uint32Array, blocked: Uint32Array, target: number): Uint32Array;
	pathsWithin(set: Uint32Array, blocked: Uint32Array, points: number): NativePaths;
}

/** binding/napi/allocated_nodes.cpp's class `AllocatedNodes`: the nodes that a build has allocated. */
export interface NativeAllocatedNodes {
	/** Blocks the calling thread. */
	canonicalize(
		kind: SetKind,
		words: Uint32Array,
		offsets: Uint32Array,
		variants?: NativeVariantKeys,
	): NativeCanonicalSets;
	/** The canonical form of the first row. */
	canonical(
		kind: SetKind,
		words: Uint32Array,
		offsets: Uint32Array,
	): [added: Uint32Array, removed: Uint32Array];
}

/**
 * Node sets in canonical form. It is made once: for the cache lookup, and for the batch that calculates the missing
 * rows.
 */
export interface NativeCanonicalSets {
	/** A row's 128-bit key in two words; both 0 if it is not a valid set. */
	keys: BigUint64Array;
	/** For each row, the first row with the same key; an invalid row equals no other. */
	firstEqual: Uint32Array;
	/** Owned by the addon; the batch that receives it consumes it. */
	form: unknown;
}

/** binding/napi/canonical.cpp's class `Canonicalizer`: makes canonical forms on a thread of its own. */
export interface NativeCanonicalizer {
	/** Reads each word once, since the caller may change them meanwhile. */
	run(
		base: NativeAllocatedNodes,
		kind: SetKind,
		words: Uint32Array,
		offsets: Uint32Array,
		variants?: NativeVariantKeys,
	): Promise<NativeCanonicalSets>;
	close(): void;
}

export interface NativePaths {
	targets: Uint32Array;
	offsets: Uint32Array;
	nodes: Uint32Array;
}

export interface NativeEngineConfig {
	threads: number;
	/** Text of lua/batch_loop.lua. */
	loopSource: string;
	source: string;
	/** Text of lua/sandbox.lua if the calculator is not trusted; otherwise empty. */
	sandboxSource: string;
	/** Whether each row's changes to the state are undone. */
	rollback: boolean;
	chunkName: string;
	packagePath: string;
	options: Plain;
	/** Maximum bytes of a state once it is open; 0: no limit. */
	memoryLimit: number;
	/**
	 * Bytecode from an earlier process (`takeCompiled`), or empty, for calculators whose states share what they compile.
	 * LuaJIT does not verify it, so it must come from the same LuaJIT and a trusted source.
	 */
	compiled?: Uint8Array;
	/** For tests: Lua's n-th allocation fails, once in the engine's lifetime. */
	failAllocation?: number;
	/** Counts allocations after the calculator is open instead of from the state's start. */
	failAfterOpen?: boolean;
}

export interface NativeBatchResult {
	/** rows x stats, NaN if a row has no numbers */
	results: Float64Array;
	/** For each row, a number of `rowStatus`. */
	status: Uint8Array;
	errorRows: Uint32Array;
	/** For each error, an index into `texts`. */
	errorTexts: Uint32Array;
	texts: { message: string; traceback: string }[];
	/** How often a state was reopened because a row left it in doubt. */
	reloads: number;
	/** Rows that the calculator answered as equivalent to another one instead of calculating them. */
	memoized: number;
	stopped: "" | "TIMEOUT" | "ABORTED";
	/** If all rows were calculated a second time in another way, the reason; see executors/verified-executor.ts. */
	recalculated?: string;
	/** The rows may turn out to be wrong later, so they must not be cached. */
	unproven?: boolean;
}

/** What a calculator's `load` returned; only `refused` if it says why the build cannot be loaded. */
export interface NativeLoad {
	info: Record<string, Plain>;
	stats: string[];
	refused?: string;
	/** If a Lua error is the reason. */
	traceback?: string;
}

/** Bytes of one state. */
export interface NativeMemory {
	/** Current size of Lua's heap. */
	used: number;
	/** Highest size so far. */
	peak: number;
	/** The limit set by `memoryLimitMB`; 0: none. */
	limit: number;
	/** Compiled machine code, not part of `used` or of the limit. */
	machineCode: number;
}

/** See binding/state/profiler.hpp, `take`. */
export interface NativeProfile {
	frames: [name: string, source: string, line: number][];
	/** Indices into `frames`, innermost first. */
	stacks: number[][];
	/**
	 * Indices into `stacks`, in chronological order; for each sample its ticks, and LuaJIT's letter for what it was
	 * doing.
	 */
	samples: number[];
	weights: number[];
	states: string;
	/** Ticks outside Lua, with and without a job. */
	native: number;
	idle: number;
}

/** What an open calculator says about itself. */
export interface Identity {
	name: string;
	version: string;
	/** Whether it supports variants of builds. */
	derives: boolean;
}

/** For each row its variant: 0 for the build itself, or n for the n-th one. */
export interface NativeVariantRows {
	readonly rows: Uint32Array;
}

/** Adds the key of each variant, two words each. */
export interface NativeVariantKeys extends NativeVariantRows {
	readonly keys: BigUint64Array;
}

/** Adds the argument of the calculator's `derive`, and a name for each variant. */
export interface NativeVariants extends NativeVariantRows {
	readonly changes: readonly Plain[];
	readonly names: readonly string[];
}

type BatchArguments = [
	build: number,
	base: NativeAllocatedNodes,
	kind: SetKind,
	words: Uint32Array,
	offsets: Uint32Array,
	stats: readonly string[],
	rowTimeoutMs: number | undefined,
	timeoutMs: number | undefined,
	/** Calculates only `rows`, ascending; rows equal to one of them get its result, all others none. */
	canonical: NativeCanonicalSets | undefined,
	rows: Uint32Array | undefined,
	variants: NativeVariants | undefined,
];

/** binding/napi/engine.cpp's class `Engine`; arguments are checked by `Engine` and `Build`. */
export interface NativeEngine {
	open(timeoutMs?: number): Promise<Identity>;
	load(id: number, source: Plain, timeoutMs?: number): Promise<NativeLoad>;
	unload(id: number): Promise<null>;
	command(name: string, id: number, args: Plain, timeoutMs?: number): Promise<Plain>;
	/** Whether batches read a given canonical form instead of the caller's words. */
	readonly readsCanonicalForm: boolean;
	batch(...args: [...BatchArguments, onProgress: ((rows: number) => void) | undefined]): {
		promise: Promise<NativeBatchResult>;
		stop(): void;
	};
	batchSync(...args: BatchArguments): NativeBatchResult;
	memory(): NativeMemory[];
	collectGarbage(): Promise<null>;
	/** Samples the first state, from its start if it is not open yet. */
	startProfile(intervalUs: number): Promise<null>;
	/** Returns the samples since the last call; `end` stops sampling. Null if sampling was not started. */
	takeProfile(end: boolean): Promise<NativeProfile | null>;
	/** The bytecode that the states compiled or were given, if there is more than last time. */
	takeCompiled(): Uint8Array | null;
	close(): void;
}

export interface ThreadEngine extends NativeEngine {
	/**
	 * For how many milliseconds a state has not responded to its interruption. It is more than a few only during one long
	 * C call.
	 */
	interruptingMs(): number;
}

export interface Addon {
	Tree: new (ids: Uint32Array, edges: Uint32Array, flags: Uint8Array) => NativeTree;
	AllocatedNodes: new (tree: NativeTree | null, words: Uint32Array) => NativeAllocatedNodes;
	Canonicalizer: new () => NativeCanonicalizer;
	Engine: new (config: NativeEngineConfig, onLog: (text: string) => void) => ThreadEngine;
	versions: { luajit: string; zlib: string };
	/** Names by number; see `rowStatuses`. */
	rowStatuses: string[];
}

/** The package's root folder: lua/, data/ and the addon are located relative to it. */
export const packageFolder = fileURLToPath(new URL("../..", import.meta.url));

let loaded: Addon | undefined;
let named: string | undefined;

/** Makes `addon()` load this file on any system; used by the exports for one platform, such as `pobatch/linux-x64`. */
export function useBinary(file: string | undefined): void {
	named = file;
}

/** Arguments for processes that this one starts, which pass them to their own `useBinary`. */
export const binaryArguments = (): string[] => (named === undefined ? [] : [named]);

/**
 * The native addon: the file given to `useBinary`, otherwise `build/Release` of a source build, otherwise the prebuilt
 * binary for this platform.
 *
 * @throws PobatchError ADDON_NOT_FOUND
 */
export function addon(): Addon {
	if (loaded) return loaded;
	const require = createRequire(import.meta.url);
	let file = named;
	try {
		file ??= find(require);
		const found = require(file) as Addon;
		checkFits(found);
		loaded = found;
		return loaded;
	} catch (cause) {
		throw addonNotFound(file, cause);
	}
}

function find(require: NodeJS.Require): string {
	// node-gyp-build only recognises Alpine as a system with musl.
	const isMusl = process.platform === "linux" && glibcVersion() === undefined && !process.env.LIBC;
	if (isMusl) process.env.LIBC = "musl";
	try {
		return (require("node-gyp-build") as { path(folder: string): string }).path(packageFolder);
	} finally {
		if (isMusl) delete process.env.LIBC;
	}
}

/** The file may come from another version. @throws Error that says so @internal */
export function checkFits({ rowStatuses: names }: Pick<Addon, "rowStatuses">): void {
	if (String(names) === String(rowStatuses)) return;
	throw new Error(`it was built from another version of this package (row statuses ${names})`);
}

/** @param file a file that was found but does not load; undefined if none was found */
function addonNotFound(file: string | undefined, cause: unknown): PobatchError {
	const { platform, arch, versions } = process;
	const where = `${platformName()}, Node ${versions.node}`;
	const libc = platform === "linux" ? `*.${glibcVersion() === undefined ? "musl" : "glibc"}` : "*";
	const message =
		file === undefined
			? `No native addon for ${where}: looked for build/Release/*.node and prebuilds/${platform}-${arch}/${libc}.node in ${packageFolder}`
			: `The native addon ${file} does not load on ${where}: ${cause instanceof Error ? cause.message.split("\n")[0] : String(cause)}`;
	const floor = platform === "linux" ? ` Prebuilt binaries need glibc ${GLIBC_FLOOR} or newer.` : "";
	return new PobatchError("ADDON_NOT_FOUND", message, {
		cause,
		hint: `Build it from source with \`npx pobatch build-addon\`, which needs CMake, make and a C++20 compiler.${floor}`,
	});
}

/** The addon's code for a call that was not made because its state was in doubt and could not be reopened. */
export const stateLost = "STATE_LOST";

/** Turns an error of the addon, a plain `Error` with `code` and `traceback`, into a PobatchError. */
export function fromNative(error: unknown): unknown {
	if (error instanceof PobatchError) return error;
	if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
	const traceback = "traceback" in error ? String(error.traceback) : "";
	// Only code that can replace the state needs to distinguish the two.
	const code = error.code === stateLost ? "CALCULATOR_ERROR" : error.code;
	return new PobatchError(code as PobatchErrorCode, error.message, {
		traceback,
		...(code === "MEMORY" && { hint: memoryHint }),
	});
}
