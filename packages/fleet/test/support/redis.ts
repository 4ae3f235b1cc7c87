import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll } from "vitest";

/** The server of this machine, Redis or Valkey; undefined where there is none. */
export const redisProgram = ["redis-server", "valkey-server"].find((program) => {
	try {
		return execFileSync(program, ["--version"], { encoding: "utf8" }) !== "";
	} catch {
		return false;
	}
});

/** What tests that need one say when they skip. */
export const needsRedis = redisProgram === undefined ? " (needs redis-server or valkey-server)" : "";

export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as { port: number };
	await new Promise((resolve) => server.close(resolve));
	return port;
}

const servers = new Set<RedisServer>();
// Of the file: hooks that are set while tests run do not count.
afterAll(() => Promise.all(Array.from(servers, (server) => server.end())));

/** A server of its own on a free port, which writes down what it is told and can be started again. */
export class RedisServer {
	readonly port: number;
	readonly url: string;
	readonly #folder = mkdtempSync(join(tmpdir(), "pobatch-redis-"));
	readonly #options: readonly string[];
	#process: ChildProcess | undefined;

	private constructor(port: number, options: readonly string[]) {
		this.port = port;
		this.url = `redis://127.0.0.1:${port}`;
		this.#options = options;
		servers.add(this);
	}

	static async start(...options: readonly string[]): Promise<RedisServer> {
		const server = new RedisServer(await freePort(), options);
		await server.start();
		return server;
	}

	async start(): Promise<void> {
		const own = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder, "--save", ""];
		const durable = ["--appendonly", "yes", "--appendfsync", "everysec"];
		this.#process = spawn(redisProgram as string, [...own, ...durable, ...this.#options], {
			stdio: "ignore",
		});
		// With a password, too: it answers that it wants one.
		const redis = new Redis({ port: this.port, retryStrategy: () => 20, enableReadyCheck: false });
		redis.on("error", () => {});
		for (let answers = false; !answers; )
			answers = await redis.ping().then(
				() => true,
				(error) => /NOAUTH/.test(error.message),
			);
		redis.disconnect();
	}

	async end(): Promise<void> {
		await this.stop();
		rmSync(this.#folder, { recursive: true, force: true });
	}

	/** Without a word: as when its machine loses power. */
	async stop(): Promise<void> {
		const running = this.#process;
		if (!running || running.exitCode !== null || running.signalCode !== null) return;
		const ended = new Promise((resolve) => running.once("exit", resolve));
		running.kill("SIGKILL");
		await ended;
	}
}
