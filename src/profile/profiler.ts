import { PobatchError } from "../common/errors.js";
import type { Executor } from "../executors/executor.js";
import type { NativeProfile } from "../native/addon.js";
import { nameFunctions } from "./function-names.js";
import { Profile } from "./profile.js";

const intervalMs = 1;

/** Takes the profiles of one engine. */
export class Profiler {
	readonly #executor: Pick<Executor, "startProfile" | "takeProfile">;
	readonly #chunkFolder: string | undefined;
	#goesOn = false;
	#runs = false;
	#since = 0;

	/** @param chunkFolder folder of chunks whose names are relative paths */
	constructor(executor: Pick<Executor, "startProfile" | "takeProfile">, chunkFolder: string | undefined) {
		this.#executor = executor;
		this.#chunkFolder = chunkFolder;
	}

	/** Samples until the engine is closed. */
	async keepSampling(): Promise<void> {
		await this.#start();
		this.#goesOn = true;
	}

	async run(fn: () => unknown): Promise<Profile> {
		if (this.#runs) throw unavailable("The engine is being profiled already", "Wait for the other profile.");
		this.#runs = true;
		try {
			if (this.#goesOn) await this.#take(false);
			else await this.#start();
			return await this.#runSampled(fn);
		} finally {
			this.#runs = false;
		}
	}

	async take(): Promise<Profile> {
		if (!this.#goesOn)
			throw unavailable("The engine is not sampled", "Open it with profile: true, or use engine.profile.");
		if (this.#runs) throw unavailable("The engine is being profiled already", "Wait for the other profile.");
		return this.#profileOf(await this.#take(false));
	}

	async #runSampled(fn: () => unknown): Promise<Profile> {
		try {
			await fn();
		} catch (error) {
			// The samples are discarded. If the engine has been closed meanwhile, the original error matters.
			await this.#take(!this.#goesOn).catch(() => {});
			throw error;
		}
		return this.#profileOf(await this.#take(!this.#goesOn));
	}

	async #start(): Promise<void> {
		await this.#executor.startProfile(intervalMs * 1000);
		this.#since = performance.now();
	}

	async #take(end: boolean): Promise<{ raw: NativeProfile; elapsedMs: number }> {
		const raw = (await this.#executor.takeProfile(end)) as NativeProfile;
		const now = performance.now();
		const elapsedMs = now - this.#since;
		this.#since = now;
		return { raw, elapsedMs };
	}

	async #profileOf({ raw, elapsedMs }: { raw: NativeProfile; elapsedMs: number }): Promise<Profile> {
		const frames = await nameFunctions(raw.frames, this.#chunkFolder);
		return new Profile(raw, frames, intervalMs, elapsedMs);
	}
}

function unavailable(message: string, hint: string): PobatchError {
	return new PobatchError("PROFILE_UNAVAILABLE", message, { hint });
}
