import { Engine, type EngineOptions } from "pobatch";
import { nearest } from "pobatch/operations";
import { ServerError } from "./errors.js";

/** One calculator of a server, or one checkout of Path of Building. */
export interface CalculatorConfig {
	/** The name by which requests choose it. */
	readonly name: string;
	/** As of `Engine.open`. */
	readonly calculator: string;
	readonly pob?: string;
	/** As of `Engine.open`. */
	readonly tree?: EngineOptions["tree"];
}

/** What all engines of a server have in common. */
export type SharedEngineOptions = Pick<
	EngineOptions,
	| "threads"
	| "isolation"
	| "sandbox"
	| "memoryLimitMB"
	| "rowTimeoutMs"
	| "openTimeoutMs"
	| "cache"
	| "executor"
	| "onLog"
	| "onWarning"
>;

/** Engines by name, each opened when it is first asked for and kept. */
export class Calculators {
	readonly #configs: ReadonlyMap<string, CalculatorConfig>;
	readonly #options: SharedEngineOptions;
	readonly #engines = new Map<string, Promise<Engine>>();
	readonly #open = new Map<string, Engine>();
	readonly defaultName: string;
	#closed = false;

	/** @param configs the first one is used if no name is given */
	constructor(configs: readonly [CalculatorConfig, ...CalculatorConfig[]], options: SharedEngineOptions) {
		this.#configs = new Map(configs.map((config) => [config.name, config]));
		this.#options = options;
		this.defaultName = configs[0].name;
	}

	/** Whether rows are calculated by workers elsewhere. */
	get hasQueue(): boolean {
		return this.#options.executor !== undefined;
	}

	get names(): readonly string[] {
		return [...this.#configs.keys()];
	}

	/** The name that a request means. @throws ServerError NOT_FOUND */
	nameOf(wanted: string = this.defaultName): string {
		if (this.#configs.has(wanted)) return wanted;
		const close = nearest(wanted, this.names);
		throw new ServerError("NOT_FOUND", `There is no calculator ${JSON.stringify(wanted)}`, {
			value: wanted,
			hint: close.length > 0 ? `Did you mean ${close.join(" or ")}?` : `There are ${this.names.join(", ")}.`,
		});
	}

	/** @throws ServerError NOT_FOUND, SHUTTING_DOWN; PobatchError as `Engine.open` */
	get(wanted?: string): Promise<Engine> {
		const name = this.nameOf(wanted);
		if (this.#closed) return Promise.reject(new ServerError("SHUTTING_DOWN", "The server is being stopped"));
		const known = this.#engines.get(name);
		if (known) return known;
		const opening = this.#openOne(name);
		this.#engines.set(name, opening);
		// The next request tries again: the checkout may have been repaired.
		opening.catch(() => this.#engines.delete(name));
		return opening;
	}

	async #openOne(name: string): Promise<Engine> {
		const { calculator, pob, tree } = this.#configs.get(name) as CalculatorConfig;
		const engine = await Engine.open({
			...this.#options,
			calculator,
			...(pob !== undefined && { pob }),
			...(tree !== undefined && { tree }),
		});
		if (this.#closed) {
			await engine.close();
			throw new ServerError("SHUTTING_DOWN", "The server is being stopped");
		}
		this.#open.set(name, engine);
		return engine;
	}

	/** Those that are open. */
	opened(): ReadonlyMap<string, Engine> {
		return this.#open;
	}

	async close(): Promise<void> {
		this.#closed = true;
		await Promise.all(Array.from(this.#open.values(), (engine) => engine.close()));
		this.#open.clear();
	}
}
