import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Redis } from "ioredis";
import { type Plain, PobatchError, type QueueOptions } from "pobatch";
import {
	type BatchRequest,
	type CommandRequest,
	type EngineKind,
	type Executor,
	type Identity,
	kindDigest,
	type Loaded,
	type LoadRequest,
	type NativeBatchResult,
	type NativeMemory,
	type OwnStates,
	type QueueState,
	type Refused,
	type RunningBatch,
} from "pobatch/engine";
import { type BuildText, buildDigest } from "../protocol/build.js";
import { QueueAddress } from "../queue/address.js";
import { listMembers, presenceMs, sayGone, sayPresent } from "../queue/members.js";
import { type QueueLoad, queueLoads } from "../queue/metrics.js";
import { buildSeconds, keys } from "../queue/names.js";
import { FleetBatch } from "./fleet-batch.js";
import { noWorkerText } from "./no-worker.js";
import { QueueClient } from "./queue-client.js";
import { Speed } from "./speed.js";

/** Of a queue at which nobody is. */
const nothing: QueueLoad = {
	kind: "",
	calculator: "",
	workers: 0,
	threads: 0,
	rowsPerSecond: 0,
	waiting: 0,
	active: 0,
	rowsLeft: 0,
	secondsLeft: 0,
};

interface FleetBuild {
	readonly given: BuildText;
	readonly digest: string;
	readonly speed: Speed;
}

/**
 * Batches are evaluated by workers at a queue; everything else by one state of this process: reading a build, commands,
 * and synchronous batches.
 */
export class FleetExecutor implements Executor {
	readonly #address: QueueAddress;
	readonly #priority: number;
	readonly #workerWaitMs: number;
	readonly #own: OwnStates;
	readonly #id = randomUUID();
	readonly #redis: Redis;
	readonly #builds = new Map<number, FleetBuild>();
	readonly #batches = new Set<FleetBatch>();
	#kind: EngineKind | undefined;
	#client: QueueClient | undefined;
	#workers = 0;
	/** Since when there has been no worker; undefined if there is one. */
	#aloneSince: number | undefined;
	#lastProblem = "";
	#watch: NodeJS.Timeout | undefined;
	#isWatching = false;
	#closed = false;

	/** @throws PobatchError INVALID_ARGUMENT */
	constructor({ queue, priority = 100, workerWaitMs = 60_000 }: QueueOptions, own: OwnStates) {
		this.#address = QueueAddress.parse(queue);
		if (!Number.isInteger(priority) || priority < 1 || priority > 1000)
			throw new PobatchError("INVALID_ARGUMENT", "Expected an integer from 1 to 1000 for executor.priority", {
				value: priority,
			});
		if (!(Number.isFinite(workerWaitMs) && workerWaitMs > 0))
			throw new PobatchError("INVALID_ARGUMENT", "Expected a positive number for executor.workerWaitMs", {
				value: workerWaitMs,
			});
		this.#priority = priority;
		this.#workerWaitMs = workerWaitMs;
		this.#own = own;
		this.#redis = this.#address.connection();
	}

	/** Workers receive the caller's words. */
	readonly readsCanonicalForm = false;

