import { readFile, stat } from "node:fs/promises";
import { type Build, PobatchError } from "pobatch";
import { looksLikeBuild } from "pobatch/operations";
import type { Lease } from "../service/build-store.js";
import type { Service } from "../service/service.js";

export interface SessionOptions {
	/** Who counts as one for limits. */
	readonly client: string;
	/** Files of this machine may be named: by whoever started this process for itself alone. */
	readonly files: boolean;
}

const maxFileBytes = 32 * 2 ** 20;

/** One conversation: it remembers the build that it loaded last. */
export class Session {
	readonly service: Service;
	readonly client: string;
	readonly #files: boolean;
	#last: string | undefined;
	/** The search that was started last. */
	lastJob: string | undefined;

	constructor(service: Service, { client, files }: SessionOptions) {
		this.service = service;
		this.client = client;
		this.#files = files;
	}

	get canReadFiles(): boolean {
		return this.#files;
	}

	/** Loads what the model has: a code, XML, JSON, a link, or the name of a file. */
	async load(source: string, given: { calculator?: string; spec?: number } = {}): Promise<Lease> {
		const lease = await this.service.load({ ...given, ...(await this.#read(source)) });
		this.#last = lease.known.id;
		return lease;
	}

	/** The build of an id, or of any text that `load` takes; the one that was loaded last if nothing is given. */
	async acquire(build: string | undefined): Promise<Lease> {
		const id = build ?? this.#last;
		if (id === undefined)
			throw new PobatchError("INVALID_ARGUMENT", "No build was loaded yet", {
				hint: "Call load with the build's code, link or file.",
			});
		if (build !== undefined && !/^[0-9a-f]{32}$/.test(build.trim())) {
			const last = this.#last;
			const lease = await this.load(build);
			// A build that is only compared does not become the current one.
			this.#last = last ?? lease.known.id;
			return lease;
		}
		return this.service.builds.acquire(id.trim());
	}

	async withBuild<Answer>(
		build: string | undefined,
		body: (build: Build, lease: Lease) => Promise<Answer> | Answer,
	): Promise<Answer> {
		using lease = await this.acquire(build);
		return await body(lease.build, lease);
	}

	async #read(source: string): Promise<{ text: string } | { link: string }> {
		const text = source.trim();
		if (/^<?https?:\/\/\S+$/i.test(text)) return { link: text.replace(/^<|>$/g, "") };
		if (looksLikeBuild(text) || !this.#files || text.length > 1000) return { text };
		const found = await stat(text).catch(() => undefined);
		if (!found?.isFile() || found.size > maxFileBytes)
			throw new PobatchError("FILE_NOT_FOUND", `${text}: there is no such file with a build`, {
				value: text,
				hint: "Give a build's code, its XML, a link to it, or the path of a file with one of them.",
			});
		return { text: await readFile(text, "utf8") };
	}
}
