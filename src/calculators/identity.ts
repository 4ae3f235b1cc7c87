import { createHash } from "node:crypto";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digest } from "../common/digest.js";

/** Contents of all Lua files below a folder. */
export async function luaDigest(folder: string): Promise<string> {
	const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".lua")).sort();
	const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
	return digest(...names, ...texts);
}

/**
 * What a folder of many files holds, without reading them: path, size and time of change of each Lua, JSON and XML
 * file. It changes whenever a file does; it may change without. Links are followed, to folders too.
 */
export async function manifestDigest(folder: string): Promise<string> {
	const facts: string[] = [];
	await collectFacts(folder, "", new Set([await realpath(folder)]), facts);
	return digest(...facts.sort());
}

/**
 * What a checkout of Path of Building calculates with: the contents of its Lua and JSON files, of its runtime too; not of the
 * builds that its user keeps in it.
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

/** @param above real paths of the folders on the way: a link to one of them has no end */
async function collectFacts(folder: string, path: string, above: ReadonlySet<string>, facts: string[]) {
	const entries = await readdir(join(folder, path), { withFileTypes: true });
	for (const entry of entries) {
		const name = join(path, entry.name);
		// Undefined for a link that leads nowhere.
		const isLink = entry.isSymbolicLink();
		const found = isLink ? await stat(join(folder, name)).catch(() => undefined) : entry;
		if (found?.isDirectory()) {
			const real = isLink ? await realpath(join(folder, name)) : join(folder, name);
			if (!above.has(real)) await collectFacts(folder, name, new Set([...above, real]), facts);
		} else if (/\.(lua|json|xml|cfg)$/.test(entry.name) && found?.isFile()) {
			const { size, mtimeMs } = await stat(join(folder, name));
			facts.push(`${name} ${size} ${mtimeMs}`);
		}
	}
}
