import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll } from "vitest";

const relays = new Set<Relay>();
// Of the file: hooks that are set while tests run do not count.
afterAll(() => Promise.all(Array.from(relays, (relay) => relay.cut())));

/** A way to a port that can be cut. */
export class Relay {
	readonly #target: number;
	readonly #sockets = new Set<Socket>();
	#server: Server | undefined;
	port = 0;

	constructor(target: number) {
		this.#target = target;
		relays.add(this);
	}

	/** Opens it, at the same port as before. */
	async open(): Promise<this> {
		const server = createServer((near) => {
			const far = connect(this.#target, "127.0.0.1");
			for (const [socket, other] of [
				[near, far],
				[far, near],
			] as const) {
				this.#sockets.add(socket);
				socket.on("error", () => {});
				socket.on("close", () => {
					this.#sockets.delete(socket);
					other.destroy();
				});
				socket.pipe(other);
			}
		});
		await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
		this.port = (server.address() as { port: number }).port;
		this.#server = server;
		return this;
	}

	/** Drops what is connected, and refuses others. */
	async cut(): Promise<void> {
		const server = this.#server;
		if (!server) return;
		this.#server = undefined;
		const closed = new Promise((resolve) => server.close(resolve));
		for (const socket of this.#sockets) socket.destroy();
		await closed;
	}
}
