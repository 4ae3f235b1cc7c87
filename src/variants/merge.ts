import type { VariantChange } from "./change.js";

/** Combines two changes; if they conflict, the second one wins. */
export function mergeChanges(one: VariantChange, other: VariantChange): VariantChange {
	const merged: Record<string, unknown> = { ...one };
	for (const [name, value] of Object.entries(other)) {
		const before = merged[name];
		if (value === undefined) continue;
		if (Array.isArray(value) && Array.isArray(before)) merged[name] = [...before, ...value];
		else if (isObject(value) && isObject(before)) merged[name] = { ...before, ...value };
		else merged[name] = value;
	}
	return merged as VariantChange;
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
