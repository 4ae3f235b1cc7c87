import type { AddressInfo } from "node:net";
import { PobatchError } from "pobatch";
import { type AlertConfig, Alerts } from "../service/alerts.js";
import { Service, type ServiceOptions } from "../service/service.js";
import { createApp } from "./app.js";
import { isLoopback } from "./security.js";

export interface ServerOptions extends ServiceOptions {
	/** 127.0.0.1 if not given. Any other address than the loopback needs a token. */
	readonly host?: string;
	/** 0: any that is free. */
	readonly port?: number;
	readonly token?: string;
	/** Further names by which the server may be addressed. */
	readonly names?: readonly string[];
	readonly alerts?: AlertConfig;
}

export interface RunningServer extends AsyncDisposable {
	/** `http://127.0.0.1:7777`. */
	readonly address: string;
	readonly service: Service;
	/** Running requests end with an error that says so; jobs with a folder continue after the next start. */
	close(): Promise<void>;
}

/**
 * Starts a server; it answers once its first calculator is open.
 *
 * @throws PobatchError INVALID_ARGUMENT without a token on an address that others reach; as `Engine.open`
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
	const { host = "127.0.0.1", port = 7777, token, names = [], alerts: config, ...rest } = options;
	if (token === undefined && !isLoopback(host))
		throw new PobatchError("INVALID_ARGUMENT", `A server at ${host} needs a token`, {
			value: host,
			hint: "Give --token FILE: without one, anybody who reaches this machine could use it.",
		});
	const service = new Service(rest);
	const app = createApp(service, { host, token, names: names.map((name) => name.toLowerCase()) });
	const alerts = config && new Alerts(service.metrics.registry, config, service.log);
	try {
		// Listen first: a monitor sees that the server is starting, and a used port is reported before the engine opens.
		await app.listen({ host, port });
		await service.start();
	} catch (error) {
		await app.close();
		await service.close();
		throw listenError(error, host, port);
	}
	alerts?.start();
	let closing: Promise<void> | undefined;
	const close = () => {
		alerts?.stop();
		closing ??= service.close().then(() => app.close());
		return closing;
	};
	return {
		address: addressOf(app.server.address() as AddressInfo),
		service,
		close,
		[Symbol.asyncDispose]: close,
	};
}

function addressOf({ address, port, family }: AddressInfo): string {
	return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function listenError(error: unknown, host: string, port: number): unknown {
	const { code } = error as NodeJS.ErrnoException;
	if (code !== "EADDRINUSE" && code !== "EACCES" && code !== "EADDRNOTAVAIL") return error;
	const why =
		code === "EADDRINUSE"
			? "another program has it"
			: code === "EACCES"
				? "the system forbids it"
				: "no such address";
	return new PobatchError("INVALID_ARGUMENT", `Cannot listen at ${host}:${port}: ${why}`, {
		cause: error,
		value: port,
		hint: "Choose another with --port.",
	});
}
