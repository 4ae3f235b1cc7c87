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

/** How rows of words are meant; see `NodeSets`. */
export type SetKind = "full" | "delta";

/** binding/napi/tree.cpp's class `Tree`; arguments are checked by `PassiveTree`. */
export interface NativeTree {
	neighbours(id: number): Uint32Array;
	frontier(set: Uint32Array, blocked: Uint32Array): Uint32Array;
	unreachable(set: Uint32Array, roots: Uint32Array): Uint32Array;
	shortestPath(set: Uint32Array, blocked: Uint32Array, target: number): Uint32Array;
	pathsWithin(set: Uint32Array, blocked: Uint32Array, points: number): NativePaths;
}

/** binding/napi/allocated_nodes.cpp's class `AllocatedNodes`: what a build has allocated. */
export interface NativeAllocatedNodes {
	/** Blocks the calling thread. */
	canonicalize(
		kind: SetKind,
		words: Uint32Array,
		offsets: Uint32Array,
		variants?: NativeVariantKeys,
	): NativeCanonicalSets;
	/** The first row. */
	canonical(
		kind: SetKind,
		words: Uint32Array,
		offsets: Uint32Array,
	): [added: Uint32Array, removed: Uint32Array];
}

/** Node sets in canonical form, which is made once: for the cache, and for the batch that calculates what it lacks. */
export interface NativeCanonicalSets {
	/** A row's 128-bit key in two words; both 0 where it is no valid set. */
	keys: BigUint64Array;
	/** For each row, the first row with the same key; an invalid row is not equal to any other. */
	firstEqual: Uint32Array;
	/** The addon's own; used up by the batch that it is given to. */
	form: unknown;
}

/** binding/napi/canonical.cpp's class `Canonicalizer`: brings node sets into canonical form on a thread of its own. */
export interface NativeCanonicalizer {
	/** Reads the words once, while the caller may change them. */
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
	/** Text of lua/sandbox.lua where the calculator is not trusted; else empty. */
	sandboxSource: string;
	/** Undo what each row left behind. */
	rollback: boolean;
	chunkName: string;
	packagePath: string;
	options: Plain;
	/** Bytes a state may hold once it is open; 0: no limit. */
	memoryLimit: number;
	/**
	 * Bytecode from an earlier process (`takeCompiled`), or empty, for calculators whose states share what they compile.
	 * LuaJIT does not verify it, so it must come from the same LuaJIT and a trusted source.
	 */
	compiled?: Uint8Array;
	/** For tests: this allocation of Lua's is refused, once in the engine's life. */
	failAllocation?: number;
	/** Counts it from when the calculator is open rather than from the state's start. */
	failAfterOpen?: boolean;
}

export interface NativeBatchResult {
	/** rows x stats, NaN where a row has no numbers */
	results: Float64Array;
	/** Per row a number of `rowStatus`. */
	status: Uint8Array;
	errorRows: Uint32Array;
	/** Index into `texts`, per error. */
	errorTexts: Uint32Array;
	texts: { message: string; traceback: string }[];
	/** How often a state had to be opened anew because a row left it in doubt. */
	reloads: number;
	/** Rows that the calculator answered as equivalent to another one instead of calculating them. */
	memoized: number;
	stopped: "" | "TIMEOUT" | "ABORTED";
	/** Why all of it was calculated a second time, otherwise; see executors/verified-executor.ts. */
	recalculated?: string;
	/** Rows may be withdrawn later: nobody keeps them. */
	unproven?: boolean;
}

/** What a calculator's `load` answered; `refused` alone where it says why the build cannot be loaded. */
export interface NativeLoad {
	info: Record<string, Plain>;
	stats: string[];
	refused?: string;
	/** Of an error in Lua that is the reason. */
	traceback?: string;
}

/** Bytes of one state. */
export interface NativeMemory {
	/** What Lua's heap holds now. */
	used: number;
	/** The most it held so far. */
	peak: number;
	/** The cap of `memoryLimitMB`; 0: none. */
	limit: number;
	/** Compiled machine code; not part of `used`, and outside of the limit. */
	machineCode: number;
}

/** See binding/state/profiler.hpp, `take`. */
export interface NativeProfile {
	frames: [name: string, source: string, line: number][];
	/** Indices into `frames`, innermost first. */
	stacks: number[][];
	/** Indices into `stacks`, in order of time; per sample its ticks and LuaJIT's letter of what it was doing. */
	samples: number[];
	weights: number[];
	states: string;
	/** Ticks outside of Lua, with and without a job. */
	native: number;
	idle: number;
}

/** What a calculator says of itself when it is open. */
export interface Identity {
	name: string;
	version: string;
	/** Whether it derives variants of builds. */
	derives: boolean;
}

/** Which variant each row is of: 0 for the build itself, or n for the n-th one. */
export interface NativeVariantRows {
	readonly rows: Uint32Array;
}

/** With the key of each variant, two words each. */
export interface NativeVariantKeys extends NativeVariantRows {
	readonly keys: BigUint64Array;
}

/** With what the calculator's `derive` gets, and a name that stands for it. */
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
	/** Calculates `rows` alone, ascending; rows that are equal to one of them get its answer, all others none. */
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
	/** Whether a batch that is given a canonical form reads that rather than the caller's words. */
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
	/** What the states compiled, and were given, where there is more of it than last time. */
	takeCompiled(): Uint8Array | null;
	close(): void;
}

export interface ThreadEngine extends NativeEngine {
	/**
	 * How long a state has not responded to its interruption: more than a few milliseconds only during one long C call.
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

/** From now on the addon is this file, whatever the system is: what the exports by platform do, `pobatch/linux-x64` for one. */
export function useBinary(file: string | undefined): void {
	named = file;
}

/** For processes that this one starts: the arguments of their `useBinary`. */
export const binaryArguments = (): string[] => (named === undefined ? [] : [named]);

/**
 * The native addon: the file that `useBinary` names, else `build/Release` of a source build, else the prebuilt binary for this
 * platform.
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
	// node-gyp-build takes Alpine alone for a system with musl.
	const isMusl = process.platform === "linux" && glibcVersion() === undefined && !process.env.LIBC;
	if (isMusl) process.env.LIBC = "musl";
	try {
		return (require("node-gyp-build") as { path(folder: string): string }).path(packageFolder);
	} finally {
		if (isMusl) delete process.env.LIBC;
	}
}

/** The file may be a build or prebuilt binary of another version. @throws Error that says so @internal */
export function checkFits({ rowStatuses: names }: Pick<Addon, "rowStatuses">): void {
	if (String(names) === String(rowStatuses)) return;
	throw new Error(`it was built from another version of this package (row statuses ${names})`);
}

/** @param file what was found but does not load; undefined if nothing was found */
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
