import { readBuildSource } from "../builds/build-source.js";
import { parseItemText } from "../builds/item-text.js";
import { digest } from "../common/digest.js";
import type { Plain } from "../native/addon.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import { treeForCalculator } from "../tree/tree-data.js";
import { luaDigest } from "./identity.js";
import { embedded, luaFolder } from "./lua-files.js";
import type { CalculatorSource } from "./source.js";

/** The embedded reference calculator over a passive tree. */
export async function referenceCalculator(tree: PassiveTree): Promise<CalculatorSource> {
	const identity = async () => digest(await luaDigest(luaFolder), JSON.stringify(tree.data));
	return {
		...(await embedded("reference/init.lua")),
		chunkFolder: undefined,
		options: { tree: treeForCalculator(tree.data) as unknown as Plain },
		tree,
		treeOf: async () => tree,
		identity,
		contents: identity,
		prepare(text, { spec }) {
			const { warnings, ...source } = readBuildSource(text, {
				tree: tree.data,
				...(spec !== undefined && { spec }),
			});
			return { source: source as unknown as Plain, warnings };
		},
		prepareChange: ({ items, jewels, ...change }) => ({
			...change,
			...(items !== undefined && {
				items: Object.fromEntries(
					Object.entries(items as Record<string, ChangedItem>).map(([slot, item]) => [
						slot,
						withItem(item, slot),
					]),
				),
			}),
			...(jewels !== undefined && {
				jewels: (jewels as unknown as ChangedItem[]).map((jewel) => withItem(jewel, `Jewel ${jewel.node}`)),
			}),
		}),
	};
}

/** An item of a slot, or a jewel of a socket, in a change. */
type ChangedItem = { readonly text?: string; readonly node?: number; readonly [field: string]: Plain };

/** Adds the parsed item, since Lua does not parse item texts. */
function withItem(changed: ChangedItem, slot: string): Plain {
	if (changed.text === undefined) return changed;
	const { warnings: _, ...item } = parseItemText(changed.text);
	return { ...changed, item: { slot, ...item } as unknown as Plain };
}
