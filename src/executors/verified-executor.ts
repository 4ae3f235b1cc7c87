import type { Identity, NativeBatchResult, NativeMemory, NativeProfile, Plain } from "../native/addon.js";
import { rowStatus } from "../native/row-status.js";
import { variantsOf } from "../variants/variant-rows.js";
import type {
	BatchRequest,
	CommandRequest,
	Executor,
	Loaded,
	LoadRequest,
	Refused,
	RunningBatch,
} from "./executor.js";

/** Configuration of a {@link VerifiedExecutor}. */
export interface Verification {
	/** Share of the rows, 0 to 1, that the originals calculate as well. */
	readonly share: number;
	/**
	 * Three kinds of states: those whose rows are checked, those that check them, and those that replace the first if a
	 * bit differs.
	 */
	readonly trusting: () => Executor;
	readonly originals: () => Executor;
	readonly doubting: () => Executor;
	/** Called once, when a bit differs. */
	readonly onDifference: (why: string) => void;
}

/**
 * States that are trusted until a row proves them wrong. The originals calculate a share of the rows as well, in states
 * of their own. If one bit differs, other states replace the trusted ones, and calculate that batch and all running
 * ones again; `recalculated` in a batch's result says why.
 *
 * Synchronous batches cannot wait for the replacement, so the originals calculate them until it is ready.
 */
export class VerifiedExecutor implements Executor {
	#main: Executor;
	readonly #originals: Executor;
	/** All loaded builds, to load into replacements. */
	readonly #builds = new Map<number, { request: LoadRequest; unstable: ReadonlySet<string> }>();
	/** Builds that the replacement has loaded while it was being opened. */
	readonly #moved = new Set<number>();
	#openTimeoutMs: number | undefined;
	#owed = 0;
	/** Why the states are no longer trusted, and when the replacement is ready. */
	#doubt: { why: string; replaced: Promise<void> } | undefined;
	#closed = false;

	constructor(readonly verification: Verification) {
		this.#main = verification.trusting();
		this.#originals = verification.originals();
	}

	/** Rows are verified from the caller's words after the batch is done. */
	readonly readsCanonicalForm = false;

