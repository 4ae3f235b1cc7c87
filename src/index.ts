export type { BuildInfo } from "./builds/build-info.js";
export { decodePobCode, encodePobCode } from "./builds/code.js";
export type { Sheet, SheetGroup, SheetLine, SheetNote, SheetOptions } from "./builds/sheet.js";
export type { BuildWarning, BuildWarningCode } from "./builds/warnings.js";
export type { RowCacheOptions } from "./cache/cache-options.js";
export type { CachePolicy } from "./cache/memory/row-memory.js";
export type { RowCacheStatistics } from "./cache/row-cache.js";
export type { Certificate, PartStatus } from "./calculators/pob/certificates.js";
export { findPob } from "./calculators/pob/checkout.js";
export {
	type InstallOptions,
	installPob,
	listInstalls,
	type PobInstall,
	removeInstall,
} from "./calculators/pob/install.js";
export type { CertifyProgress, LoadOptions } from "./calculators/source.js";
export type { EngineWarning, EngineWarningCode } from "./common/engine-warning.js";
export { PobatchError, type PobatchErrorCode, type PobatchErrorDetails } from "./common/errors.js";
export { Build, type BuildSearchResult } from "./engine/build.js";
export { type CacheScope, type CertificationResult, Engine } from "./engine/engine.js";
export type { EngineOptions, QueueOptions } from "./engine/options.js";
export {
	type ConfigOption,
	type OfVariant,
	type OfVariants,
	Variant,
	type VariantBuild,
	type VariantCheck,
} from "./engine/variant.js";
export type { QueueState } from "./executors/executor.js";
export type { NativeMemory as StateMemory, Plain, SetKind } from "./native/addon.js";
export { versions } from "./native/versions.js";
export {
	type Certified,
	type CertifyOptions,
	certifyPob,
} from "./operations/certify/certify-pob.js";
export type { CorpusBuild } from "./operations/certify/corpus.js";
export { Profile, type ProfiledFunction, type ProfiledPhase } from "./profile/profile.js";
export type { SpeedscopeFile } from "./profile/speedscope.js";
export { BatchResult, type CacheUse, RowError } from "./rows/batch-result.js";
export type { AsyncBatchOptions, BatchOptions, CalculateOptions, Evaluator } from "./rows/evaluator.js";
export {
	type AttributeName,
	type FullNodeSet,
	type NodeChoices,
	type NodeSetDelta,
	NodeSets,
} from "./rows/node-sets.js";
export type { Budgets } from "./search/budgets.js";
export type { LimitedBy } from "./search/explore.js";
export type { Floor } from "./search/floors.js";
export type { Pool } from "./search/graph.js";
export type { JewelChange, Jewels, WornJewel } from "./search/jewels.js";
export { type OrderedStep, type OrderOptions, type OrderResult, orderTree } from "./search/order.js";
export {
	type ParetoOptions,
	type ParetoProgress,
	type ParetoResult,
	type ParetoTree,
	searchPareto,
} from "./search/pareto.js";
export { type NodePower, nodePower, type PowerOptions, type PowerResult } from "./search/power.js";
export type { SearchLimits } from "./search/rows.js";
export { type SearchOptions, type SearchProgress, type SearchResult, searchTree } from "./search/search.js";
export type { SearchStart } from "./search/start.js";
export type { SearchStep, StepNode } from "./search/steps.js";
export type { Restrictions } from "./search/task.js";
export { type Trimmed, type TrimOptions, type TrimResult, trimTree } from "./search/trim.js";
export { PassiveTree, type TreePath } from "./tree/passive-tree.js";
export { type DrawnTree, type TreeSvgOptions, treeToSvg } from "./tree/svg/tree-svg.js";
export type * from "./tree/tree-data.js";
export type * from "./variants/change.js";
