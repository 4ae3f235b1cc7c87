import { Command } from "commander";
import { findPob, installHint, pobSource } from "../calculators/pob/checkout.js";
import {
	installPob,
	listInstalls,
	newestInstall,
	officialRepository,
	removeInstall,
} from "../calculators/pob/install.js";
import { PobatchError } from "../common/errors.js";
import { openOutput } from "./output.js";
import { table } from "./table.js";

export function pobCommand(): Command {
	const command = new Command("pob")
		.description("install, list and remove checkouts of Path of Building")
		.helpCommand(false)
		.addHelpText("after", "\nExample:\n  $ pobatch pob install\n  $ pobatch pob list");
	for (const create of [installCommand, listCommand, pathCommand, removeCommand])
		command.addCommand(create());
	return command;
}

function installCommand(): Command {
	return new Command("install")
		.description("clone Path of Building into the user's data folder, shallow; needs git")
		.option("--from <url|folder>", "git repository, or a folder with Path of Building", officialRepository)
		.option("--ref <ref>", "tag or branch; the newest release tag if not given")
		.addHelpText(
			"after",
			"\nExample:\n  $ pobatch pob install --ref v0.20.0\n  $ pobatch pob install --from ~/src/PathOfBuilding-PoE2 --ref dev",
		)
		.action(install);
}

async function install({ from, ref }: { from: string; ref?: string }): Promise<void> {
	// Git draws its own progress; in a pipe its many redrawn lines are of no use.
	const onTerminal = process.stderr.isTTY;
	const { name, path } = await installPob({
		from,
		...(ref !== undefined && { ref }),
		...(onTerminal && { onProgress: (text) => process.stderr.write(text) }),
	});
	await print(`Installed ${name} in ${path}\n`);
}

function listCommand(): Command {
	return new Command("list")
		.description("list what is installed; the one that is used without --pob is marked")
		.addHelpText("after", "\nExample:\n  $ pobatch pob list")
		.action(list);
}

async function list(): Promise<void> {
	const installs = await listInstalls();
	const { POBATCH_POB } = process.env;
	if (POBATCH_POB) process.stderr.write(`The variable POBATCH_POB goes first: ${POBATCH_POB}\n`);
	if (installs.length === 0) {
		process.stderr.write("None is installed: `pobatch pob install` does.\n");
		return;
	}
	const rows = installs.map(({ name, path, installed }, i) => [
		i === 0 && !POBATCH_POB ? "*" : "",
		name,
		installed.toISOString().slice(0, 10),
		path,
	]);
	await print(table(["", "Name", "Installed", "Folder"], rows));
}

function pathCommand(): Command {
	return new Command("path")
		.description("print the folder of the checkout that is used without --pob, or of the one named")
		.argument("[name]", "as `pob list` shows it")
		.addHelpText("after", '\nExample:\n  $ cd "$(pobatch pob path)"')
		.action(path);
}

async function path(name: string | undefined): Promise<void> {
	if (name !== undefined) {
		const found = (await listInstalls()).find((install) => install.name === name);
		if (!found) throw notFound(`No checkout named ${JSON.stringify(name)} is installed`);
		return print(`${found.path}\n`);
	}
	const folder = await findPob();
	if (folder === undefined) throw notFound("No Path of Building checkout was found");
	await pobSource(folder);
	await print(`${folder}\n`);
}

function removeCommand(): Command {
	return new Command("remove")
		.description("delete an installed checkout")
		.argument("<name>", "as `pob list` shows it")
		.addHelpText("after", "\nExample:\n  $ pobatch pob remove v0.19.0")
		.action(remove);
}

async function remove(name: string): Promise<void> {
	const { path } = await removeInstall(name);
	const next = await newestInstall();
	await print(`Removed ${path}\n`);
	if (next) process.stderr.write(`${next.name} is now the newest.\n`);
}

function notFound(message: string): PobatchError {
	return new PobatchError("POB_NOT_FOUND", message, { hint: installHint });
}

async function print(text: string): Promise<void> {
	await (await openOutput(undefined, [])).write(text);
}
