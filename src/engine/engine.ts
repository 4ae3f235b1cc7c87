import { readInfo, texts } from "../builds/build-info.js";
import { RowCache, type RowCacheStatistics } from "../cache/row-cache.js";
import { buildHash, type GroupFilter } from "../cache/row-group.js";
import type { CalculatorSource, Certifying, CertifyProgress, LoadOptions } from "../calculators/source.js";
import { digest } from "../common/digest.js";
import { type EngineWarning, emitWarning } from "../common/engine-warning.js";
import { invalidArgument, PobatchError } from "../common/errors.js";
import type { Executor, QueueState } from "../executors/executor.js";
import { ReplaceableExecutor } from "../executors/replaceable-executor.js";
import {
	addon,
	type Identity,
	type NativeCanonicalizer,
	type NativeMemory,
	type Plain,
} from "../native/addon.js";
import type { Profile } from "../profile/profile.js";
import { Profiler } from "../profile/profiler.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import { Build } from "./build.js";
import { fleetExecutor } from "./fleet.js";
import { engineKind } from "./kind.js";
import type { EngineOptions } from "./options.js";
import { cacheOption, createStates, type States } from "./states.js";

/** Selects rows of the cache. */
export interface CacheScope {
	readonly build?: Build;
	/** A part of the calculator's name and version, such as `"0.16.0"`. */
	readonly calculator?: string;
	/** Rows that include any of these stats. */
	readonly stats?: readonly string[];
}

/** After this many rows there may be something worth keeping for later processes. */
const rowsToTell = 1000;

/** The parts of an open engine. */
interface OpenedEngine {
	readonly executor: Executor;
	readonly source: CalculatorSource;
	readonly calculator: Identity;
	readonly threads: number;
	readonly rowTimeoutMs: number | undefined;
	readonly cache: RowCache | undefined;
	readonly cacheKey: string;
	readonly profiler: Profiler;
	readonly warn: (warning: EngineWarning) => void;
	readonly log: (text: string) => void;
	readonly onCertifying: (progress: CertifyProgress) => void;
	/** Creates states of the calculator that are not open yet. */
	readonly executorOf: States["executorOf"];
}

/** The result of a background certification. */
export interface CertificationResult {
	/** Parts that were found to produce the same results as Path of Building's own functions. */
	readonly certified: readonly string[];
	/** Whether subsequent batches use them. */
	readonly inUse: boolean;
	/** A human-readable summary. */
	readonly text: string;
}

/**
 * A calculator running in one or more Lua states.
 *
 * @example
 * await using engine = await Engine.open({ calculator: "reference", threads: 2 });
 * const build = await engine.load(await readFile("build.xml", "utf8"));
 * const result = await build.calculateBatch(NodeSets.deltas([{ add: [4] }]));
 */
export class Engine {
	/** The calculator's name and version, as reported by the calculator. */
	readonly calculator: { readonly name: string; readonly version: string };
	/**
	 * The tree whose nodes node sets may contain. Undefined if a custom calculator has none, and with Path of Building,
	 * where each build has its own version of the tree (`build.tree`).
	 */
	readonly tree: PassiveTree | undefined;
	/** Native threads that calculate rows; 0 if the workers of a queue calculate them. */
	readonly threads: number;
	readonly #executor: Executor;
	readonly #source: CalculatorSource;
	readonly #rowTimeoutMs: number | undefined;
	readonly #cache: RowCache | undefined;
	readonly #canonicalizer: NativeCanonicalizer | undefined;
	readonly #cacheKey: string;
	/** Whether the calculator derives variants. */
	readonly #derives: boolean;
	readonly #profiler: Profiler;
	readonly #opened: OpenedEngine;
	/** States that can be replaced by others; undefined if that can never happen. */
	readonly #replaceable: ReplaceableExecutor | undefined;
	#certifying: { readonly running: Certifying; readonly result: Promise<CertificationResult> } | undefined;
	#isAskedToCertify = false;
	#lastBuild = 0;
	#lastLoaded = 0;
	readonly #submitting = new Set<Promise<unknown>>();
	/** Rows since the source was last notified. */
	#rows = 0;
	#closed = false;

