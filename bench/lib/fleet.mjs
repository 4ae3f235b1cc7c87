import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** The installed Redis or Valkey; undefined if there is neither. */
export const redisProgram = ["redis-server", "valkey-server"].find((program) => {
	try {
		return execFileSync(program, ["--version"], { encoding: "utf8" }) !== "";
	} catch {
		return false;
	}
});

/** A server on a free port, which writes its data to disk every second. */
export class RedisServer {
	#folder = mkdtempSync(join(tmpdir(), "pobatch-redis-"));
	#process;

	static async start() {
		const server = new RedisServer();
		const probe = createServer().listen(0, "127.0.0.1");
		await once(probe, "listening");
		server.port = probe.address().port;
		probe.close();
		await once(probe, "close");
		server.url = `redis://127.0.0.1:${server.port}`;
		await server.start();
		return server;
	}

	async start() {
		const own = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder, "--save", ""];
		this.#process = spawn(redisProgram, [...own, "--appendonly", "yes"], {
			stdio: ["ignore", "pipe", "ignore"],
		});
		for await (const line of createInterface({ input: this.#process.stdout }))
			if (line.includes("Ready to accept connections")) break;
		this.#process.stdout.resume();
	}

	/** Kills it, as if the machine lost power. */
	async stop() {
		this.#process.kill("SIGKILL");
		await once(this.#process, "exit");
	}

	async end() {
		await this.stop();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

/** `pobatch worker` in a process of its own; restarted whenever it ends. */
export class Worker {
	#args;
	#child;
	#isEnding = false;
	/** How often it was restarted. */
	restarts = 0;

	/** Resolves when it is ready. */
	static async start(queue, ...args) {
		const worker = new Worker();
		worker.#args = [main, "worker", "--queue", queue, ...args];
		await worker.#start();
		return worker;
	}

	#start() {
		this.#child = spawn(process.execPath, this.#args, { stdio: ["ignore", "ignore", "pipe"] });
		this.#child.once("exit", () => {
			if (this.#isEnding) return;
			this.restarts++;
			void this.#start();
		});
		return new Promise((resolve) => {
			createInterface({ input: this.#child.stderr }).on(
				"line",
				(line) => line.includes(" ready: ") && resolve(),
			);
		});
	}

	/** Kills it with -9. */
	kill() {
		this.#child.kill("SIGKILL");
	}

	async end() {
		this.#isEnding = true;
		this.#child.kill("SIGKILL");
		if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
	}
}
