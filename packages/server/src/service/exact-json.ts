import { jsonNumber } from "pobatch/operations";

/**
 * JSON with numbers as the library's row format writes them: -0 kept, what is infinite as 1e999 (which readers of
 * doubles read as infinite), NaN as null. Otherwise as JSON.stringify of plain data.
 */
export function exactJson(value: unknown): string {
	if (typeof value === "number") return jsonNumber(value);
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
	if (ArrayBuffer.isView(value)) return `[${Array.from(value as Float64Array, jsonNumber).join(",")}]`;
	if (Array.isArray(value)) return `[${value.map(exactJson).join(",")}]`;
	const members: string[] = [];
	for (const [key, member] of Object.entries(value))
		if (member !== undefined) members.push(`${JSON.stringify(key)}:${exactJson(member)}`);
	return `{${members.join(",")}}`;
}
