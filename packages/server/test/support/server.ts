import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { type RunningServer, type ServerOptions, startServer } from "../../src/http/server.js";

export const root = fileURLToPath(new URL("../../../..", import.meta.url));
export const demoText = readFileSync(join(root, "data", "demo-build.json"), "utf8");

/** A folder for one test file's own files. */
export function scratch(): { folder: string; write(name: string, text: string): string } {
	const folder = mkdtempSync(join(tmpdir(), "pobatch-server-"));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	return {
		folder,
		write(name, text) {
			writeFileSync(join(folder, name), text);
			return join(folder, name);
		},
	};
}

/** A server of the reference calculator at a free port. */
export function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
	return startServer({
		calculators: [{ name: "reference", calculator: "reference" }],
		port: 0,
		...options,
		// Faster to start; tests of what a process survives say so.
		engine: { threads: 1, isolation: "thread", ...options.engine },
	});
}

/** What a test sends and gets. */
export class Client {
	readonly address: string;
	readonly headers: Record<string, string>;

	constructor(address: string, headers: Record<string, string> = {}) {
		this.address = address;
		this.headers = headers;
	}

	send(path: string, init: RequestInit = {}): Promise<Response> {
		const headers = { ...this.headers, ...(init.headers as Record<string, string>) };
		return fetch(`${this.address}${path}`, { ...init, headers });
	}

	async json(path: string, body?: unknown, method = body === undefined ? "GET" : "POST") {
		const response = await this.send(path, {
			method,
			...(body !== undefined && {
				body: JSON.stringify(body),
				headers: { "content-type": "application/json" },
			}),
		});
		return { status: response.status, body: JSON.parse(await response.text()) };
	}

	/** Loads a build's text; its id. */
	async load(text = demoText, query = ""): Promise<string> {
		const response = await this.send(`/v1/builds${query}`, {
			method: "POST",
			body: text,
			headers: { "content-type": "text/plain" },
		});
		const body = (await response.json()) as { id: string };
		if (!response.ok) throw new Error(JSON.stringify(body));
		return body.id;
	}

	batch(
		id: string,
		sets: readonly unknown[] | NonNullable<RequestInit["body"]>,
		query = "",
	): Promise<Response> {
		const isList = Array.isArray(sets);
		return this.send(`/v1/builds/${id}/batch${query}`, {
			method: "POST",
			body: isList
				? sets.map((set) => JSON.stringify(set)).join("\n")
				: (sets as NonNullable<RequestInit["body"]>),
			headers: { "content-type": "application/x-ndjson" },
			...(!isList && { duplex: "half" }),
		} as RequestInit);
	}
}

export function lines(text: string): ReturnType<typeof JSON.parse>[] {
	return text
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => JSON.parse(line));
}
