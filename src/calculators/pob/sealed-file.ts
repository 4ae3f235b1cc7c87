import { createHash, randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../../cache/store/make-folder.js";
import { digest } from "../../common/digest.js";

/*
 * What pobatch remembers of checkouts, as files: a line with the SHA-256 of the rest, then JSON, or bytes. A file that is cut,
 * changed or no such file is as good as none. Protection from who can write to the folder is not promised (SECURITY.md).
 */

/** @returns undefined where there is none, or it is not as it was written */
export async function readSealed(path: string): Promise<unknown> {
	const text = await readFile(path, "utf8").catch(() => undefined);
	if (text === undefined) return undefined;
	const end = text.indexOf("\n");
	const body = text.slice(end + 1);
	if (end < 0 || text.slice(0, end) !== digest(body)) return undefined;
	return JSON.parse(body);
}

/** Writes the whole file or nothing of it. @throws what the file system says */
export async function writeSealed(path: string, value: unknown): Promise<void> {
	const body = JSON.stringify(value);
	await writeWhole(path, [`${digest(body)}\n${body}`]);
}

/** A file's bytes for `body`, which {@link openSealed} reads with the same identity alone. */
export function sealed(body: Uint8Array, identity: string): [string, Uint8Array] {
	return [`${sealOf(body, identity)}\n`, body];
}

/** The body of a file that {@link sealed} made; undefined where it is not as it was made, or has another identity. */
export function openSealed(file: Buffer, identity: string): Uint8Array | undefined {
	const end = file.indexOf("\n");
	const body = file.subarray(end + 1);
	return end >= 0 && file.toString("latin1", 0, end) === sealOf(body, identity) ? body : undefined;
}

function sealOf(body: Uint8Array, identity: string): string {
	return createHash("sha256").update(`${identity}\n`).update(body).digest("hex");
}

/** Writes the whole file or nothing of it. @throws what the file system says */
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
