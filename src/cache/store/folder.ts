import { constants } from "node:fs";
import { join } from "node:path";
import { type Entry, type Files, isCode } from "./files.js";
import { makeFolderIn } from "./make-folder.js";
import { type Steps, step } from "./steps.js";

/**
 * The folder of a row store: files (segments) that are only appended to, in the order of their numbers. Any number of
 * processes may use it at once without a lock. An append is one write at the end of the file, which no other append
 * interrupts; if something goes wrong anyway (a process is killed, the disk is full, the file is on a network share),
 * the result is a frame with a wrong checksum. File names are never reused, since their second half is random.
 */
const ownName = /^rows-(\d{8,15})-[0-9a-f]{8}\.log$/;
/** Files of earlier versions, which kept an LMDB database in the same folder. */
const oldName = /^(data|lock)\.mdb$/;
const wantedName = new RegExp(`${ownName.source}|${oldName.source}`);

export interface Listing {
	/** Plain files, oldest first. */
	segments: { name: string; size: number }[];
	/** The highest number in use, whatever uses it. */
	lastNumber: number;
	/** Files of earlier versions. */
	old: string[];
}

export interface Limits {
	/** Bytes of all segments together; the oldest ones are deleted. */
	total: number;
	/** Bytes after which a new segment begins. */
	segment: number;
}

/** Bytes of a segment if the folder's limit is many times that. */
export const segmentBytes = 2 ** 25;

/** For writes without an engine (`forgetRows`), which must not displace other rows. */
export const defaultLimits: Limits = { total: Number.POSITIVE_INFINITY, segment: segmentBytes };

export function* listFolder(files: Files, folder: string): Steps<Listing> {
	const entries = yield* step(files.list(folder, wantedName));
	const own = entries
		.filter(({ name }) => ownName.test(name))
		.sort((a, b) => numberOf(a) - numberOf(b) || (a.name < b.name ? -1 : 1));
	return {
		segments: own.filter((entry): entry is { name: string; size: number } => entry.size !== undefined),
		lastNumber: numberOf(own.at(-1)),
		old: entries.filter(({ name, size }) => oldName.test(name) && size !== undefined).map(({ name }) => name),
	};
}

function numberOf(entry: Entry | undefined): number {
	return Number(ownName.exec(entry?.name ?? "")?.[1] ?? 0);
}

/**
 * Appends to the newest segment that has room and can be written to, else to a new one.
 *
 * @param except a segment that is about to be deleted
 * @returns what was in the folder before
 */
export function* append(
	files: Files,
	folder: string,
	bytes: Buffer,
	limits: Limits,
	except?: string,
): Steps<Listing> {
	const listing = yield* listOrMake(files, folder);
	const most = limits.segment - bytes.length;
	const usable = listing.segments.filter(({ name, size }) => size <= most && name !== except);
	const file =
		(yield* openNewest(files, folder, usable)) ??
		(yield* openNew(files, folder, listing, limits, bytes.length));
	try {
		for (let at = 0; at < bytes.length; ) at += yield* step(files.write(file, bytes, at));
	} finally {
		yield* step(files.close(file));
	}
	return listing;
}

export function* listOrMake(files: Files, folder: string): Steps<Listing> {
	try {
		return yield* listFolder(files, folder);
	} catch (error) {
		if (!isCode(error, "ENOENT")) throw error;
		yield* makeFolderIn(files, folder);
		return yield* listFolder(files, folder);
	}
}

function* openNewest(files: Files, folder: string, segments: Listing["segments"]): Steps<number | undefined> {
	for (const { name } of [...segments].reverse()) {
		try {
			return yield* step(files.open(join(folder, name), constants.O_WRONLY | constants.O_APPEND));
		} catch (error) {
			// It belongs to another user, or was deleted in the meantime.
			if (!isCode(error, "EACCES", "EPERM", "ENOENT")) throw error;
		}
	}
	return undefined;
}

function* openNew(
	files: Files,
	folder: string,
	listing: Listing,
	limits: Limits,
	bytes: number,
): Steps<number> {
	// Count older segments at full size: they may still be filled.
	const most = (size: number) => Math.max(limits.segment, size);
	let total = listing.segments.reduce((sum, { size }) => sum + most(size), most(bytes));
	for (const { name, size } of listing.segments) {
		if (total <= limits.total) break;
		yield* removeFile(files, join(folder, name));
		total -= most(size);
	}
	const number = String(listing.lastNumber + 1).padStart(8, "0");
	const random = Math.floor(Math.random() * 2 ** 32)
		.toString(16)
		.padStart(8, "0");
	return yield* step(
		files.open(
			join(folder, `rows-${number}-${random}.log`),
			constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL,
		),
	);
}

/** @returns false if the file does not exist (any more) */
export function* removeFile(files: Files, path: string): Steps<boolean> {
	try {
		yield* step(files.remove(path));
		return true;
	} catch (error) {
		if (!isCode(error, "ENOENT")) throw error;
		return false;
	}
}
