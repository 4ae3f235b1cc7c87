import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../../cache/store/make-folder.js";
import { digest } from "../../common/digest.js";

/*
 * What pobatch remembers of checkouts, as files: a line with the SHA-256 of the rest, then JSON. A file that is cut, changed
 * or no such file is as good as none. Protection from who can write to the folder is not promised (SECURITY.md).
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
	await makeFolder(dirname(path));
	const body = JSON.stringify(value);
	const fresh = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
	try {
		await writeFile(fresh, `${digest(body)}\n${body}`);
		await rename(fresh, path);
	} catch (error) {
		await rm(fresh, { force: true }).catch(() => {});
		throw error;
	}
}
