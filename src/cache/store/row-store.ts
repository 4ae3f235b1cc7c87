import { resolve } from "node:path";
import type { EngineWarning } from "../../common/engine-warning.js";
import { reason } from "../../common/system-error.js";
import type { GroupFilter, RowGroup } from "../row-group.js";
import { describe, hex } from "./descriptions.js";
import { type Files, isCode, nodeFiles } from "./files.js";
import { append, type Limits, listOrMake, segmentBytes } from "./folder.js";
import { forgetGroups } from "./forget.js";
import { maxWidth } from "./frame.js";
import { Pending } from "./pending.js";
import { runAsync, runSync, type Steps } from "./steps.js";
import { type FrameMemory, type GroupName, type KnownRows, View } from "./view.js";

/** How long rows wait for more of their group to be written together: a program may calculate them one by one. */
const writeDelayMs = 100;
/** Enough bytes to write without waiting, and the maximum per write. */
const writeBytes = 2 ** 20;
/** Rows beyond this limit are not kept; it is reached if the disk is slower than the calculator. */
const maxPendingBytes = 2 ** 28;
/** Milliseconds between two checks for rows of other processes, and before a full disk is tried again. */
const refreshMs = 1000;
const retryMs = 60_000;
/** Maximum number of groups that this process remembers having described; others are described again. */
const maxDescribed = 10_000;

export interface RowStoreOptions {
	folder: string;
	/** Bytes of all segments together. */
	maxBytes: number;
	/** Keeps frames that have been read. */
	memory: FrameMemory;
	onWarning: (warning: EngineWarning) => void;
	files?: Files;
}

/**
 * Rows on disk, by group (everything that a row depends on except its node set) and 128-bit key. Trouble with the
 * folder costs time and one warning: no call throws or rejects because of it.
 */
export class RowStore {
	readonly #folder: string;
	readonly #files: Files;
	readonly #limits: Limits;
	readonly #onWarning: (warning: EngineWarning) => void;
	readonly #memory: FrameMemory;
	#view: View;
	#refreshed = Number.NEGATIVE_INFINITY;
	#refreshing: Promise<void> | undefined;
	readonly #pending = new Pending();
	/** Groups for which this process has written a line to the folder. */
	readonly #described = new Set<string>();
	#timer: NodeJS.Timeout | undefined;
	#writing: Promise<void> | undefined;
	#writesAgain = Number.NEGATIVE_INFINITY;
	#isWarned = false;
	#isClosed = false;

	private constructor({ folder, maxBytes, memory, onWarning, files = nodeFiles }: RowStoreOptions) {
		this.#folder = resolve(folder);
		this.#files = files;
		this.#memory = memory;
		this.#onWarning = onWarning;
		this.#limits = { total: maxBytes, segment: Math.min(segmentBytes, Math.ceil(maxBytes / 8)) };
		this.#view = this.#newView();
	}

