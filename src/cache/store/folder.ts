import { constants } from "node:fs";
import { join } from "node:path";
import { type Entry, type Files, isCode } from "./files.js";
import { makeFolderIn } from "./make-folder.js";
import { type Steps, step } from "./steps.js";

/**
 * The folder of a row store: files (segments) that are only ever appended to, in the order of their numbers. Any number
 * of processes may use it at once, without a lock: an append is one write at the file's end, which no other one gets
 * into, and what goes wrong all the same (a process is killed, a disk is full, the file is on a network) makes a frame
 * whose checksum is wrong. A file's name never comes back: its second half is random.
 */
const ownName = /^rows-(\d{8,15})-[0-9a-f]{8}\.log$/;
/** What earlier versions kept in the same folder, an LMDB database. */
const oldName = /^(data|lock)\.mdb$/;
const wantedName = new RegExp(`${ownName.source}|${oldName.source}`);

export interface Listing {
	/** Plain files, oldest first. */
	segments: { name: string; size: number }[];
	/** The highest number in use, by whatever. */
	lastNumber: number;
	/** Files of an older pobatch. */
	old: string[];
}

export interface Limits {
	/** Bytes of all segments together; the oldest ones go. */
	total: number;
	/** Bytes after which a new segment begins. */
	segment: number;
}

/** Bytes of a segment, where the folder may have many times as many. */
export const segmentBytes = 2 ** 25;

/** What is written without an engine takes no other rows' place. */
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
			// Another user's, or gone meanwhile.
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
	// Older ones may have room that will be used, too.
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

/** @returns false if there is none (any more) */
export function* removeFile(files: Files, path: string): Steps<boolean> {
	try {
		yield* step(files.remove(path));
		return true;
	} catch (error) {
		if (!isCode(error, "ENOENT")) throw error;
		return false;
	}
}
