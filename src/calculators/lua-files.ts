import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageFolder } from "../native/addon.js";
import type { CalculatorSource } from "./source.js";

/** The folder of the package's own Lua. */
export const luaFolder = join(packageFolder, "lua");

/** The text of lua/batch_loop.lua: the Lua side of the contract, the same for every calculator. */
export async function loopSource(): Promise<string> {
	return readFile(join(luaFolder, "batch_loop.lua"), "utf8");
}

/** The text of lua/arithmetic.lua, which tells apart machines whose math functions differ in the last digits. */
export async function arithmeticSource(): Promise<string> {
	return readFile(join(luaFolder, "arithmetic.lua"), "utf8");
}

/** The text of lua/sandbox.lua, for a calculator that is not trusted. */
export async function sandboxSource(): Promise<string> {
	return readFile(join(luaFolder, "sandbox.lua"), "utf8");
}

/** A Lua file in the package's own lua/. */
export async function embedded(
	file: string,
): Promise<Pick<CalculatorSource, "source" | "trusted" | "rollback" | "chunkName" | "packagePath">> {
	return {
		source: await readFile(join(luaFolder, file), "utf8"),
		trusted: true,
		rollback: false,
		chunkName: `@pobatch/lua/${file}`,
		packagePath: `${luaFolder}/?.lua;${luaFolder}/?/init.lua`,
	};
}
