import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digest } from "../common/digest.js";

/** Hash of the contents of all Lua files below a folder. */
export async function luaDigest(folder: string): Promise<string> {
	const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".lua")).sort();
	const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
	return digest(...names, ...texts);
}

/**
 * Identifies the contents of a folder of many files without reading them: path, size and modification time of each Lua,
 * JSON and XML file. It changes whenever a file does, and may change without. Links are followed, also to folders.
 */
export async function manifestDigest(folder: string): Promise<string> {
	const facts: string[] = [];
	await collectFacts(folder, "", new Set([await realpath(folder)]), facts);
	return digest(...facts.sort());
}

/**
 * Hash of what a checkout of Path of Building calculates with: the contents of its Lua and JSON files, including its
 * runtime, but not the builds that the user keeps in it.
 *
 * @param source the checkout's `src`
 */
export async function contentsDigest(source: string): Promise<string> {
	const hash = createHash("sha256");
	for (const folder of [source, join(dirname(source), "runtime", "lua")]) {
		const names = await readdir(folder, { recursive: true }).catch(() => [] as string[]);
		for (const name of names.map((path) => path.replaceAll("\\", "/")).sort()) {
			if (!/\.(lua|json)$/.test(name) || name.startsWith("Builds/")) continue;
			const text = await readFile(join(folder, name));
			hash.update(`${name.length}:${name}${text.length}:`).update(text);
		}
	}
	return hash.digest("hex");
}

/** @param above real paths of the folders on the way, to detect links that lead back to one of them */
async function collectFacts(folder: string, path: string, above: ReadonlySet<string>, facts: string[]) {
	const entries = await readdir(join(folder, path), { withFileTypes: true });
	for (const entry of entries) {
		const name = join(path, entry.name);
		// Undefined for a link without a target.
		const isLink = entry.isSymbolicLink();
		const found = isLink ? await stat(join(folder, name)).catch(() => undefined) : entry;
		if (found?.isDirectory()) {
			const real = isLink ? await realpath(join(folder, name)) : join(folder, name);
			if (!above.has(real)) await collectFacts(folder, name, new Set([...above, real]), facts);
		} else if (/\.(lua|json|xml|cfg)$/.test(entry.name) && found?.isFile()) {
			// There are some five hundred files: going through Node's thread pool for each would take ten times as long.
			const { size, mtimeMs } = statSync(join(folder, name));
			facts.push(`${name} ${size} ${mtimeMs}`);
		}
	}
}
