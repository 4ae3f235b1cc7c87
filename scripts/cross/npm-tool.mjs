// Programs in npm packages that are not dependencies of the project: a compiler of 70 MB, a node.exe. They are kept in
// the user's cache folder, outside the project.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pobatch-build");

/** A permanent folder in the cache. */
export const cacheFolder = (name) => {
	const folder = join(cache, name);
	mkdirSync(folder, { recursive: true });
	return folder;
};

/**
 * The folder with a package's files, downloaded once.
 * The folder of a package's files, fetched once.
 * @param {{ name: string, version: string, integrity: string }} pin
 * @throws {Error} if the registry cannot be reached, or the file is not the pinned one
 */
export function npmTool({ name, version, integrity }) {
	const place = join(cache, `${name.replace(/\W+/g, "-")}-${version}`);
	if (existsSync(place)) return place;
	mkdirSync(cache, { recursive: true });
	const work = mkdtempSync(join(cache, "fetch-"));
	try {
		const what = `${name}@${version}`;
		execFileSync("npm", ["pack", what, "--pack-destination", work], { stdio: ["ignore", "ignore", "pipe"] });
		const file = join(work, readdirSync(work)[0]);
		const found = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
		if (found !== integrity) throw new Error(`${what} was refused: its integrity is ${found}`);
		execFileSync("tar", ["xzf", file, "-C", work]);
		renameSync(join(work, "package"), place);
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
	return place;
}
