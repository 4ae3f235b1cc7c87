import { readFileSync } from "node:fs";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");

/** The same `Calculate` that pobatch runs. */
export const calculatorSource = read("../calculators/sum.lua");
export const loopSource = read("./rival-batch.lua");

/** All ids as 16-bit numbers, the smallest form that Lua's string.unpack reads. Made once, outside the measurement. */
export function packedIds(ids) {
	return new Uint8Array(Uint16Array.from(ids.flat()).buffer);
}

/** All ids as characters, four bytes of UTF-8 each (see `text` in rival-batch.lua). */
export function textOfIds(ids) {
	return ids.map((list) => String.fromCodePoint(...list.map((id) => id + 0x10000))).join("");
}
