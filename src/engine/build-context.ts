import type { BuildInfo } from "../builds/build-info.js";
import type { RowCache } from "../cache/row-cache.js";
import type { GroupFacts } from "../cache/row-group.js";
import type { Executor } from "../executors/executor.js";
import type { NativeAllocatedNodes, NativeCanonicalizer, Plain } from "../native/addon.js";
import type { PassiveTree } from "../tree/passive-tree.js";

/** What the engine hands to its builds. @internal */
export interface BuildContext {
	executor: Executor;
	id: number;
	base: NativeAllocatedNodes;
	info: BuildInfo;
	stats: readonly string[];
	defaultStats: readonly string[];
	/** Stats that are 0 for the build as it is, so not listed, but which node sets can have. */
	otherStats: readonly string[];
	tree: PassiveTree | undefined;
	/** Whether the calculator derives variants. */
	derives: boolean;
	/** What the calculator gets of a variant's change. */
	prepareChange: (change: Readonly<Record<string, Plain>>) => Plain;
	rowTimeoutMs: number | undefined;
	cache: RowCache | undefined;
	/** Where there is a cache. */
	canonicalizer: NativeCanonicalizer | undefined;
	/** Everything that a row of this build depends on but its stats and its node set. */
	cacheFacts: Omit<GroupFacts, "stats">;
	/** Throws if the engine is closed. */
	checkOpen: () => void;
	/** Batches of the engine whose rows are still being looked up. */
	submitting: Set<Promise<unknown>>;
	/** Rows were calculated. */
	calculated: (rows: number) => void;
}
