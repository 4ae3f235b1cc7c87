import { exactJson } from "../service/exact-json.js";

/** Limit on the length of answers: each character uses up some of a model's context. */
export const briefBytes = 4000;

type Answer = Record<string, unknown>;

/**
 * An answer as text of at most {@link briefBytes}: of lists that are too long, only the first items stay, and
 * `leftOut` says how many are missing.
 */
export function briefText(answer: Answer): string {
	let text = exactJson(answer);
	const lists = new Map<string, number>();
	let brief: Answer = answer;
	while (Buffer.byteLength(text) > briefBytes) {
		const [longest] = Object.entries(brief)
			.filter(
				(entry): entry is [string, unknown[] | Answer] => entry[0] !== "leftOut" && sizeOf(entry[1]) > 0,
			)
			.map(([name, value]) => ({ name, value, bytes: exactJson(value).length }))
			.sort((a, b) => b.bytes - a.bytes);
		if (!longest) break;
		const { name, value } = longest;
		const size = sizeOf(value);
		const kept = Math.min(size - 1, Math.max(0, Math.floor(size * 0.8)));
		lists.set(name, (lists.get(name) ?? 0) + size - kept);
		brief = { ...brief, [name]: head(value, kept), leftOut: Object.fromEntries(lists) };
		text = exactJson(brief);
	}
	return text;
}

function sizeOf(value: unknown): number {
	if (Array.isArray(value)) return value.length;
	return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

function head(value: unknown[] | Answer, count: number): unknown {
	return Array.isArray(value)
		? value.slice(0, count)
		: Object.fromEntries(Object.entries(value).slice(0, count));
}
