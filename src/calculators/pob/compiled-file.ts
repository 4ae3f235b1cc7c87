import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import envPaths from "env-paths";
import { digest } from "../../common/digest.js";
import { removeOld } from "./kept-analysis.js";
import { openSealed, sealed, writeWhole } from "./sealed-file.js";

/** `~/.cache/pobatch/compiled` by the XDG rules, and the equivalent on other systems. */
export function compiledFolder(): string {
	return join(envPaths("pobatch", { suffix: "" }).cache, "compiled");
}

/**
 * LuaJIT's bytecode of a checkout's modules, as edited by pobatch, for later processes: parsing the modules takes a
 * quarter of a state's start time. The bytecode names the text that each module was compiled from
 * (binding/state/compiled_chunks.hpp).
 *
 * LuaJIT does not verify bytecode, so a file that anybody but this user could have written is not read: the file and
 * its folder must belong to the user, and nobody else may have write access. Where this cannot be checked (Windows),
 * nothing is kept.
 */
export class CompiledFile {
	readonly #path: string;
	readonly #identity: string;

	/**
	 * @param source `src` of the checkout; each has its own file
	 * @param identity of everything else that the bytecode depends on: pobatch's own Lua, LuaJIT, the platform
	 */
	constructor(source: string, identity: string, folder = compiledFolder()) {
		this.#path = join(folder, `${digest(source).slice(0, 32)}.bin`);
		this.#identity = identity;
	}

	/** Returns nothing unless the file passes all checks. */
	async read(): Promise<Uint8Array> {
		const nothing = new Uint8Array();
		let file: FileHandle | undefined;
		try {
			if (!isOurs(await stat(dirname(this.#path)))) return nothing;
			file = await open(this.#path, constants.O_RDONLY | constants.O_NOFOLLOW);
			if (!isOurs(await file.stat())) return nothing;
			return openSealed(await file.readFile(), this.#identity) ?? nothing;
		} catch {
			return nothing;
		} finally {
			await file?.close();
		}
	}

	/** Never fails: whatever is not kept is compiled again. */
	async write(compiled: Uint8Array): Promise<void> {
		if (process.getuid === undefined) return;
		await writeWhole(this.#path, sealed(compiled, this.#identity), 0o600).catch(() => {});
		await removeOld(dirname(this.#path)).catch(() => {});
	}
}

function isOurs({ uid, mode }: { uid: number; mode: number }): boolean {
	return uid === process.getuid?.() && (mode & 0o022) === 0;
}
