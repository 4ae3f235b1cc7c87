import { createHash, randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../../cache/store/make-folder.js";
import { digest } from "../../common/digest.js";

/*
 * Files in which pobatch keeps what it knows of checkouts: a line with the SHA-256 of the rest, then JSON or bytes. A
 * file that is truncated, modified or of another kind is ignored. This does not protect from whoever can write to the
 * folder (SECURITY.md).
 */

/** @returns undefined if there is no such file, or it is damaged */
export async function readSealed(path: string): Promise<unknown> {
	const text = await readFile(path, "utf8").catch(() => undefined);
	if (text === undefined) return undefined;
	const end = text.indexOf("\n");
	const body = text.slice(end + 1);
	if (end < 0 || text.slice(0, end) !== digest(body)) return undefined;
	return JSON.parse(body);
}

/** Writes the whole file or nothing. @throws the file system's error */
export async function writeSealed(path: string, value: unknown): Promise<void> {
	const body = JSON.stringify(value);
	await writeWhole(path, [`${digest(body)}\n${body}`]);
}

/** Seals `body`; {@link openSealed} reads it only with the same identity. */
export function sealed(body: Uint8Array, identity: string): [string, Uint8Array] {
	return [`${sealOf(body, identity)}\n`, body];
}

/** The body of a file made by {@link sealed}; undefined if it is damaged or has another identity. */
export function openSealed(file: Buffer, identity: string): Uint8Array | undefined {
	const end = file.indexOf("\n");
	const body = file.subarray(end + 1);
	return end >= 0 && file.toString("latin1", 0, end) === sealOf(body, identity) ? body : undefined;
}

function sealOf(body: Uint8Array, identity: string): string {
	return createHash("sha256").update(`${identity}\n`).update(body).digest("hex");
}

/** Writes the whole file or nothing. @throws the file system's error */
export async function writeWhole(
	path: string,
	parts: Iterable<string | Uint8Array>,
	mode = 0o666,
): Promise<void> {
	await makeFolder(dirname(path));
	const fresh = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
	try {
		await writeFile(fresh, parts, { mode });
		await rename(fresh, path);
	} catch (error) {
		await rm(fresh, { force: true }).catch(() => {});
		throw error;
	}
}