	async open(timeoutMs?: number): Promise<Identity> {
		this.#openTimeoutMs = timeoutMs;
		const [identity] = await Promise.all([this.#main.open(timeoutMs), this.#originals.open(timeoutMs)]);
		return identity;
	}

	async load(request: LoadRequest): Promise<Loaded | Refused> {
		await this.#doubt?.replaced;
		const [loaded, original] = await Promise.allSettled([
			this.#main.load(request),
			this.#originals.load(request),
		]);
		if (loaded.status === "rejected") throw loaded.reason;
		if (original.status === "rejected") throw original.reason;
		const { value } = original;
		if (value.refused === undefined)
			this.#builds.set(request.build, { request, unstable: unstableOf(value) });
		if ((value.refused !== undefined) !== (loaded.value.refused !== undefined))
			await this.#withdraw(value.refused === undefined ? "a build was refused" : "a build was not refused");
		if (this.#doubt === undefined) return loaded.value;
		await this.#doubt.replaced;
		if (value.refused === undefined && !this.#moved.has(request.build)) await this.#main.load(request);
		return value;
	}

	async unload(build: number): Promise<void> {
		this.#builds.delete(build);
		await this.#doubt?.replaced;
		await Promise.all([this.#main.unload(build), this.#originals.unload(build)]);
	}

	async command(request: CommandRequest): Promise<Plain> {
		await this.#doubt?.replaced;
		const answer = await this.#main.command(request);
		if (request.name !== "doctor" || this.#doubt === undefined) return answer;
		return { ...(answer as object), withdrawn: this.#doubt.why };
	}

	batch(request: BatchRequest, onProgress?: (rows: number) => void): RunningBatch {
		const sample = this.#sample(request);
		let isStopped = false;
		let running: RunningBatch | undefined;
		const run = (report?: (rows: number) => void) => {
			running = this.#main.batch(request, report);
			if (isStopped) running.stop();
			return running.promise;
		};
		const work = async (): Promise<NativeBatchResult> => {
			await this.#doubt?.replaced;
			const isTrusted = this.#doubt === undefined;
			try {
				const result = await run(onProgress);
				if (!isTrusted) return result;
				const why = this.#doubt ? undefined : await this.#difference(request, result, sample);
				if (why !== undefined) await this.#withdraw(why);
				if (this.#doubt === undefined || isStopped) return { ...result, unproven: true };
			} catch (error) {
				// When states are replaced, their running batches fail.
				if (!isTrusted || this.#doubt === undefined || this.#closed) throw error;
			}
			await this.#doubt.replaced;
			return { ...(await run()), recalculated: this.#doubt.why };
		};
		return {
			promise: work(),
			stop: () => {
				isStopped = true;
				running?.stop();
			},
		};
	}

	batchSync(request: BatchRequest): NativeBatchResult {
		if (this.#doubt !== undefined) return this.#originals.batchSync(request);
		const result = this.#main.batchSync(request);
		const sample = this.#sample(request);
		if (sample.length === 0) return { ...result, unproven: true };
		const checked = this.#originals.batchSync(part(request, sample));
		const why = differenceOf(request, result, checked, sample, this.#unstable(request.build));
		if (why === undefined) return { ...result, unproven: true };
		void this.#withdraw(why).catch(() => {});
		return { ...this.#originals.batchSync(request), recalculated: why };
	}

	async takeCompiled(): Promise<Uint8Array | undefined> {
		await this.#doubt?.replaced;
		return this.#main.takeCompiled();
	}

	memory(): NativeMemory[] {
		return [...this.#main.memory(), ...this.#originals.memory()];
	}

	async collectGarbage(): Promise<void> {
		await this.#doubt?.replaced;
		await Promise.all([this.#main.collectGarbage(), this.#originals.collectGarbage()]);
	}

	startProfile(intervalUs: number): Promise<void> {
		return this.#main.startProfile(intervalUs);
	}

	takeProfile(end: boolean): Promise<NativeProfile | undefined> {
		return this.#main.takeProfile(end);
	}

	close(): void {
		this.#closed = true;
		this.#main.close();
		this.#originals.close();
	}

	/** Chooses the rows to verify: each with the same probability, and as many as `share` asks for over time. */
	#sample({ offsets }: BatchRequest): Uint32Array {
		const rows = offsets.length - 1;
		this.#owed += rows * this.verification.share;
		const count = Math.min(rows, Math.floor(this.#owed));
		this.#owed = Math.min(this.#owed - count, 1);
		if (count === rows) return Uint32Array.from({ length: rows }, (_, row) => row);
		const chosen = new Set<number>();
		while (chosen.size < count) chosen.add(Math.floor(Math.random() * rows));
		return Uint32Array.from([...chosen].sort((a, b) => a - b));
	}

	async #difference(
		request: BatchRequest,
		result: NativeBatchResult,
		sample: Uint32Array,
	): Promise<string | undefined> {
		const reached = sample.filter((row) => isComparable(result.status[row]));
		if (reached.length === 0 || this.#closed) return undefined;
		const checked = await this.#originals.batch(part(request, reached)).promise;
		return differenceOf(request, result, checked, reached, this.#unstable(request.build));
	}

	#unstable(build: number): ReadonlySet<string> {
		return this.#builds.get(build)?.unstable ?? new Set();
	}

	/** Replaces the states; resolves when the replacement is ready. */
	#withdraw(why: string): Promise<void> {
		if (this.#doubt === undefined) {
			this.verification.onDifference(why);
			this.#doubt = { why, replaced: this.#replace() };
			this.#doubt.replaced.catch(() => {});
		}
		return this.#doubt.replaced;
	}

	async #replace(): Promise<void> {
		const before = this.#main;
		const fresh = this.verification.doubting();
		try {
			await fresh.open(this.#openTimeoutMs);
			for (const [build, { request }] of this.#builds) {
				await fresh.load(request);
				this.#moved.add(build);
			}
		} catch (error) {
			fresh.close();
			throw error;
		}
		this.#main = fresh;
		before.close();
		if (this.#closed) fresh.close();
	}
}

function unstableOf({ info }: Loaded): ReadonlySet<string> {
	const { unstableStats } = info;
	return new Set(Array.isArray(unstableStats) ? (unstableStats as string[]) : []);
}

/** Whether the row's result is independent of how long it took. */
function isComparable(status: number | undefined): boolean {
	return status === rowStatus.ok || status === rowStatus.failed || status === rowStatus.badResult;
}

/** The same batch, with only some of its rows. */
function part(request: BatchRequest, rows: Uint32Array): BatchRequest {
	const { words, offsets, variants } = request;
	const lengths = Array.from(rows, (row) => (offsets[row + 1] as number) - (offsets[row] as number));
	const ownOffsets = shared(rows.length + 1);
	for (const [i, length] of lengths.entries()) ownOffsets[i + 1] = (ownOffsets[i] as number) + length;
	const ownWords = shared(ownOffsets[rows.length] as number);
	for (const [i, row] of rows.entries())
		ownWords.set(words.subarray(offsets[row], offsets[row + 1]), ownOffsets[i] as number);
	return {
		...request,
		words: ownWords,
		offsets: ownOffsets,
		part: undefined,
		variants: variants && variantsOf(rows, variants),
	};
}

/** In shared memory, as in `NodeSets`. */
function shared(length: number): Uint32Array {
	return new Uint32Array(new SharedArrayBuffer(4 * length));
}

function differenceOf(
	{ stats }: BatchRequest,
	result: NativeBatchResult,
	checked: NativeBatchResult,
	rows: Uint32Array,
	unstable: ReadonlySet<string>,
): string | undefined {
	for (const [i, row] of rows.entries()) {
		const [status, original] = [result.status[row], checked.status[i]];
		if (!isComparable(status) || !isComparable(original)) continue;
		if ((status === rowStatus.ok) !== (original === rowStatus.ok))
			return `row ${row} ${status === rowStatus.ok ? "has numbers" : "fails"}, which it does not by the originals`;
		if (status !== rowStatus.ok) continue;
		for (const [column, stat] of stats.entries()) {
			if (unstable.has(stat)) continue;
			const [value, wanted] = [
				result.results[row * stats.length + column] as number,
				checked.results[i * stats.length + column] as number,
			];
			if (!Object.is(value, wanted)) return `${stat} of row ${row} was ${value} instead of ${wanted}`;
		}
	}
	return undefined;
}