	async open(timeoutMs?: number): Promise<Identity> {
		await this.#address.check(this.#redis);
		const identity = await this.#own.executor.open(timeoutMs);
		this.#kind = await this.#own.kind(identity);
		this.#client = await QueueClient.open(this.#address, this.#redis, kindDigest(this.#kind), (error) =>
			this.#problem(error),
		);
		this.#redis.on("ready", () => {
			this.#lastProblem = "";
		});
		await this.#count();
		return identity;
	}

	async load(request: LoadRequest): Promise<Loaded | Refused> {
		const loaded = await this.#own.executor.load(request);
		if (loaded.refused === undefined) {
			const { build, text, spec, timeoutMs } = request;
			const given = {
				text,
				...(spec !== undefined && { spec }),
				...(timeoutMs !== undefined && { timeoutMs }),
			};
			this.#builds.set(build, { given, digest: buildDigest(given), speed: new Speed() });
		}
		return loaded;
	}

	async unload(build: number): Promise<void> {
		this.#builds.delete(build);
		await this.#own.executor.unload(build);
	}

	command(request: CommandRequest): Promise<Plain> {
		return this.#own.executor.command(request);
	}

	batch(request: BatchRequest, onProgress?: (rows: number) => void): RunningBatch {
		const build = this.#builds.get(request.build);
		if (!this.#client || !build || this.#closed)
			throw new PobatchError("ENGINE_CLOSED", "The engine is closed");
		const batch = new FleetBatch(
			request,
			{
				client: this.#client,
				digest: build.digest,
				speed: build.speed,
				priority: this.#priority,
				workers: () => this.#workers,
				sendBuild: () => this.#sendBuild(build),
			},
			onProgress,
		);
		this.#batches.add(batch);
		this.#startWatching();
		const promise = batch.run().finally(() => this.#batches.delete(batch));
		return { promise, stop: () => batch.stop("ABORTED") };
	}

	batchSync(request: BatchRequest): NativeBatchResult {
		return this.#own.executor.batchSync(request);
	}

	memory(): NativeMemory[] {
		return this.#own.executor.memory();
	}

	async queue(): Promise<QueueState> {
		const kind = kindDigest(this.#kind as EngineKind);
		const { loads } = await queueLoads(this.#redis);
		const { kind: _, calculator: __, ...state } = loads.find((load) => load.kind === kind) ?? nothing;
		return state;
	}

	takeCompiled(): Promise<Uint8Array | undefined> {
		return this.#own.executor.takeCompiled();
	}

	collectGarbage(): Promise<void> {
		return this.#own.executor.collectGarbage();
	}

	async startProfile(): Promise<never> {
		throw new PobatchError("PROFILE_UNAVAILABLE", "States of workers cannot be profiled", {
			hint: "Open the engine without a queue.",
		});
	}

	async takeProfile(): Promise<undefined> {}

	close(): void {
		this.#closed = true;
		clearInterval(this.#watch);
		for (const batch of this.#batches) batch.stop("ABORTED");
		this.#own.executor.close();
		if (!this.#client) {
			this.#redis.disconnect();
			return;
		}
		sayGone(this.#redis, this.#id).catch(() => {});
		void this.#client.close();
	}

	/** At most once a day, by whichever engine is first. */
	async #sendBuild({ given, digest }: FleetBuild): Promise<void> {
		const key = keys.build(digest);
		if ((await this.#redis.expire(key, buildSeconds)) === 1) return;
		await this.#redis.set(key, JSON.stringify(given), "EX", buildSeconds);
	}

	#startWatching(): void {
		if (this.#watch) return;
		const watch = () => {
			if (this.#isWatching) return;
			this.#isWatching = true;
			this.#look()
				.catch((error) => this.#problem(error))
				.finally(() => {
					this.#isWatching = false;
				});
		};
		this.#watch = setInterval(watch, presenceMs / 2);
		watch();
	}

	/** While batches run: counts workers, looks after jobs, and publishes how much is left to do. */
	async #look(): Promise<void> {
		if (this.#batches.size === 0) {
			clearInterval(this.#watch);
			this.#watch = undefined;
			this.#aloneSince = undefined;
			await sayGone(this.#redis, this.#id);
			return;
		}
		const kind = this.#kind as EngineKind;
		const batches = [...this.#batches];
		await sayPresent(this.#redis, {
			role: "engine",
			id: this.#id,
			kind: kindDigest(kind),
			parts: kind,
			host: hostname(),
			pid: process.pid,
			rowsLeft: batches.reduce((sum, { rowsLeft }) => sum + rowsLeft, 0),
			secondsLeft: batches.reduce((sum, { msLeft }) => sum + msLeft, 0) / 1000,
		});
		await this.#count();
		for (const batch of batches) await batch.lookAfter();
	}

	/** Counts the workers. Warns if there is none, and ends batches that have waited too long for one. */
	async #count(): Promise<void> {
		const kind = this.#kind as EngineKind;
		const { workers } = await listMembers(this.#redis);
		this.#workers = workers.filter((worker) => worker.kind === kindDigest(kind)).length;
		if (this.#workers > 0) {
			this.#aloneSince = undefined;
			return;
		}
		const text = noWorkerText(kind, workers);
		if (this.#aloneSince === undefined) {
			this.#aloneSince = performance.now();
			this.#own.warn({ code: "NO_WORKER", text: `${text} Rows wait for one.`, where: this.#address.text });
		}
		if (performance.now() - this.#aloneSince < this.#workerWaitMs) return;
		const error = new PobatchError("NO_WORKER", text, {
			value: this.#address.text,
			hint: "Start one: `pobatch worker --queue ADDRESS`, with the same checkout, options and version of pobatch.",
		});
		for (const batch of this.#batches) batch.fail(error);
	}

	/** Warns once, until it works again. */
	#problem(error: unknown): void {
		const text = this.#address.hide(error);
		if (this.#closed || text === this.#lastProblem) return;
		const isFirst = this.#lastProblem === "";
		this.#lastProblem = text;
		const { text: where } = this.#address;
		if (isFirst)
			this.#own.warn({ code: "QUEUE_UNAVAILABLE", text: `The queue ${where}: ${text}; rows wait`, where });
	}
}
