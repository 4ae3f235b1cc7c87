import { join } from "node:path";
import envPaths from "env-paths";
import { digest } from "../../common/digest.js";
import type { Plain } from "../../native/addon.js";
import { luaDigest, manifestDigest } from "../identity.js";
import { luaFolder } from "../lua-files.js";
import { findPob, pobSource } from "./checkout.js";
import { removeOld } from "./kept-analysis.js";
import { readSealed, writeSealed } from "./sealed-file.js";

/** The description of a slice of the calculation (lua/pob/slice/kept.lua); `id` names its stats. */
export type KeptSlice = Readonly<Record<string, Plain>> & { readonly id: string };

/** Maximum number per checkout: lists of stats that were requested for thousands of rows. */
const most = 8;

/** This process's slices, by file. */
const known = new Map<string, readonly KeptSlice[]>();

/** `~/.cache/pobatch/slices` by the XDG rules, and the equivalent on other systems. */
export function slicesFolder(): string {
	return join(envPaths("pobatch", { suffix: "" }).cache, "slices");
}

/**
 * Descriptions of slices of a checkout's calculation, for later states and processes. They follow from the checkout's
 * files and from pobatch's own Lua, so both are part of the file's name. A file that cannot be read or written costs
 * time, but never gives a wrong number.
 */
export class KeptSlices {
	readonly #path: string;

	/**
	 * @param program digest of pobatch's own Lua
	 * @param manifest digest of the checkout's files
	 * @param onDisk whether they are kept for other processes
	 */
	constructor(
		program: string,
		manifest: string,
		readonly onDisk: boolean,
		folder = slicesFolder(),
	) {
		this.#path = join(folder, `${digest(program, manifest).slice(0, 32)}.json`);
	}

	async read(): Promise<readonly KeptSlice[]> {
		const found = known.get(this.#path);
		if (found !== undefined) return found;
		const read = this.onDisk ? await readSealed(this.#path) : undefined;
		const slices = (read ?? []) as KeptSlice[];
		known.set(this.#path, slices);
		return slices;
	}

	/** Keeps the newest ones. */
	async add(made: readonly KeptSlice[]): Promise<void> {
		if (made.length === 0) return;
		const ids = new Set(made.map(({ id }) => id));
		const slices = [...made, ...(await this.read()).filter(({ id }) => !ids.has(id))].slice(0, most);
		known.set(this.#path, slices);
		if (!this.onDisk) return;
		await writeSealed(this.#path, slices).catch(() => {});
		await removeOld(slicesFolder()).catch(() => {});
	}
}

/**
 * Keeps slices that a state made, for all who open the same checkout later.
 *
 * @param made the result of the calculator's command `takeSlices`
 */
export async function keepSlices(folder: string | undefined, made: Plain): Promise<void> {
	const found = await findPob(folder);
	if (found === undefined || !Array.isArray(made)) return;
	const [program, manifest] = await Promise.all([
		luaDigest(luaFolder),
		manifestDigest(await pobSource(found)),
	]);
	await new KeptSlices(program, manifest, true).add(made as unknown as KeptSlice[]);
}

/** Clears this process's memory of them, as in a new process; for tests. */
export function forgetSlices(): void {
	known.clear();
}
