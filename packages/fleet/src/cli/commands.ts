import type { Command } from "commander";
import { fleetCommand } from "./fleet.js";
import { workerCommand } from "./worker.js";

/** What `pobatch` adds to its own commands where this package is installed. */
export function commands(): Command[] {
	return [workerCommand(), fleetCommand()];
}