	private constructor(opened: OpenedEngine) {
		this.#executor = opened.executor;
		this.#source = opened.source;
		this.calculator = { name: opened.calculator.name, version: opened.calculator.version };
		this.#derives = opened.calculator.derives;
		this.tree = opened.source.tree;
		this.threads = opened.threads;
		this.#rowTimeoutMs = opened.rowTimeoutMs;
		this.#cache = opened.cache;
		this.#canonicalizer = opened.cache && new (addon().Canonicalizer)();
		this.#cacheKey = opened.cacheKey;
		this.#profiler = opened.profiler;
		this.#opened = opened;
		this.#replaceable = opened.executor instanceof ReplaceableExecutor ? opened.executor : undefined;
	}

	/**
	 * Opens a calculator in `threads` Lua states.
	 *
	 * @throws PobatchError INVALID_ARGUMENT, FILE_NOT_FOUND, TREE_INVALID, CALCULATOR_SYNTAX, CALCULATOR_INVALID,
	 * CALCULATOR_ERROR, TIMEOUT, MEMORY, ADDON_NOT_FOUND
	 */
	static async open(options: EngineOptions = {}): Promise<Engine> {
		// With a fleet, rows do not run in this process.
		const {
			source,
			executor: states,
			threads,
			executorOf,
			log,
		} = await createStates(options.executor === undefined ? options : { ...options, threads: 1 });
		const { rowTimeoutMs } = options;
		const warn = options.onWarning ?? emitWarning;
		const executor =
			options.executor === undefined
				? states
				: await fleetExecutor(options.executor, {
						executor: states,
						kind: (calculator) => engineKind(source, calculator),
						warn,
					}).catch((error) => {
						states.close();
						throw error;
					});
		const cache = cacheOption(options);
		const rowCache =
			cache === false ? undefined : await RowCache.open(cache === true ? {} : cache, options.onWarning);
		try {
			const profiler = new Profiler(executor, source.chunkFolder);
			if (options.profile === true) await profiler.keepSampling();
			const identity = await executor.open(options.openTimeoutMs);
			// Math functions on another platform may differ in the last digits.
			const platform = `${process.platform} ${process.arch}`;
			const cacheKey = rowCache
				? digest(await source.identity(), identity.name, identity.version, addon().versions.luajit, platform)
				: "";
			return new Engine({
				executor,
				source,
				calculator: identity,
				threads: options.executor === undefined ? threads : 0,
				rowTimeoutMs,
				cache: rowCache,
				cacheKey,
				profiler,
				warn,
				log,
				onCertifying: options.onCertifying ?? (() => {}),
				executorOf,
			});
		} catch (error) {
			executor.close();
			await rowCache?.close();
			throw source.explain?.(error) ?? error;
		}
	}

