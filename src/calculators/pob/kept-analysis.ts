import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import envPaths from "env-paths";
import { digest } from "../../common/digest.js";
import type { Plain } from "../../native/addon.js";
import { readSealed, writeSealed } from "./sealed-file.js";

/**
 * What pobatch found out about the modules of a checkout (lua/pob/patch/analysis.lua), by path, length and hash of each
 * text. It follows from the texts and from pobatch's own Lua, so both identify it. It is kept in the process and, for
 * later ones, in the user's cache folder. A file that cannot be read or written costs half a second, but never leads to
 * a wrong conclusion.
 */
export type Conclusions = Record<string, Plain>;

const oldMs = 90 * 24 * 3600 * 1000;

/** This process's conclusions, by file. */
const known = new Map<string, Conclusions>();

/** `~/.cache/pobatch/analysis` by the XDG rules, and the equivalent on other systems. */
export function analysisFolder(): string {
	return join(envPaths("pobatch", { suffix: "" }).cache, "analysis");
}

export class KeptAnalysis {
	readonly #path: string;

	/**
	 * @param program digest of pobatch's own Lua
	 * @param source `src` of the checkout
	 * @param onDisk whether it is kept for other processes
	 */
	constructor(
		program: string,
		source: string,
		readonly onDisk: boolean,
		folder = analysisFolder(),
	) {
		this.#path = join(folder, `${digest(program, source).slice(0, 32)}.json`);
	}

	async read(): Promise<Conclusions> {
		const found = known.get(this.#path);
		if (found !== undefined) return found;
		const kept = this.onDisk ? await readSealed(this.#path) : undefined;
		const conclusions = (kept ?? {}) as Conclusions;
		known.set(this.#path, conclusions);
		return conclusions;
	}

	/** Keeps only the newest text of each module. */
	async add(found: Conclusions): Promise<void> {
		if (Object.keys(found).length === 0) return;
		const byPath = new Map(
			Object.entries(await this.read()).map(([key, value]) => [pathOf(key), { key, value }]),
		);
		for (const [key, value] of Object.entries(found)) byPath.set(pathOf(key), { key, value });
		const conclusions = Object.fromEntries([...byPath.values()].map(({ key, value }) => [key, value]));
		known.set(this.#path, conclusions);
		if (!this.onDisk) return;
		await writeSealed(this.#path, conclusions).catch(() => {});
		await removeOld(join(this.#path, "..")).catch(() => {});
	}
}

/** Clears this process's memory of it, as in a new process; for tests. */
export function forgetAnalysis(): void {
	known.clear();
}

/** Removes the length and the hash. */
function pathOf(key: string): string {
	return key.replace(/ \d+ [0-9a-f]+$/, "");
}

/** Deletes files that are no longer used: checkouts and versions of pobatch come and go. */
export async function removeOld(folder: string): Promise<void> {
	for (const name of await readdir(folder)) {
		const path = join(folder, name);
		if (Date.now() - (await stat(path)).mtimeMs > oldMs) await rm(path, { force: true });
	}
}
