import { loadCompanion } from "../common/companion.js";
import type { EngineWarning } from "../common/engine-warning.js";
import { expected, PobatchError } from "../common/errors.js";
import type { Executor } from "../executors/executor.js";
import type { Identity } from "../native/addon.js";
import type { EngineKind } from "./kind.js";
import type { QueueOptions } from "./options.js";

/** The states that an engine has on its own machine in addition to a fleet. */
export interface OwnStates {
	/** Not open yet. */
	readonly executor: Executor;
	/** @param calculator as reported by the open states */
	kind(calculator: Identity): Promise<EngineKind>;
	readonly warn: (warning: EngineWarning) => void;
}

/** What `@pobatch/fleet` exports for engines. */
export interface FleetPackage {
	/** @throws PobatchError INVALID_ARGUMENT */
	createExecutor(options: QueueOptions, own: OwnStates): Executor;
}

/** @throws PobatchError INVALID_ARGUMENT, PACKAGE_NOT_FOUND */
export async function fleetExecutor(options: QueueOptions, own: OwnStates): Promise<Executor> {
	// The invalid value may contain a password, so it is not shown.
	if (typeof options !== "object" || options === null || typeof options.queue !== "string")
		throw new PobatchError(
			"INVALID_ARGUMENT",
			expected('an object with a queue, { queue: "redis://…" }', "executor", typeof options),
		);
	const { createExecutor } = await loadCompanion<FleetPackage>("@pobatch/fleet", "An engine with a queue");
	return createExecutor(options, own);
}
