export type { NativeMemory as StateMemory, Plain, SetKind } from "./addon.js";
export { BatchResult, RowError } from "./batch-result.js";
export {
	type AsyncBatchOptions,
	type BatchOptions,
	Build,
	type BuildInfo,
	type CalculateOptions,
	type Sheet,
	type SheetGroup,
	type SheetLine,
	type SheetNote,
	type SheetOptions,
} from "./build.js";
export type { CacheUse } from "./cached-batch.js";
export type { LoadOptions } from "./calculators.js";
export { Engine, type EngineOptions } from "./engine.js";
export type { EngineWarning } from "./engine-warning.js";
export { PobatchError, type PobatchErrorCode, type PobatchErrorDetails } from "./errors.js";
export {
	type AttributeName,
	type FullNodeSet,
	type NodeChoices,
	type NodeSetDelta,
	NodeSets,
} from "./node-sets.js";
export { PassiveTree, type TreePath } from "./passive-tree.js";
export { findPob } from "./pob/checkout.js";
export { decodePobCode, encodePobCode } from "./pob/code.js";
export {
	type InstallOptions,
	installPob,
	listInstalls,
	type PobInstall,
	removeInstall,
} from "./pob/install.js";
export { type NodePower, nodePower, type PowerOptions, type PowerResult } from "./power.js";
export { Profile, type ProfiledFunction, type ProfiledPhase } from "./profile.js";
export type { RowCacheOptions, RowCacheStatistics } from "./row-cache.js";
export type { SpeedscopeFile } from "./speedscope.js";
export type * from "./tree-data.js";
export { type TreeSvgOptions, treeToSvg } from "./tree-svg.js";
export { versions } from "./versions.js";
export type { BuildWarning, BuildWarningCode } from "./warnings.js";
