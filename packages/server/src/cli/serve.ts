import { Command } from "commander";
import { startServer } from "../http/server.js";
import { readAlertConfig } from "../service/alerts.js";
import { integer, readToken, type ServiceFlags, serviceOptions, serviceRequest } from "./options.js";
import { untilSignal } from "./signals.js";

interface ServeFlags extends ServiceFlags {
	host: string;
	port: number;
	token?: string;
	allowHost?: string[];
	maxRows: number;
	rowsPerMinute: number;
	alerts?: string;
}

export function serveCommand(): Command {
	const command = new Command("serve")
		.description("answer other programs over HTTP: REST with OpenAPI, MCP at /mcp, metrics")
		.option("--host <address>", "where to listen; other than the loopback only with --token", "127.0.0.1")
		.option("--port <n>", "0 for any that is free", integer(0, 65_535), 7777)
		.option("--token <file>", "a file with the bearer token that requests must have")
		.option("--allow-host <names>", "further names by which it may be addressed, by comma", (text: string) =>
			text.split(",").map((name) => name.trim()),
		)
		.option("--max-rows <n>", "rows of one request", integer(1, 1_000_000_000), 1_000_000)
		.option(
			"--rows-per-minute <n>",
			"rows of one client, of requests and jobs together; jobs wait where requests are refused",
			integer(1, 1_000_000_000_000),
			60_000_000,
		)
		.option("--jobs <folder>", "keep jobs there, so that they go on after a restart")
		.option("--alerts <file>", "thresholds of metrics, as JSON, for log lines and a webhook");
	return serviceOptions(command)
		.addHelpText(
			"after",
			`
GET /openapi.json lists all requests. Ctrl-C and SIGTERM stop it in order:
running requests end with SHUTTING_DOWN, jobs of --jobs go on the next time.

Example:
  $ pobatch serve --pob PathOfBuilding-PoE2
  $ pobatch serve --pob new=pob-0.20 --pob old=pob-0.16 --allow-links pobb.in
  $ pobatch serve --host 0.0.0.0 --token token.txt --jobs jobs`,
		)
		.action(runServe);
}

async function runServe(flags: ServeFlags): Promise<void> {
	const log = (text: string) => process.stderr.write(`${new Date().toISOString()} ${text}\n`);
	const token = flags.token === undefined ? undefined : await readToken(flags.token);
	const alerts = flags.alerts === undefined ? undefined : await readAlertConfig(flags.alerts);
	const signal = untilSignal();
	const server = await startServer({
		...(await serviceRequest(flags, log)),
		limits: { rows: flags.maxRows, rowsPerMinute: flags.rowsPerMinute },
		host: flags.host,
		port: flags.port,
		names: flags.allowHost ?? [],
		...(token !== undefined && { token }),
		...(alerts && { alerts }),
	});
	process.stdout.write(`${server.address}\n`);
	log(`listening; calculators: ${server.service.calculators.names.join(", ")}`);
	log(`${await signal}: stopping`);
	await server.close();
	log("stopped");
}
