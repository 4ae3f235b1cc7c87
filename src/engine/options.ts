import type { RowCacheOptions } from "../cache/cache-options.js";
import type { CertifyProgress } from "../calculators/source.js";
import type { EngineWarning } from "../common/engine-warning.js";
import type { Plain } from "../native/addon.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import type { TreeData } from "../tree/tree-data.js";

/** Distributes rows over many machines with the package `@pobatch/fleet`: see docs/fleet.md. */
export interface QueueOptions {
	/**
	 * `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS: the queue that workers take rows from.
	 */
	queue: string;
	/** Priority of this engine's rows: 1 (before all others) to 1000. Default: 100. */
	priority?: number;
	/**
	 * Milliseconds that a batch waits if there is no worker of this engine's kind; it then fails with NO_WORKER. Default:
	 * one minute.
	 */
	workerWaitMs?: number;
}

export interface EngineOptions {
	/** `"reference"` (the default), `"pob"`, or the path of a Lua file that implements the calculator contract. */
	calculator?: string;
	/**
	 * Folder of a Path of Building checkout, for `"pob"`. Default: the environment variable POBATCH_POB, otherwise the
	 * newest checkout that `pobatch pob install` put into the user's data folder.
	 */
	pob?: string;
	/** The passive tree: a tree, its data, or the path of Path of Building's tree JSON. Default: the embedded one. */
	tree?: PassiveTree | TreeData | string;
	/** Native threads, each with its own Lua state. Default: one per core. */
	threads?: number;
	/**
	 * `"thread"` (the default): states on threads of this process. `"process"`: each state in a child process, so that a
	 * crash, a kill or a hung C call loses nothing; synchronous calls are not available.
	 */
	isolation?: "thread" | "process";
	/** Megabytes (2^20 bytes) that each state may use once its calculator is open. No limit by default. */
	memoryLimitMB?: number;
	/** Milliseconds that one row may take, unless overridden by a batch. No limit by default. */
	rowTimeoutMs?: number;
	/** Milliseconds that opening the calculator may take. No limit by default. */
	openTimeoutMs?: number;
	/**
	 * Whether to reuse rows that were calculated before. On by default with Path of Building; the reference calculator is
	 * about as fast as a cache.
	 */
	cache?: boolean | RowCacheOptions;
	/**
	 * Denies a custom calculator access to files, processes, the FFI, the debug library and bytecode. On by default; turn
	 * it off only for a file that you trust like your own program.
	 */
	sandbox?: boolean;
	/**
	 * After each row, undoes whatever a custom calculator changed: its build, its variables, its globals. On by default
	 * in the sandbox, and only possible there. It takes time in proportion to the amount of data that the calculator
	 * keeps; turn it off for a file that is known to leave nothing behind.
	 */
	rollback?: boolean;
	/**
	 * Passed to the `open` function of a custom calculator. With Path of Building: `trust`, `"known"` (the default) or
	 * `"certified"`, which optimizations are used with a release that is not known (see docs/exactness.md and
	 * `engine.certification`); `verifyShare`, the share of rows verified in that case (0.01); `fast: false`, use only its
	 * own functions; `keepAnalysis: false`, keep nothing about the checkout on disk.
	 */
	options?: Plain;
	/**
	 * Samples the first state, starting before the calculator opens, for {@link Engine.takeProfile}. Off by default;
	 * sampled states run slower.
	 */
	profile?: boolean;
	/**
	 * Runs the rows of batches on other machines. The engine then has one local state, for loads, commands and
	 * synchronous calls, regardless of `threads`. By default rows are calculated locally.
	 */
	executor?: QueueOptions;
	/** Receives the calculator's log output, line by line. */
	onLog?: (text: string) => void;
	/** Receives the progress of a background certification: see `engine.certification`. */
	onCertifying?: (progress: CertifyProgress) => void;
	/** Receives conditions worth knowing about that do not stop anything. Default: `process.emitWarning`. */
	onWarning?: (warning: EngineWarning) => void;
}
