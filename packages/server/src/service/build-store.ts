import { LRUCache } from "lru-cache";
import type { Build, Engine } from "pobatch";
import { digest } from "pobatch/operations";
import type { Calculators } from "./calculators.js";
import { ServerError } from "./errors.js";

/** A build as it was given: enough to load it again. */
export interface KnownBuild {
	readonly id: string;
	/** Name of the calculator that answers for it. */
	readonly calculator: string;
	readonly text: string;
	readonly spec: number | undefined;
}

export interface BuildStoreLimits {
	/** Builds that each engine keeps loaded. */
	readonly builds: number;
	/** Bytes that loaded builds of one engine may take, over all its states. */
	readonly bytes: number;
	/** Bytes of texts of builds that may have to be loaded again. */
	readonly textBytes: number;
	/** Milliseconds that loading may take. */
	readonly loadMs: number;
}

/** A build in use; it stays loaded until it is released. */
export interface Lease extends Disposable {
	readonly build: Build;
	readonly known: KnownBuild;
	/** It was loaded already. */
	readonly warm: boolean;
}

interface Loaded {
	readonly build: Build;
	users: number;
	/** No longer kept: whoever releases it last closes it. */
	evicted: boolean;
	closed: boolean;
}

/** How long a build that ended its process is refused at once, since it would probably do so again. */
const quarantineMs = 10 * 60_000;

/** Builds by id; they stay loaded as long as there is room. */
export class BuildStore {
	readonly #calculators: Calculators;
	readonly #limits: BuildStoreLimits;
	readonly #onLoad: (build: Build, calculator: string) => void;
	readonly #known: LRUCache<string, KnownBuild>;
	readonly #loaded = new Map<string, LRUCache<string, Loaded>>();
	readonly #loading = new Map<string, Promise<Loaded>>();
	readonly #deadly: LRUCache<string, Error>;

	/** @param onLoad called once for each build that was loaded */
	constructor(
		calculators: Calculators,
		limits: BuildStoreLimits,
		onLoad: (build: Build, calculator: string) => void = () => {},
	) {
		this.#calculators = calculators;
		this.#limits = limits;
		this.#onLoad = onLoad;
		this.#known = new LRUCache({
			maxSize: limits.textBytes,
			sizeCalculation: ({ text }) => 2 * text.length + 200,
		});
		this.#deadly = new LRUCache({ max: 1000, ttl: quarantineMs });
	}

	/** Takes a build's text and loads it. @throws as `Engine.load` */
	async add(given: Pick<KnownBuild, "text"> & { calculator?: string; spec?: number }): Promise<Lease> {
		const calculator = this.#calculators.nameOf(given.calculator);
		const text = given.text.trim();
		const id = digest(calculator, String(given.spec ?? ""), text).slice(0, 32);
		return this.#lease({ id, calculator, text, spec: given.spec });
	}

	/** A build that was added before. @throws ServerError BUILD_UNKNOWN; as `Engine.load`, where it was forgotten meanwhile */
	async acquire(id: string): Promise<Lease> {
		return this.#lease(this.known(id));
	}

	/** The same for a build that whoever asks has kept. @throws as `Engine.load` */
	async acquireKnown(known: KnownBuild): Promise<Lease> {
		return this.#lease(known);
	}

	/** @throws ServerError BUILD_UNKNOWN */
	known(id: string): KnownBuild {
		const known = this.#known.get(id);
		if (known) return known;
		throw new ServerError("BUILD_UNKNOWN", `No build has the id ${JSON.stringify(id)}`, {
			value: id,
			hint: "Load the build again: ids are answered by whatever loads a build, and forgotten in time.",
		});
	}

	/** Forgets a build; whoever uses it may go on. @throws ServerError BUILD_UNKNOWN */
	forget(id: string): void {
		const { calculator } = this.known(id);
		this.#known.delete(id);
		this.#loaded.get(calculator)?.delete(id);
	}

	/** How many builds each engine has loaded. */
	counts(): ReadonlyMap<string, number> {
		return new Map(Array.from(this.#loaded, ([name, builds]) => [name, builds.size]));
	}

	async #lease(known: KnownBuild): Promise<Lease> {
		const engine = await this.#calculators.get(known.calculator);
		const kept = this.#kept(known.calculator).get(known.id);
		let loaded = kept ?? (await this.#load(engine, known));
		// Builds that were loaded at the same time may have displaced it before anybody used it.
		while (loaded.closed) loaded = await this.#load(engine, known);
		loaded.users++;
		if (!this.#known.has(known.id)) this.#known.set(known.id, known);
		let isReleased = false;
		return {
			build: loaded.build,
			known,
			warm: kept !== undefined,
			[Symbol.dispose]: () => {
				if (isReleased) return;
				isReleased = true;
				loaded.users--;
				closeUnused(loaded);
			},
		};
	}

	#load(engine: Engine, known: KnownBuild): Promise<Loaded> {
		const { id } = known;
		const deadly = this.#deadly.get(id);
		if (deadly) return Promise.reject(deadly);
		const running = this.#loading.get(id);
		if (running) return running;
		const loading = this.#loadOne(engine, known).finally(() => this.#loading.delete(id));
		this.#loading.set(id, loading);
		return loading;
	}

	async #loadOne(engine: Engine, { id, calculator, text, spec }: KnownBuild): Promise<Loaded> {
		const before = heapOf(engine);
		let build: Build;
		try {
			build = await engine.load(text, {
				timeoutMs: this.#limits.loadMs,
				...(spec !== undefined && { spec }),
			});
		} catch (error) {
			if ((error as { code?: string }).code === "CRASH") this.#deadly.set(id, error as Error);
			throw error;
		}
		this.#onLoad(build, calculator);
		const loaded: Loaded = { build, users: 0, evicted: false, closed: false };
		// Includes the load's garbage, but not what was collected meanwhile: a rough figure with a lower limit.
		const size = Math.max(heapOf(engine) - before, text.length, 1);
		const kept = this.#kept(calculator);
		kept.set(id, loaded, { size: Math.min(size, this.#limits.bytes) });
		return loaded;
	}

	#kept(calculator: string): LRUCache<string, Loaded> {
		let kept = this.#loaded.get(calculator);
		if (!kept) {
			kept = new LRUCache({
				max: this.#limits.builds,
				maxSize: this.#limits.bytes,
				// Sizes are given with each build.
				sizeCalculation: () => 1,
				dispose: (loaded) => {
					loaded.evicted = true;
					closeUnused(loaded);
				},
			});
			this.#loaded.set(calculator, kept);
		}
		return kept;
	}
}

function closeUnused(loaded: Loaded): void {
	if (!loaded.evicted || loaded.users > 0 || loaded.closed) return;
	loaded.closed = true;
	// A closed engine has forgotten its builds already.
	loaded.build.close().catch(() => {});
}

function heapOf(engine: Engine): number {
	return engine.memory().reduce((sum, { used }) => sum + used, 0);
}
