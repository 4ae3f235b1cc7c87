import type { Command } from "commander";
import { fleetCommand } from "./fleet.js";
import { workerCommand } from "./worker.js";

/** The commands that this package adds to `pobatch`. */
export function commands(): Command[] {
	return [workerCommand(), fleetCommand()];
}
