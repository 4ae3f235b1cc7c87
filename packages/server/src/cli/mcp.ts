import { Command } from "commander";
import { serveStdio } from "../mcp/stdio.js";
import { Service } from "../service/service.js";
import { type ServiceFlags, serviceOptions, serviceRequest } from "./options.js";
import { untilSignal } from "./signals.js";

export function mcpCommand(): Command {
	return serviceOptions(
		new Command("mcp").description(
			"answer a language model's questions over the Model Context Protocol, on standard input and output",
		),
	)
		.addHelpText(
			"after",
			`
A program that speaks MCP starts this itself; its configuration names the command:
  {"mcpServers":{"pobatch":{"command":"pobatch","args":["mcp","--pob","FOLDER"]}}}`,
		)
		.action(runMcp);
}

async function runMcp(flags: ServiceFlags): Promise<void> {
	// Standard output is the protocol's.
	const log = (text: string) => process.stderr.write(`${text}\n`);
	const service = new Service(await serviceRequest(flags, log));
	try {
		// Opened with the first question otherwise; tools can be listed meanwhile.
		service.start().catch((error) => log(String(error)));
		await Promise.race([serveStdio(service), untilSignal()]);
	} finally {
		await service.close();
		// Its pipe may stay open after a signal.
		process.stdin.destroy();
	}
}
