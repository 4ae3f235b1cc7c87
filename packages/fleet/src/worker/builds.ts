import { LRUCache } from "lru-cache";
import { PobatchError } from "pobatch";
import type { Loaded, States } from "pobatch/engine";
import { type BuildText, readBuild } from "../protocol/build.js";
import { JobFailure } from "../protocol/failure.js";

/** A build that a worker's states have loaded. */
export interface WorkerBuild {
	/** Its number in the executor. */
	readonly id: number;
	readonly loaded: Loaded;
	users: number;
	/** Its last user unloads it. */
	isEvicted: boolean;
}

/** After this many rows, the calculator may have something that later processes can use. */
const rowsToTell = 1000;

/** A worker's builds, by digest; the most recently used ones stay loaded. */
export class WorkerBuilds {
	readonly #states: States;
	readonly #fetch: (digest: string) => Promise<string | null>;
	readonly #kept: LRUCache<string, WorkerBuild>;
	readonly #loading = new Map<string, Promise<WorkerBuild>>();
	#lastId = 0;
	#rows = 0;

	/** @param fetch reads a build's text from the queue; null if it is not there */
	constructor(states: States, count: number, fetch: (digest: string) => Promise<string | null>) {
		this.#states = states;
		this.#fetch = fetch;
		this.#kept = new LRUCache({
			max: count,
			dispose: (build) => {
				build.isEvicted = true;
				this.#forgetUnused(build);
			},
		});
	}

	/** Number of loaded builds. */
	get size(): number {
		return this.#kept.size;
	}

	/** Returns the build, loaded until it is released. @throws Error with which the job fails */
	async acquire(digest: string): Promise<WorkerBuild> {
		for (;;) {
			const build = this.#kept.get(digest) ?? (await this.#loadOnce(digest));
			// Builds that were loaded meanwhile may have displaced it.
			if (build.isEvicted) continue;
			build.users++;
			return build;
		}
	}

	release(build: WorkerBuild, rows: number): void {
		build.users--;
		this.#forgetUnused(build);
		this.#rows += rows;
		if (this.#rows < rowsToTell) return;
		this.#rows = 0;
		this.#states.source.calculated?.((name) => this.#command(name)).catch(() => {});
	}

	#loadOnce(digest: string): Promise<WorkerBuild> {
		let loading = this.#loading.get(digest);
		if (!loading) {
			loading = this.#load(digest).finally(() => this.#loading.delete(digest));
			this.#loading.set(digest, loading);
		}
		return loading;
	}

	async #load(digest: string): Promise<WorkerBuild> {
		const json = await this.#fetch(digest);
		const given = json === null ? undefined : readBuild(json, digest);
		if (!given) throw new JobFailure("noBuild", "BUILD_INVALID", "the build is not at the queue");
		const id = ++this.#lastId;
		const loaded = await this.#loadText(id, given).catch((error: PobatchError) => {
			throw new JobFailure("notLoaded", error.code ?? "CRASH", error.message);
		});
		if (id === 1) await this.#states.source.loaded?.((name) => this.#command(name));
		const build = { id, loaded, users: 0, isEvicted: false };
		this.#kept.set(digest, build);
		return build;
	}

	async #loadText(id: number, { text, spec, timeoutMs }: BuildText): Promise<Loaded> {
		const { source: calculator, executor } = this.#states;
		const { source } = calculator.prepare(text, spec === undefined ? {} : { spec });
		const treeOf = (version: string) => calculator.treeOf(version);
		const answer = await executor.load({ build: id, text, spec, source, timeoutMs, treeOf });
		if (answer.refused === undefined) return answer;
		throw new PobatchError("BUILD_INVALID", answer.refused);
	}

	#command(name: string) {
		return this.#states.executor.command({ name, build: 0, args: {} });
	}

	#forgetUnused(build: WorkerBuild): void {
		if (build.isEvicted && build.users === 0) this.#states.executor.unload(build.id).catch(() => {});
	}
}
