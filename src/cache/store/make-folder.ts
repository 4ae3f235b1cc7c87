import { dirname, resolve } from "node:path";
import { type Files, isCode, nodeFiles } from "./files.js";
import { runAsync, type Steps, step } from "./steps.js";

/**
 * Makes a folder and those above it. `recursive` of Node's own mkdir never ends where a folder exists but takes no new
 * ones, as below /proc.
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

/** @returns false if the folder above is missing */
function* tryToMake(files: Files, path: string): Steps<boolean> {
	try {
		yield* step(files.makeFolder(path));
	} catch (error) {
		if (isCode(error, "ENOENT")) return false;
		// A file of that name shows when the folder is used.
		if (!isCode(error, "EEXIST")) throw error;
	}
	return true;
}
