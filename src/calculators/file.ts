import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { digest } from "../common/digest.js";
import { PobatchError } from "../common/errors.js";
import type { Plain } from "../native/addon.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import type { CalculatorSource } from "./source.js";

/** A user's own Lua file. `require` finds files in the same folder. */
export async function fileCalculator(
	file: string,
	options: Plain,
	tree: PassiveTree | undefined,
	{ sandbox, rollback }: { sandbox: boolean; rollback: boolean },
): Promise<CalculatorSource> {
	const path = resolve(file);
	let source: string;
	try {
		source = await readFile(path, "utf8");
	} catch (cause) {
		throw new PobatchError("FILE_NOT_FOUND", `The calculator ${file} cannot be read`, {
			cause,
			value: file,
			hint: 'Name a Lua file, or one of the embedded calculators: "reference", "pob".',
		});
	}
	const folder = dirname(path);
	const identity = async () => digest(source, JSON.stringify(options), tree ? JSON.stringify(tree.data) : "");
	return {
		source,
		trusted: !sandbox,
		rollback,
		chunkName: `@${path}`,
		packagePath: `${folder}/?.lua;${folder}/?/init.lua`,
		chunkFolder: undefined,
		options,
		tree,
		treeOf: async () => tree,
		identity,
		contents: async () => digest(await identity(), sandbox ? "" : "trusted"),
		prepare: (text) => ({ source: text, warnings: [] }),
	};
}
