import { dirname, resolve } from "node:path";
import { type Files, isCode, nodeFiles } from "./files.js";
import { runAsync, type Steps, step } from "./steps.js";

/**
 * Makes a folder and its parents. Node's own mkdir with `recursive` never ends if a parent exists but accepts no new
 * folders, such as /proc.
 */
export function makeFolder(path: string): Promise<void> {
	return runAsync(makeFolderIn(nodeFiles, resolve(path)));
}

export function* makeFolderIn(files: Files, path: string): Steps<void> {
	if (yield* tryToMake(files, path)) return;
	const above = dirname(path);
	if (above !== path) yield* makeFolderIn(files, above);
	if (yield* tryToMake(files, path)) return;
	throw Object.assign(new Error(`ENOENT: no such file or directory, mkdir '${path}'`), { code: "ENOENT" });
}

/** @returns false if the parent folder is missing */
function* tryToMake(files: Files, path: string): Steps<boolean> {
	try {
		yield* step(files.makeFolder(path));
	} catch (error) {
		if (isCode(error, "ENOENT")) return false;
		// If it is a file, that shows when the folder is used.
		if (!isCode(error, "EEXIST")) throw error;
	}
	return true;
}
