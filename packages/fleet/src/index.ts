import type { QueueOptions } from "pobatch";
import type { Executor, FleetPackage, OwnStates } from "pobatch/engine";
import { FleetExecutor } from "./client/fleet-executor.js";

export { commands } from "./cli/commands.js";
export { QueueMetrics } from "./queue/metrics.js";
export { type RunningWorker, startWorker, type WorkerOptions } from "./worker/worker.js";

/** Used by `Engine.open({ executor: { queue } })`. @internal */
export const createExecutor: FleetPackage["createExecutor"] = (
	options: QueueOptions,
	own: OwnStates,
): Executor => new FleetExecutor(options, own);
