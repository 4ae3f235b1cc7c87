import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { PobatchError } from "pobatch";
import { looksLikeBuild } from "pobatch/operations";
import { startServer } from "../http/server.js";
import { integer, type ServiceFlags, serviceOptions, serviceRequest } from "./options.js";
import { untilSignal } from "./signals.js";

export function openCommand(): Command {
	return serviceOptions(
		new Command("open")
			.description("look at a build in a browser: starts a server for it and prints the address")
			.argument("<build>", "build: a file with Path of Building XML, a PoB code or JSON, or the code itself")
			.option("--port <n>", "0 for any that is free", integer(0, 65_535), 0),
	)
		.addHelpText("after", "\nExample:\n  $ pobatch open build.xml")
		.action(runOpen);
}

async function runOpen(source: string, flags: ServiceFlags & { port: number }): Promise<void> {
	const log = (text: string) => process.stderr.write(`${text}\n`);
	const text = await readBuild(source);
	const signal = untilSignal();
	const server = await startServer({ ...(await serviceRequest(flags, log)), port: flags.port });
	try {
		const lease = await server.service.load({ text });
		lease[Symbol.dispose]();
		process.stdout.write(`${server.address}/#build=${lease.known.id}\n`);
		log("Ctrl-C ends it.");
		await signal;
	} finally {
		await server.close();
	}
}

async function readBuild(source: string): Promise<string> {
	const text = await readFile(source, "utf8").catch((cause) => {
		if (looksLikeBuild(source)) return source;
		throw new PobatchError("FILE_NOT_FOUND", `${source}: cannot read the build`, { cause, value: source });
	});
	return text;
}