	/**
	 * Loads a build into every state.
	 *
	 * @param text Path of Building's XML, a PoB code (even as mangled by a chat) or pobatch's JSON; a custom calculator
	 * gets the text unchanged
	 * @throws PobatchError BUILD_INVALID, UNKNOWN_CLASS, CALCULATOR_ERROR, ENGINE_CLOSED
	 */
	async load(text: string, options: LoadOptions = {}): Promise<Build> {
		this.#checkOpen();
		if (typeof text !== "string") throw invalidArgument("a build's text", "text", text);
		const { source, warnings } = this.#source.prepare(text, options);
		const id = ++this.#lastBuild;
		const { timeoutMs } = options;
		const treeOf = (version: string) => this.#source.treeOf(version);
		const loaded = await this.#executor.load({
			build: id,
			text,
			spec: options.spec,
			source,
			timeoutMs,
			treeOf,
		});
		if (loaded.refused !== undefined) {
			const { refused, traceback } = loaded;
			const refusal = new PobatchError("BUILD_INVALID", refused, { traceback });
			throw this.#source.explain?.(refusal) ?? refusal;
		}
		const { info, stats, tree, base } = loaded;
		if (this.#lastLoaded === 0) {
			await this.#source.loaded?.((name) => this.command(name));
			await this.#certify(text);
		}
		this.#lastLoaded = id;
		const compiled = this.#source.compiled && (await this.#executor.takeCompiled());
		if (compiled) await this.#source.compiled?.write(compiled);
		return new Build({
			executor: this.#executor,
			id,
			base,
			info: readInfo(info, this.calculator.name, warnings),
			stats,
			defaultStats: texts(info.defaultStats, stats),
			otherStats: texts(info.otherStats, []),
			tree,
			derives: this.#derives,
			prepareChange: (change) => this.#source.prepareChange?.(change) ?? change,
			rowTimeoutMs: this.#rowTimeoutMs,
			cache: this.#cache,
			canonicalizer: this.#canonicalizer,
			cacheFacts: {
				calculator: this.#cacheKey,
				name: `${this.calculator.name} ${this.calculator.version}`,
				build: this.#cache ? buildHash(text, options.spec) : "",
			},
			checkOpen: () => this.#checkOpen(),
			submitting: this.#submitting,
			calculated: (rows) => this.#calculated(rows),
		});
	}

	/**
	 * With `options: { trust: "certified" }` and a checkout without a certificate: the result of the certification that
	 * started, in a separate process, when the first build was loaded. Until it ends, rows are calculated without the
	 * parts that need certifying; afterwards, with them. Never rejects; undefined if no certification was started.
	 * Closing the engine cancels it, and nothing is kept.
	 */
	get certification(): Promise<CertificationResult> | undefined {
		this.#certifying?.running.keepAlive();
		return this.#certifying?.result;
	}

	async #certify(text: string): Promise<void> {
		// The states of remote workers cannot be replaced from here.
		if (this.#isAskedToCertify || !this.#replaceable) return;
		this.#isAskedToCertify = true;
		const { onCertifying, warn } = this.#opened;
		const running = await this.#source.certify?.((name) => this.command(name), text, {
			onProgress: onCertifying,
			warn,
		});
		if (running === undefined) return;
		if (this.#closed) return running.end();
		this.#certifying = { running, result: this.#useCertified(running) };
	}

	async #useCertified(running: Certifying): Promise<CertificationResult> {
		const { executorOf, log } = this.#opened;
		const { states, ...found } = await running.done;
		if (this.#closed) return { ...found, inUse: false };
		log(found.text);
		const inUse =
			states !== undefined &&
			(await this.#replaceable?.replace(() => executorOf(states.options, states.verification))) === true;
		return { ...found, inUse };
	}

	#calculated(rows: number): void {
		this.#rows += rows;
		if (this.#rows < rowsToTell || this.#closed || !this.#source.calculated) return;
		this.#rows = 0;
		const told = this.#source.calculated((name) => this.command(name)).catch(() => {});
		this.#submitting.add(told);
		void told.finally(() => this.#submitting.delete(told));
	}

	/** Calls one of the calculator's own commands. Returns plain data. */
	async command(name: string, args: Plain = {}): Promise<Plain> {
		this.#checkOpen();
		return this.#executor.command({ name, build: 0, args });
	}

	/**
	 * Bytes per state: current size of the Lua heap, its peak, its limit (0: none), and machine code, which the limit
	 * does not include.
	 */
	memory(): NativeMemory[] {
		this.#checkOpen();
		return this.#executor.memory();
	}

	/**
	 * What waits at the engine's queue and how fast its workers are, to scale them by; undefined without a queue.
	 *
	 * @throws PobatchError QUEUE_UNAVAILABLE if the queue does not answer within two seconds
	 */
	async queue(): Promise<QueueState | undefined> {
		this.#checkOpen();
		return this.#executor.queue?.();
	}

	/** Row cache statistics since the engine was opened; undefined if the cache is off. */
	cacheStatistics(): RowCacheStatistics | undefined {
		return this.#cache?.statistics();
	}

	/**
	 * Removes cached rows that match every condition in `scope`, from memory and from the cache folder. Rows never become
	 * stale, so the purpose is to free memory and disk space, or to remove a person's build from a shared folder. Does
	 * nothing without a cache.
	 *
	 * @returns how many rows were removed from the folder
	 * @throws PobatchError INVALID_ARGUMENT, ENGINE_CLOSED
	 * @example
	 * await engine.invalidateCache({ build });
	 * await engine.invalidateCache({ calculator: "0.16.0" });
	 */
	async invalidateCache(scope: CacheScope = {}): Promise<number> {
		this.#checkOpen();
		const { build, calculator, stats } = scope;
		if (calculator !== undefined && (typeof calculator !== "string" || calculator === ""))
			throw invalidArgument("part of a calculator's name and version", "calculator", calculator);
		if (stats !== undefined && !(Array.isArray(stats) && stats.every((stat) => typeof stat === "string")))
			throw invalidArgument("a list of stat names", "stats", stats);
		if (build !== undefined && !(build instanceof Build))
			throw invalidArgument("a build of an engine", "build", build);
		const filter: GroupFilter = {
			...(build && { builds: [build.context.cacheFacts.build] }),
			...(calculator !== undefined && { name: calculator }),
			...(stats && { stats }),
		};
		return (await this.#cache?.forget(filter)) ?? 0;
	}

	/**
	 * Runs `fn` while LuaJIT's profiler samples the first of the engine's states every millisecond; LuaJIT can sample
	 * only one state per process. Results are bit-identical, but rows are slower, in particular because compiled code is
	 * discarded when sampling starts and stops. Let `fn` run a few hundred rows, or open the engine with `profile: true`.
	 *
	 * @throws PobatchError PROFILE_UNAVAILABLE with `isolation: "process"`, on Windows, and while another profiler runs
	 * in this process, including Node's `--cpu-prof`; whatever `fn` throws
	 * @example
	 * const profile = await engine.profile(() => build.calculateBatch(sets));
	 * await writeFile("rows.speedscope.json", JSON.stringify(profile.toSpeedscope()));
	 */
	async profile(fn: () => unknown): Promise<Profile> {
		this.#checkOpen();
		if (typeof fn !== "function") throw invalidArgument("a function", "fn", fn);
		return this.#profiler.run(fn);
	}

	/**
	 * What was sampled since the last call, or, on the first call, since the engine began to open. Sampling continues.
	 *
	 * @throws PobatchError PROFILE_UNAVAILABLE unless the engine was opened with `profile: true`
	 */
	async takeProfile(): Promise<Profile> {
		this.#checkOpen();
		return this.#profiler.take();
	}

	/** Runs a full garbage collection in every state, after the batches that are running. */
	async collectGarbage(): Promise<void> {
		this.#checkOpen();
		await this.#executor.collectGarbage();
	}

	/** Stops running work, ends the threads and frees the states. Further calls throw ENGINE_CLOSED. */
	async close(): Promise<void> {
		this.#closed = true;
		await this.#certifying?.running.end();
		// A batch whose rows are still being looked up ends like a running one: with the rows known so far, and `stopped`
		// set.
		if (this.#submitting.size > 0) await Promise.allSettled(this.#submitting);
		this.#executor.close();
		this.#canonicalizer?.close();
		await this.#cache?.close();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	#checkOpen(): void {
		if (this.#closed) throw new PobatchError("ENGINE_CLOSED", "The engine is closed");
	}
}
