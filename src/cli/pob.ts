import { Command, Option } from "commander";
import { findPob, installHint, pobSource } from "../calculators/pob/checkout.js";
import {
	installPob,
	listInstalls,
	newestInstall,
	officialRepository,
	removeInstall,
} from "../calculators/pob/install.js";
import { oneLine, PobatchError } from "../common/errors.js";
import { type Certified, type CertifyOptions, certifyPob } from "../operations/certify/certify-pob.js";
import { preparePob } from "../operations/prepare-pob.js";
import { Interrupt } from "./interrupt.js";
import { positive } from "./options.js";
import { openOutput } from "./output.js";
import { nameOfBuild, readBuild } from "./source.js";
import { table } from "./table.js";

export function pobCommand(): Command {
	const command = new Command("pob")
		.description("install, certify, list and remove checkouts of Path of Building")
		.helpCommand(false)
		.addHelpText("after", "\nExample:\n  $ pobatch pob install\n  $ pobatch pob list");
	for (const create of [installCommand, certifyCommand, listCommand, pathCommand, removeCommand])
		command.addCommand(create());
	return command;
}

function installCommand(): Command {
	return new Command("install")
		.description("clone Path of Building into the user's data folder, shallow; needs git")
		.option("--from <url|folder>", "git repository, or a folder with Path of Building", officialRepository)
		.option("--ref <ref>", "tag or branch (default: the newest release tag)")
		.option(
			"--no-certify",
			"only clone: skip preparing for a fast first run, and `pob certify` (at most a minute)",
		)
		.addHelpText(
			"after",
			"\nExample:\n  $ pobatch pob install --ref v0.20.0\n  $ pobatch pob install --from ~/src/PathOfBuilding-PoE2 --ref dev",
		)
		.action(install);
}

async function install({
	from,
	ref,
	certify,
}: {
	from: string;
	ref?: string;
	certify: boolean;
}): Promise<void> {
	// Git draws its own progress; in a pipe, its many redrawn lines are useless.
	const onTerminal = process.stderr.isTTY;
	const { name, path } = await installPob({
		from,
		...(ref !== undefined && { ref }),
		...(onTerminal && { onProgress: (text) => process.stderr.write(text) }),
	});
	await print(`Installed ${name} in ${path}\n`);
	if (!certify) return;
	try {
		if (process.stderr.isTTY) process.stderr.write("preparing …");
		await preparePob(path);
		if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
		const certificate = await certified(path, {});
		if (certificate.tried > 0) await print(describeCertificate(certificate));
	} catch (error) {
		if (process.exitCode !== undefined) return;
		process.stderr.write(`warning: it is not certified: ${oneLine((error as Error).message)}\n`);
	}
}

function certifyCommand(): Command {
	return new Command("certify")
		.description("find out, by calculating, which fast parts can be used with an unknown release")
		.argument("[checkout]", "folder (default: the checkout that is used without --pob)")
		.option("--build <file...>", "builds of your own to compare, in addition to those that come with pobatch")
		.addOption(
			new Option("--timeout <seconds>", "parts that are not proven by then stay off")
				.argParser(positive("seconds"))
				.default(60),
		)
		.addHelpText(
			"after",
			"\nRows of many builds are calculated by Path of Building's own functions and by pobatch's, on two threads,\n" +
				"and compared bit by bit. `--trust certified` uses the parts that gave the same (docs/exactness.md).\n" +
				"\nExample:\n  $ pobatch pob certify ~/PathOfBuilding-PoE2 --build build.xml",
		)
		.action(certifyAction);
}

async function certifyAction(
	checkout: string | undefined,
	{ build = [], timeout }: { build?: string[]; timeout: number },
): Promise<void> {
	const builds = await Promise.all(
		build.map(async (source) => ({ name: nameOfBuild(source), text: await readBuild(source) })),
	);
	await print(describeCertificate(await certified(checkout, { builds, timeoutMs: 1000 * timeout })));
}

/** Certifies with progress on the terminal; Ctrl-C ends it, and nothing is kept. */
async function certified(folder: string | undefined, options: CertifyOptions): Promise<Certified> {
	using interrupt = new Interrupt();
	const line = (text: string) => {
		if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
	};
	line("examining the checkout …");
	try {
		return await certifyPob(folder, {
			...options,
			signal: interrupt.signal,
			onProgress: ({ step, done, total }) => line(`certifying: ${step}, ${done} of ${total} builds`),
		});
	} finally {
		line("");
	}
}

function describeCertificate({ parts, pob, builds, rows, values, elapsedMs }: Certified): string {
	if (parts.length === 0) return `Nothing to certify in ${pob}: all parts are in use\n`;
	const good = parts.filter(({ status }) => status === "certified");
	const seconds = (elapsedMs / 1000).toFixed(0);
	const compared =
		good.length === 0
			? ""
			: `, ${values.toLocaleString("en-US")} numbers of ${rows} rows of ${builds} builds compared, none differs`;
	const lines = parts.map(
		({ part, status, why }) => `  ${status.padEnd(9)} ${part}${why ? `: ${oneLine(why)}` : ""}`,
	);
	return `Certified ${good.length} of ${parts.length} parts that are off in ${pob} in ${seconds} s${compared}\n${lines.join("\n")}\n`;
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
	if (POBATCH_POB) process.stderr.write(`The variable POBATCH_POB takes precedence: ${POBATCH_POB}\n`);
	if (installs.length === 0) {
		process.stderr.write("None is installed: run `pobatch pob install`.\n");
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
