import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PobatchError } from "../../common/errors.js";
import { PassiveTree } from "../../tree/passive-tree.js";
import { newestInstall } from "./install.js";
import { readTreeLua } from "./tree-lua.js";

/** Where to get a checkout, for errors and skipped tests. */
export const installHint =
	"Install one with `pobatch pob install`, or name a checkout by `pob`, `--pob` or the variable POBATCH_POB.";

/**
 * Finds the Path of Building checkout to use: the named one, otherwise the variable POBATCH_POB, otherwise the newest
 * one that `pobatch pob install` put into the user's data folder.
 *
 * @returns the folder, or undefined if there is none
 */
export async function findPob(named?: string): Promise<string | undefined> {
	const fromEnvironment = process.env.POBATCH_POB;
	if (named) return resolve(named);
	if (fromEnvironment) return resolve(fromEnvironment);
	return (await newestInstall())?.path;
}

/**
 * The `src` folder of a checkout.
 *
 * @param folder the checkout's root, or its `src`
 * @throws PobatchError POB_INVALID naming the file that was not found
 */
export async function pobSource(folder: string): Promise<string> {
	for (const candidate of [join(folder, "src"), folder]) {
		if (await exists(join(candidate, "Launch.lua"))) return candidate;
	}
	throw new PobatchError(
		"POB_INVALID",
		`${folder} is not a Path of Building checkout: there is no ${join(folder, "src", "Launch.lua")}`,
		{ value: folder, hint: installHint },
	);
}

/** One tree version of a checkout, from its JSON file or otherwise from its Lua file; undefined if it has neither. */
export async function pobTree(source: string, version: string): Promise<PassiveTree | undefined> {
	if (!/^\w+$/.test(version)) return undefined;
	const folder = join(source, "TreeData", version);
	const json = join(folder, "tree.json");
	if (await exists(json)) return PassiveTree.load(json);
	const lua = join(folder, "tree.lua");
	return (await exists(lua)) ? PassiveTree.from(await readTreeLua(lua), version) : undefined;
}

async function exists(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}
