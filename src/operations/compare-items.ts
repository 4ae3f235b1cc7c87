import { PobatchError } from "../common/errors.js";
import { ask } from "../engine/ask.js";
import type { Build } from "../engine/build.js";
import { type Alternative, type Ranking, type RankingRequest, rankAlternatives } from "./ranking.js";

/** Where an item can be used, according to Path of Building. */
export interface ItemFit {
	readonly name: string;
	/** Slots and allocated sockets (`Jewel 61419`) that take it, and what they hold now; empty if none does. */
	readonly places: readonly { readonly slot: string; readonly worn: string }[];
	/** Why it is not an item. */
	readonly refused?: string;
}

export interface CompareItemsRequest extends RankingRequest {
	/** Texts of items, copied from the game or from Path of Building. */
	readonly items: readonly string[];
}

/**
 * Splits a text into the texts of items. The game and trade sites begin each item with `Item Class:` or `Rarity:`;
 * blank lines also separate items if each part has one of these.
 */
export function itemTexts(text: string): string[] {
	const items: string[][] = [];
	let isHead = false;
	for (const line of text.split(/\r?\n/)) {
		const begins = /^\s*(Item Class|Rarity):/.test(line) && !isHead;
		if (begins || items.length === 0) items.push([]);
		isHead = /^\s*Item Class:/.test(line);
		items.at(-1)?.push(line);
	}
	return items.map((lines) => lines.join("\n").trim()).filter((item) => item !== "");
}

/**
 * Ranks each item in each slot and allocated jewel socket that takes it, best first. Needs the calculator `pob`.
 *
 * @throws PobatchError VARIANT_INVALID if Path of Building recognises none of the items
 */
export async function compareItems(
	build: Build,
	{ items, ...request }: CompareItemsRequest,
): Promise<Ranking & { readonly refused: readonly string[] }> {
	const fits = (await ask(build, "itemFits", items)) as unknown as ItemFit[];
	const list = Array.isArray(fits) ? fits : [];
	const refused = list.flatMap(({ refused, places, name }) => {
		if (refused !== undefined) return [refused];
		return Array.isArray(places) && places.length > 0 ? [] : [`${name} fits into no slot of this build`];
	});
	const alternatives = list.flatMap(({ name, places }, i) =>
		(Array.isArray(places) ? places : []).map(({ slot, worn }): Alternative => {
			const socket = /^Jewel (\d+)$/.exec(slot)?.[1];
			const text = items[i] as string;
			return {
				label: { Item: name, Slot: slot, "Instead of": worn },
				change: socket === undefined ? { items: { [slot]: text } } : { jewels: { [Number(socket)]: text } },
			};
		}),
	);
	if (alternatives.length === 0)
		throw new PobatchError("VARIANT_INVALID", refused[0] ?? "There is no item in the text", { value: items });
	return { ...(await rankAlternatives(build, alternatives, request)), refused };
}
