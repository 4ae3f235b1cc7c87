import { readAllocated } from "../builds/build-info.js";
import { addon, type NativeAllocatedNodes, type Plain } from "../native/addon.js";
import { nodeWord } from "../rows/node-sets.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import type { LoadRequest } from "./executor.js";

/** A loaded build's allocated nodes and its tree; `words` as in `NodeSets`. */
export interface BuildBase {
	readonly tree: PassiveTree | undefined;
	readonly words: Uint32Array;
	readonly base: NativeAllocatedNodes;
}

/** @param info what the calculator's `load` returned about the build */
export async function baseOf(
	info: Readonly<Record<string, Plain>>,
	treeOf: LoadRequest["treeOf"],
): Promise<BuildBase> {
	const tree = await treeOf(typeof info.treeVersion === "string" ? info.treeVersion : "");
	const words = Uint32Array.from(readAllocated(info), ({ id, attribute, weaponSet }) =>
		nodeWord(id, attribute, weaponSet),
	);
	return { tree, words, base: new (addon().AllocatedNodes)(tree?.native ?? null, words) };
}
