import { Redis, type RedisOptions } from "ioredis";
import { PobatchError } from "pobatch";
import { oneLine } from "pobatch/operations";

type ServerOptions = Partial<Record<"username" | "password", string>> &
	Pick<RedisOptions, "host" | "port" | "db" | "tls">;

const schemes: Readonly<Record<string, { tls: boolean }>> = {
	"redis:": { tls: false },
	"rediss:": { tls: true },
	"valkey:": { tls: false },
	"valkeys:": { tls: true },
};

/** A server's replies to a wrong name or password, or to a user without the permissions that a queue needs. */
const refusals = /WRONGPASS|NOAUTH|NOPERM|invalid password|without any password configured/i;

/** The address of a queue. None of the texts it makes contains the password. */
export class QueueAddress {
	/** `redis://host:port/0`, for messages. */
	readonly text: string;
	readonly #options: ServerOptions;
	readonly #secrets: readonly string[];

	private constructor(text: string, options: ServerOptions, secrets: readonly string[]) {
		this.text = text;
		this.#options = options;
		this.#secrets = secrets;
	}

	/** @throws PobatchError INVALID_ARGUMENT, which does not show the given text: it may contain a password */
	static parse(given: string): QueueAddress {
		let url: URL;
		try {
			url = new URL(given);
		} catch {
			throw wrong("it cannot be read");
		}
		const scheme = schemes[url.protocol];
		if (!scheme) throw wrong("it is for another kind of server");
		if (url.hostname === "") throw wrong("it names no host");
		if (url.search !== "" || url.hash !== "") throw wrong("it has a ? or a #");
		const database = url.pathname.replace(/^\//, "");
		if (!/^\d{0,4}$/.test(database)) throw wrong("its database is not a number");
		let credentials: [username: string, password: string];
		try {
			credentials = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
		} catch {
			throw wrong("a % in it begins no character");
		}
		const [username, password] = credentials;
		const port = url.port === "" ? 6379 : Number(url.port);
		const options: ServerOptions = {
			host: url.hostname.replace(/^\[|\]$/g, ""),
			port,
			db: Number(database),
			...(username !== "" && { username }),
			...(password !== "" && { password }),
			...(scheme.tls && { tls: {} }),
		};
		const text = `${url.protocol}//${url.hostname}:${port}/${options.db}`;
		return new QueueAddress(
			text,
			options,
			[password, url.password].filter((secret) => secret !== ""),
		);
	}

	/** A connection that reconnects by itself; commands wait meanwhile. It connects with the first command. */
	connection(): Redis {
		return new Redis({
			...this.#options,
			lazyConnect: true,
			maxRetriesPerRequest: null,
			connectTimeout: 5000,
			keepAlive: 5000,
			retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 1000),
		});
	}

	/**
	 * Checks at the start whether the queue responds; waiting for it would hide a mistake.
	 *
	 * @throws PobatchError QUEUE_UNAVAILABLE
	 */
	async check(connection: Redis, timeoutMs = 10_000): Promise<void> {
		let last: Error | undefined;
		let onError: (error: Error) => void = () => {};
		let timer: NodeJS.Timeout | undefined;
		const failed = new Promise<never>((_, reject) => {
			onError = (error) => {
				last = error;
				if (refusals.test(error.message)) reject(error);
			};
			timer = setTimeout(() => reject(last ?? new Error("no answer")), timeoutMs);
		});
		connection.on("error", onError);
		try {
			await Promise.race([connection.ping(), failed]);
		} catch (error) {
			connection.disconnect();
			throw new PobatchError("QUEUE_UNAVAILABLE", `${this.text}: ${this.hide(error)}`, {
				value: this.text,
				hint: "Start a Redis or Valkey server there, or give the address of one, with its password: redis://:PASSWORD@HOST:PORT.",
			});
		} finally {
			clearTimeout(timer);
			connection.off("error", onError);
		}
	}

	/** The message of an error, in one line and without the password. */
	hide(error: unknown): string {
		let text =
			error instanceof Error ? error.message || String((error as { code?: string }).code) : String(error);
		for (const secret of this.#secrets) text = text.replaceAll(secret, "***");
		return oneLine(text);
	}
}

function wrong(why: string): PobatchError {
	return new PobatchError("INVALID_ARGUMENT", `The queue's address is no use: ${why}`, {
		hint: "It is redis://[user:password@]host[:port][/database], or rediss:// for TLS; in a password, characters as / ? # @ are written as %2F %3F %23 %40.",
	});
}
