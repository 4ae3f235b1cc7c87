#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, type CommanderError } from "commander";
import { packageFolder } from "../native/addon.js";
import { batchCommand } from "./batch.js";
import { buildAddonCommand } from "./build-addon.js";
import { cacheCommand } from "./cache.js";
import { calcCommand } from "./calc.js";
import { companionCommands } from "./companion.js";
import { compareCommand } from "./compare.js";
import { coverageCommand } from "./coverage.js";
import { demoCommand } from "./demo.js";
import { doctorCommand } from "./doctor.js";
import { exitStatus, report } from "./fail.js";
import { orderCommand } from "./order.js";
import { pobCommand } from "./pob.js";
import { powerCommand } from "./power.js";
import { profileCommand } from "./profile.js";
import { searchCommand } from "./search.js";
import { guardStreams } from "./streams.js";
import { trimCommand } from "./trim.js";
import {
	anointsCommand,
	conditionsCommand,
	jewelsCommand,
	supportsCommand,
	weightsCommand,
} from "./variants.js";

// Read from package.json: if the addon is broken, `--version` and `doctor` must still work.
const { version, description } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
	version: string;
	description: string;
};

const program = new Command("pobatch")
	.description(description)
	.version(version, "-V, --version", "print the version")
	.helpCommand(false)
	.option("--debug", "print errors with stack trace, cause and Lua traceback");
const debug = () => program.opts<{ debug?: boolean }>().debug === true;
guardStreams(debug);

for (const create of [
	calcCommand,
	batchCommand,
	powerCommand,
	searchCommand,
	orderCommand,
	trimCommand,
	compareCommand,
	supportsCommand,
	weightsCommand,
	anointsCommand,
	jewelsCommand,
	conditionsCommand,
	profileCommand,
	coverageCommand,
	demoCommand,
	pobCommand,
	cacheCommand,
	doctorCommand,
	buildAddonCommand,
])
	program.addCommand(create());

try {
	for (const command of await companionCommands(process.argv.slice(2))) program.addCommand(command);
	configure();
	await program.parseAsync();
} catch (error) {
	if (isCommanderError(error)) {
		process.exitCode = error.exitCode === 0 ? 0 : 2;
	} else {
		process.stderr.write(report(error, debug() || process.argv.includes("--debug")));
		process.exitCode = exitStatus(error);
	}
}

function configure(): void {
	for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])]) {
		// Commands created elsewhere do not inherit this.
		command
			.helpOption("-h, --help", "print this help")
			.configureHelp({ showGlobalOptions: true })
			.exitOverride();
		command.configureOutput({
			// Commander puts its suggestion on a second line; an error here is one line.
			outputError: (text, write) => write(`${text.trim().replace(/\s*\n\s*/g, " ")}\n`),
		});
	}
}

// Commands of another package may use their own copy of commander.
function isCommanderError(error: unknown): error is CommanderError {
	return (
		error instanceof Error &&
		"exitCode" in error &&
		String((error as CommanderError).code).startsWith("commander.")
	);
}
