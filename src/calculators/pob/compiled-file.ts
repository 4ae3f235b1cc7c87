import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import envPaths from "env-paths";
import { digest } from "../../common/digest.js";
import { removeOld } from "./kept-analysis.js";
import { openSealed, sealed, writeWhole } from "./sealed-file.js";

/** `~/.cache/pobatch/compiled` by the XDG rules, the like elsewhere. */
export function compiledFolder(): string {
	return join(envPaths("pobatch", { suffix: "" }).cache, "compiled");
}

/**
 * LuaJIT's bytecode of a checkout's modules, as pobatch edits them, for later processes: parsing them takes a quarter of the
 * time that a state takes to start. Which text each was made of stands in it (binding/state/compiled_chunks.hpp).
 *
 * LuaJIT does not check bytecode, so a file that anybody but this user could have written is not read: the file and its
 * folder must belong to the user, and nobody else may write to them. Where the system does not tell (Windows), nothing is kept.
 */
export class CompiledFile {
	readonly #path: string;
	readonly #identity: string;

	/**
	 * @param source `src` of the checkout; there is one file for each
	 * @param identity of all that the bytecode depends on besides the texts: pobatch's own Lua, LuaJIT, the platform
	 */
	constructor(source: string, identity: string, folder = compiledFolder()) {
		this.#path = join(folder, `${digest(source).slice(0, 32)}.bin`);
		this.#identity = identity;
	}

	/** Empty where there is none that is beyond doubt. */
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

	/** Never fails: what is not kept is compiled again. */
	async write(compiled: Uint8Array): Promise<void> {
		if (process.getuid === undefined) return;
		await writeWhole(this.#path, sealed(compiled, this.#identity), 0o600).catch(() => {});
		await removeOld(dirname(this.#path)).catch(() => {});
	}
}

function isOurs({ uid, mode }: { uid: number; mode: number }): boolean {
	return uid === process.getuid?.() && (mode & 0o022) === 0;
}
