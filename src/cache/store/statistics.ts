import { join } from "node:path";
import { PobatchError } from "../../common/errors.js";
import { reason } from "../../common/system-error.js";
import type { GroupFilter } from "../row-group.js";
import { descriptionsName } from "./descriptions.js";
import { type Files, isCode, nodeFiles } from "./files.js";
import { defaultLimits, listFolder, removeFile } from "./folder.js";
import { forgetGroups } from "./forget.js";
import { RowIndex } from "./row-index.js";
import { runAsync, type Steps, step } from "./steps.js";
import { View } from "./view.js";

/** What a folder of rows holds. */
export interface DiskCacheStatistics {
	/** Distinct rows that can be read. */
	entries: number;
	/** Size of the files. */
	bytes: number;
	/** How many of these bytes cannot be read: damaged, or not completely written. */
	unreadableBytes: number;
}

/** @returns undefined if the folder holds no rows @throws PobatchError FILE_NOT_WRITABLE */
export async function diskCacheStatistics(dir: string): Promise<DiskCacheStatistics | undefined> {
	return usable(dir, statistics(nodeFiles, dir));
}

/**
 * Deletes all rows, and files of earlier versions; safe while other processes use the folder.
 *
 * @returns what was there; undefined if the folder holds no rows @throws PobatchError FILE_NOT_WRITABLE
 */
export async function clearDiskCache(dir: string): Promise<DiskCacheStatistics | undefined> {
	return usable(
		dir,
		(function* () {
			const before = yield* statistics(nodeFiles, dir);
			const { segments, old } = yield* listFolder(nodeFiles, dir);
			const described = yield* step(nodeFiles.list(dir, descriptionsName));
			const descriptions = described.filter(({ size }) => size !== undefined).map(({ name }) => name);
			for (const name of [...segments.map((segment) => segment.name), ...old, ...descriptions])
				yield* removeFile(nodeFiles, join(dir, name));
			return before;
		})(),
	);
}

/** Deletes the rows of some groups. @returns how many @throws PobatchError FILE_NOT_WRITABLE */
export async function forgetRows(dir: string, filter: GroupFilter): Promise<number> {
	return (await usable(dir, forgetGroups(nodeFiles, dir, filter, defaultLimits))) ?? 0;
}

function* statistics(files: Files, dir: string): Steps<DiskCacheStatistics | undefined> {
	const listing = yield* listFolder(files, dir);
	if (listing.segments.length === 0) return undefined;
	const bytes = listing.segments.reduce((sum, { size }) => sum + size, 0);
	// Nothing to report: a segment that cannot be read counts in `unreadableBytes`.
	const view = new View(files, dir, () => {});
	yield* view.update(listing);
	const rows = new RowIndex();
	let readable = 0;
	yield* view.all(({ group, keys }, length) => {
		readable += length;
		const words = new Uint32Array(Uint8Array.from(group).buffer);
		for (let i = 0; i < keys.length; i += 4) {
			// Rows of several groups share one index: both words are hashes, so combining them keeps the rows apart.
			const [a, b] = [
				(keys[i] as number) ^ (words[0] as number),
				(keys[i + 1] as number) ^ (words[1] as number),
			];
			rows.set(a >>> 0, b >>> 0, 0);
		}
	});
	return { entries: rows.size, bytes, unreadableBytes: bytes - readable };
}

async function usable<Answer>(dir: string, steps: Steps<Answer>): Promise<Answer | undefined> {
	try {
		return await runAsync(steps);
	} catch (cause) {
		if (isCode(cause, "ENOENT")) return undefined;
		throw new PobatchError("FILE_NOT_WRITABLE", `The cache folder ${dir} cannot be used: ${reason(cause)}`, {
			cause,
			value: dir,
		});
	}
}
