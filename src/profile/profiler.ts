import { PobatchError } from "../common/errors.js";
import { fromNative, type NativeEngine, type NativeProfile } from "../native/addon.js";
import { nameFunctions } from "./function-names.js";
import { Profile } from "./profile.js";

const intervalMs = 1;

/** Takes the profiles of one engine. */
export class Profiler {
	readonly #native: NativeEngine;
	readonly #chunkFolder: string | undefined;
	#goesOn = false;
	#runs = false;
	#since = 0;

	/** @param chunkFolder where chunks lie that are named by a relative path */
	constructor(native: NativeEngine, chunkFolder: string | undefined) {
		this.#native = native;
		this.#chunkFolder = chunkFolder;
	}

	/** Samples from now on until the engine is closed. */
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
			// Nobody gets the samples; that the engine may be closed by now is no news.
			await this.#take(!this.#goesOn).catch(() => {});
			throw error;
		}
		return this.#profileOf(await this.#take(!this.#goesOn));
	}

	async #start(): Promise<void> {
		try {
			await this.#native.startProfile(intervalMs * 1000);
		} catch (error) {
			throw fromNative(error);
		}
		this.#since = performance.now();
	}

	async #take(end: boolean): Promise<{ raw: NativeProfile; elapsedMs: number }> {
		try {
			const raw = (await this.#native.takeProfile(end)) as NativeProfile;
			const now = performance.now();
			const elapsedMs = now - this.#since;
			this.#since = now;
			return { raw, elapsedMs };
		} catch (error) {
			throw fromNative(error);
		}
	}

	async #profileOf({ raw, elapsedMs }: { raw: NativeProfile; elapsedMs: number }): Promise<Profile> {
		const frames = await nameFunctions(raw.frames, this.#chunkFolder);
		return new Profile(raw, frames, intervalMs, elapsedMs);
	}
}

function unavailable(message: string, hint: string): PobatchError {
	return new PobatchError("PROFILE_UNAVAILABLE", message, { hint });
}
