import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** One SHA-256, in hexadecimal, of texts in order; where one ends counts. */
export function digest(...texts: readonly string[]): string {
	const hash = createHash("sha256");
	for (const text of texts) hash.update(`${text.length}:`).update(text);
	return hash.digest("hex");
}

/** Contents of all Lua files below a folder. */
export async function luaDigest(folder: string): Promise<string> {
	const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".lua")).sort();
	const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
	return digest(...names, ...texts);
}

/**
 * What a folder of many files holds, without reading them: path, size and time of change of each Lua, JSON and XML
 * file. It changes whenever a file does; it may change without.
 */
export async function manifestDigest(folder: string): Promise<string> {
	const names = (await readdir(folder, { recursive: true }))
		.filter((name) => /\.(lua|json|xml|cfg)$/.test(name))
		.sort();
	const facts = await Promise.all(
		names.map(async (name) => {
			const { size, mtimeMs } = await stat(join(folder, name));
			return `${name} ${size} ${mtimeMs}`;
		}),
	);
	return digest(...facts);
}