	/** Makes the folder. @returns undefined, after a warning, if it cannot be used */
	static async open(options: RowStoreOptions): Promise<RowStore | undefined> {
		const store = new RowStore(options);
		try {
			await runAsync(listOrMake(store.#files, store.#folder));
			return store;
		} catch (error) {
			store.#warnUnusable("cannot be used", error);
			return undefined;
		}
	}

	/**
	 * Fills `known` with the folder's rows of a group.
	 *
	 * @param keys four words per row
	 * @param wanted which of these rows are requested
	 */
	async find(
		group: GroupName,
		keys: Uint32Array,
		wanted: readonly number[],
		known: KnownRows,
	): Promise<void> {
		try {
			const refreshed = this.#refreshed;
			await runAsync(this.#view.read(group, keys, wanted, known, this.#memory));
			const absent = wanted.filter((row) => known[row] === undefined);
			if (absent.length === 0) return;
			if (this.#isStale()) {
				this.#refreshing ??= runAsync(this.#refresh()).finally(() => {
					this.#refreshing = undefined;
				});
			}
			await this.#refreshing;
			// Another call may have refreshed it in the meantime.
			if (this.#refreshed === refreshed) return;
			await runAsync(this.#view.read(group, keys, absent, known, this.#memory));
		} catch (error) {
			this.#warnUnusable("cannot be read", error);
		}
	}

	/** Like {@link find}, but blocks the calling thread. */
	findSync(group: GroupName, keys: Uint32Array, wanted: readonly number[], known: KnownRows): void {
		try {
			runSync(this.#view.read(group, keys, wanted, known, this.#memory));
			const absent = wanted.filter((row) => known[row] === undefined);
			if (absent.length === 0 || !this.#isStale()) return;
			runSync(this.#refresh());
			runSync(this.#view.read(group, keys, absent, known, this.#memory));
		} catch (error) {
			this.#warnUnusable("cannot be read", error);
		}
	}

	/** Stores a row, which must not be modified any more; it is written soon. */
	add(group: RowGroup, keys: Uint32Array, row: number, values: Float64Array): void {
		if (this.#isClosed || performance.now() < this.#writesAgain) return;
		if (values.length > maxWidth || this.#pending.bytes > maxPendingBytes) return;
		this.#pending.add(group, keys, row, values);
		this.#schedule();
	}

	/**
	 * Writes many pending rows at once, blocking the calling thread: a program that never returns to the event loop would
	 * prevent asynchronous writes.
	 */
	relieve(): void {
		if (this.#pending.bytes < writeBytes) return;
		try {
			runSync(this.#writeAll());
		} catch (error) {
			this.#cannotWrite(error);
		}
	}

	/** Deletes the rows of some groups. @returns how many; 0, after a warning, if the folder cannot be used */
	async forget(filter: GroupFilter): Promise<number> {
		await this.#writeOut();
		try {
			const deleted = await runAsync(forgetGroups(this.#files, this.#folder, filter, this.#limits));
			this.#view = this.#newView();
			this.#refreshed = Number.NEGATIVE_INFINITY;
			return deleted;
		} catch (error) {
			this.#warnUnusable("cannot be written to", error);
			return 0;
		}
	}

	/** Waits until all pending rows are written. */
	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#writeOut();
	}

	async #writeOut(): Promise<void> {
		while (this.#writing || this.#pending.bytes > 0) {
			this.#write();
			await this.#writing;
		}
	}

	#isStale(): boolean {
		return performance.now() - this.#refreshed > refreshMs;
	}

	*#refresh(): Steps<void> {
		const listing = yield* listOrMake(this.#files, this.#folder);
		const view = this.#view.fits(listing) ? this.#view : this.#newView();
		yield* view.update(listing);
		this.#view = view;
		this.#refreshed = performance.now();
	}

	#newView(): View {
		return new View(this.#files, this.#folder, (segment, error) => {
			if (error !== undefined) this.#warnUnusable(`cannot be read (${segment})`, error);
			else
				this.#warn(
					"CACHE_DAMAGED",
					`is damaged (${segment}): what cannot be trusted is calculated again; \`pobatch cache clear\` forgets all rows`,
				);
		});
	}

	#schedule(): void {
		if (this.#pending.bytes >= writeBytes) this.#write();
		else if (this.#pending.bytes > 0) this.#timer ??= setTimeout(() => this.#write(), writeDelayMs);
	}

	/** One write at a time. Rows added meanwhile are written by it or after it. */
	#write(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#writing ??= runAsync(this.#writeAll())
			.catch((error) => this.#cannotWrite(error))
			.finally(() => {
				this.#writing = undefined;
				if (!this.#isClosed) this.#schedule();
			});
	}

	*#writeAll(): Steps<void> {
		for (;;) {
			yield* this.#describe();
			const bytes = this.#pending.take(Math.min(writeBytes, this.#limits.segment));
			if (!bytes) return;
			const { segments, old } = yield* append(this.#files, this.#folder, bytes, this.#limits);
			if (segments.length > 0 || old.length === 0) continue;
			const text = `The cache folder ${this.#folder} has files of an older pobatch, which are not read any more and can be deleted: ${old.join(", ")}`;
			this.#onWarning({ code: "CACHE_OLD", text, where: this.#folder });
		}
	}

	*#describe(): Steps<void> {
		const fresh = this.#pending.groups().filter(({ bytes }) => !this.#described.has(hex(bytes)));
		if (fresh.length === 0) return;
		yield* listOrMake(this.#files, this.#folder);
		try {
			yield* describe(this.#files, this.#folder, fresh);
		} catch (error) {
			// Only that one file is affected; trouble with the folder itself shows when rows are written.
			if (!isCode(error, "EACCES", "EPERM", "ELOOP", "EISDIR", "ENOTDIR", "ENOENT")) throw error;
			return;
		}
		if (this.#described.size > maxDescribed) this.#described.clear();
		for (const { bytes } of fresh) this.#described.add(hex(bytes));
	}

	#cannotWrite(error: unknown): void {
		this.#pending.clear();
		this.#writesAgain = performance.now() + retryMs;
		this.#warnUnusable("cannot be written to", error);
	}

	#warnUnusable(what: string, error: unknown): void {
		this.#warn("CACHE_UNUSABLE", `${what}: ${reason(error)}`);
	}

	/** Warns once, since trouble with a folder affects every row. */
	#warn(code: EngineWarning["code"], what: string): void {
		if (this.#isWarned) return;
		this.#isWarned = true;
		this.#onWarning({ code, text: `The cache folder ${this.#folder} ${what}`, where: this.#folder });
	}
}
