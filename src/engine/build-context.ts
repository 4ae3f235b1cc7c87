import type { BuildInfo } from "../builds/build-info.js";
import type { RowCache } from "../cache/row-cache.js";
import type { GroupFacts } from "../cache/row-group.js";
import type { Executor } from "../executors/executor.js";
import type { NativeAllocatedNodes, NativeCanonicalizer, Plain } from "../native/addon.js";
import type { PassiveTree } from "../tree/passive-tree.js";

/** What the engine passes to its builds. @internal */
export interface BuildContext {
	executor: Executor;
	id: number;
	base: NativeAllocatedNodes;
	info: BuildInfo;
	stats: readonly string[];
	defaultStats: readonly string[];
	/** Stats that are 0 for the unmodified build, and so not listed, but that node sets can have. */
	otherStats: readonly string[];
	tree: PassiveTree | undefined;
	/** Whether the calculator derives variants. */
	derives: boolean;
	/** Converts a variant's change to the form that the calculator expects. */
	prepareChange: (change: Readonly<Record<string, Plain>>) => Plain;
	rowTimeoutMs: number | undefined;
	cache: RowCache | undefined;
	/** Undefined without a cache. */
	canonicalizer: NativeCanonicalizer | undefined;
	/** Everything that a row of this build depends on, except its stats and its node set. */
	cacheFacts: Omit<GroupFacts, "stats">;
	/** Throws if the engine is closed. */
	checkOpen: () => void;
	/** The engine's batches whose rows are still being looked up. */
	submitting: Set<Promise<unknown>>;
	/** Called when rows have been calculated. */
	calculated: (rows: number) => void;
}
