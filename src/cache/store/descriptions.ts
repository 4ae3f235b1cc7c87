import { constants } from "node:fs";
import { join } from "node:path";
import { type GroupFacts, RowGroup } from "../row-group.js";
import { type Files, isCode } from "./files.js";
import { removeFile } from "./folder.js";
import { type Steps, step } from "./steps.js";

/**
 * Describes the groups in a folder, since a frame holds only a hash of its group. Each process appends one line of JSON
 * per group, before the group's first frame. The lines make it possible to delete the rows of selected groups. A group
 * without a line (damaged, or written by an older pobatch) counts as selected.
 */
export const descriptionsName = /^groups\.log$/;
const fileName = "groups.log";
/** A longer file is started again; some groups then have no line. */
const maxBytes = 2 ** 23;

/** Facts by the group's hash in hexadecimal. */
export type Descriptions = ReadonlyMap<string, GroupFacts>;

export function* describe(files: Files, folder: string, groups: Iterable<RowGroup>): Steps<void> {
	const lines = [...groups].map(({ bytes, facts }) => `${JSON.stringify({ group: hex(bytes), ...facts })}\n`);
	if (lines.length === 0) return;
	const path = join(folder, fileName);
	const [found] = yield* step(files.list(folder, descriptionsName));
	// A folder or a link is not ours. Rows can be kept without descriptions.
	if (found && found.size === undefined) return;
	if ((found?.size ?? 0) > maxBytes) yield* removeFile(files, path);
	const file = yield* step(
		files.open(
			path,
			constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0),
		),
	);
	const bytes = Buffer.from(lines.join(""));
	try {
		for (let at = 0; at < bytes.length; ) at += yield* step(files.write(file, bytes, at));
	} finally {
		yield* step(files.close(file));
	}
}

export function* readDescriptions(files: Files, folder: string): Steps<Descriptions> {
	const known = new Map<string, GroupFacts>();
	const [found] = yield* step(files.list(folder, descriptionsName));
	if (!found?.size) return known;
	const file = yield* openToRead(files, join(folder, fileName));
	if (file === undefined) return known;
	const bytes = Buffer.alloc(Math.min(found.size, 2 * maxBytes));
	let length = 0;
	try {
		while (length < bytes.length) {
			const count = yield* step(files.read(file, bytes, length, length));
			if (count === 0) break;
			length += count;
		}
	} finally {
		yield* step(files.close(file));
	}
	for (const line of bytes.toString("utf8", 0, length).split("\n")) {
		const read = readLine(line);
		if (read) known.set(read.group, read.facts);
	}
	return known;
}

function* openToRead(files: Files, path: string): Steps<number | undefined> {
	try {
		return yield* step(files.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
	} catch (error) {
		if (isCode(error, "ENOENT")) return undefined;
		throw error;
	}
}

function readLine(line: string): { group: string; facts: GroupFacts } | undefined {
	try {
		const { group, calculator, name, build, stats } = JSON.parse(line);
		const texts = [group, calculator, name, build, ...stats];
		if (texts.some((text) => typeof text !== "string")) return undefined;
		const facts = { calculator, name, build, stats };
		// A damaged line may still be JSON.
		return hex(new RowGroup(facts).bytes) === group ? { group, facts } : undefined;
	} catch {
		// Cut off, or interleaved with another process's line.
		return undefined;
	}
}

export function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("hex");
}
