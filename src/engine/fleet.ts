import { loadCompanion } from "../common/companion.js";
import type { EngineWarning } from "../common/engine-warning.js";
import { expected, PobatchError } from "../common/errors.js";
import type { Executor } from "../executors/executor.js";
import type { Identity } from "../native/addon.js";
import type { EngineKind } from "./kind.js";
import type { QueueOptions } from "./options.js";

/** What an engine has on its own machine beside a fleet. */
export interface OwnStates {
	/** Not open yet. */
	readonly executor: Executor;
	/** @param calculator as the open states say it */
	kind(calculator: Identity): Promise<EngineKind>;
	readonly warn: (warning: EngineWarning) => void;
}

/** What `@pobatch/fleet` exports to engines. */
export interface FleetPackage {
	/** @throws PobatchError INVALID_ARGUMENT */
	createExecutor(options: QueueOptions, own: OwnStates): Executor;
}

/** @throws PobatchError INVALID_ARGUMENT, PACKAGE_NOT_FOUND */
export async function fleetExecutor(options: QueueOptions, own: OwnStates): Promise<Executor> {
	// What is wrong may hold a password, so it is not shown.
	if (typeof options !== "object" || options === null || typeof options.queue !== "string")
		throw new PobatchError(
			"INVALID_ARGUMENT",
			expected('an object with a queue, { queue: "redis://…" }', "executor", typeof options),
		);
	const { createExecutor } = await loadCompanion<FleetPackage>("@pobatch/fleet", "An engine with a queue");
	return createExecutor(options, own);
}
