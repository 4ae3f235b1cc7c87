// `pobatch/engine`: what executors in other packages are built on. It changes together with them and does not follow
// the stability rules of the public API in src/index.ts.
export type { CalculatorSource } from "../calculators/source.js";
export { shortened } from "../common/errors.js";
export { BatchRows, type RowsRequest } from "../executors/batch-rows.js";
export type {
	BatchRequest,
	CommandRequest,
	Executor,
	Loaded,
	LoadRequest,
	QueueState,
	Refused,
	RunningBatch,
} from "../executors/executor.js";
export { noChildLeft } from "../executors/process/process-batch.js";
export type { Identity, NativeBatchResult, NativeMemory, NativeProfile } from "../native/addon.js";
export { rowStatus, rowStatuses } from "../native/row-status.js";
export { versions } from "../native/versions.js";
export { normalChange } from "../variants/normal-change.js";
export { type VariantPart, type VariantRows, variantRows } from "../variants/variant-rows.js";
export type { FleetPackage, OwnStates } from "./fleet.js";
export { type EngineKind, engineKind, kindDigest } from "./kind.js";
export { createStates, type States } from "./states.js";
export { changeDigest } from "./variant.js";
