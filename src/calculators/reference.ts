import { readBuildSource } from "../builds/build-source.js";
import type { Plain } from "../native/addon.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import { treeForCalculator } from "../tree/tree-data.js";
import { digest, luaDigest } from "./identity.js";
import { embedded, luaFolder } from "./lua-files.js";
import type { CalculatorSource } from "./source.js";

/** The embedded reference calculator over a passive tree. */
export async function referenceCalculator(tree: PassiveTree): Promise<CalculatorSource> {
	return {
		...(await embedded("reference/init.lua")),
		chunkFolder: undefined,
		options: { tree: treeForCalculator(tree.data) as unknown as Plain },
		tree,
		treeOf: async () => tree,
		identity: async () => digest(await luaDigest(luaFolder), JSON.stringify(tree.data)),
		prepare(text, { spec }) {
			const { warnings, ...source } = readBuildSource(text, {
				tree: tree.data,
				...(spec !== undefined && { spec }),
			});
			return { source: source as unknown as Plain, warnings };
		},
	};
}
