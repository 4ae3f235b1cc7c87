import type { RowCacheOptions } from "../cache/cache-options.js";
import type { CertifyProgress } from "../calculators/source.js";
import type { EngineWarning } from "../common/engine-warning.js";
import type { Plain } from "../native/addon.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import type { TreeData } from "../tree/tree-data.js";

/** Rows over many machines, by the package `@pobatch/fleet`: see docs/fleet.md. */
export interface QueueOptions {
	/** `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS: where the workers take rows from. */
	queue: string;
	/** Whose rows go first: 1 (before all others) to 1000. 100 by default. */
	priority?: number;
	/**
	 * Milliseconds that a batch waits while no worker of this engine's kind is there; it is then refused with NO_WORKER. A
	 * minute by default.
	 */
	workerWaitMs?: number;
}

export interface EngineOptions {
	/** `"reference"` (the default), `"pob"`, or the path of a Lua file that keeps the calculator contract. */
	calculator?: string;
	/**
	 * Folder of a Path of Building checkout, for `"pob"`. Else the variable POBATCH_POB, else the newest that
	 * `pobatch pob install` put into the user's data folder.
	 */
	pob?: string;
	/** The passive tree: a tree, its data, or the path of Path of Building's tree JSON. The embedded one by default. */
	tree?: PassiveTree | TreeData | string;
	/** Native threads, each with a state of its own; one per core by default. */
	threads?: number;
	/**
	 * `"thread"` (the default): states on threads of this process. `"process"`: each state in a child process, so that
	 * a crash, a kill or a wedged C call loses nothing; no synchronous calls.
	 */
	isolation?: "thread" | "process";
	/** Megabytes (2^20 bytes) that each state may hold once its calculator is open. No limit by default. */
	memoryLimitMB?: number;
	/** Milliseconds that one row may take, unless a batch says otherwise. No limit by default. */
	rowTimeoutMs?: number;
	/** Milliseconds that opening the calculator may take. No limit by default. */
	openTimeoutMs?: number;
	/**
	 * Rows that were calculated before are not calculated again. On by default with Path of Building; the reference
	 * calculator is about as fast as a cache.
	 */
	cache?: boolean | RowCacheOptions;
	/**
	 * Takes files, processes, the FFI, the debug library and bytecode away from a calculator of your own. On by default;
	 * off only for a file that you trust like your own program.
	 */
	sandbox?: boolean;
	/**
	 * Undoes after each row whatever a calculator of your own changed: its build, its variables, its globals. On by
	 * default in the sandbox, and only possible there. It takes time in proportion to what the calculator keeps; off for
	 * a file that you know to leave nothing behind.
	 */
	rollback?: boolean;
	/**
	 * Passed to the `open` of a calculator of your own. With Path of Building: `trust`, `"known"` (the default) or
	 * `"certified"`, what is used of a release that is not known (docs/exactness.md), `engine.certification`; `verifyShare`, rows verified
	 * then (0.01); `fast: false`, nothing but its own functions; `keepAnalysis: false`, nothing about the checkout is kept on disk.
	 */
	options?: Plain;
	/**
	 * Samples the first state from before the calculator opens, for {@link Engine.takeProfile}. Off by default; states
	 * that are sampled run slower.
	 */
	profile?: boolean;
	/**
	 * Rows of batches on other machines; this engine then has one state, for loads, commands and synchronous calls, whatever
	 * `threads` says. By default rows are calculated here.
	 */
	executor?: QueueOptions;
	/** Gets what the calculator logs, line by line. */
	onLog?: (text: string) => void;
	/** Gets how far a certification in the background is: see `engine.certification`. */
	onCertifying?: (progress: CertifyProgress) => void;
	/** Gets what should be known but stops nothing; `process.emitWarning` does by default. */
	onWarning?: (warning: EngineWarning) => void;
}
