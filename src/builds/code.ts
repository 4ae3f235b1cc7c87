import { deflateSync, inflateSync } from "node:zlib";
import { PobatchError } from "../common/errors.js";

/** No real build comes close: the largest known XML is about 1 MB. A malicious code could exhaust memory. */
const MAX_XML_BYTES = 32 * 1024 * 1024;

/**
 * The first three characters of a code: zlib's two header bytes (a 32 kB window, any level) and the bits that may
 * follow.
 */
const HEAD = "e(?:A[E-H]|F[4-7]|J[w-z]|N[o-r])";
const DIGITS = "[A-Za-z0-9+/_-]";

/** More than anybody pastes; each one is tried. */
const MAX_CODES = 8;

/**
 * Reads a PoB code: the zlib-deflated XML of a build in base64, with `-` and `_` for `+` and `/`. White space inside is
 * ignored; padding may be missing. Anything that chats and links add is removed: quotes, backticks, code fences,
 * spoiler bars, `%2B`, zero-width characters, words before and after it.
 *
 * @returns the XML text
 * @throws PobatchError BUILD_INVALID; also if the text contains several different codes
 *
 * @example
 * decodePobCode(encodePobCode("<PathOfBuilding2/>")); // "<PathOfBuilding2/>"
 */
export function decodePobCode(text: string): string {
	const plain = undressed(text);
	const compact = plain.replace(/\s+/g, "");
	if (compact === "") throw invalid("it is empty");
	const found = new Set<string>();
	let failure: unknown;
	for (const { code, before } of codesIn(plain)) {
		try {
			found.add(inflated(code));
		} catch (error) {
			failure ??= before === undefined ? error : foreign(before, error);
		}
	}
	const [xml] = found;
	if (found.size > 1) throw invalid(`the text has ${found.size} of them: give one`);
	if (xml !== undefined) return xml;
	const wrong = new RegExp(`(?!${DIGITS}|=).`, "su").exec(compact);
	if (wrong !== null) throw failure ?? foreign(wrong[0]);
	const padding = compact.indexOf("=");
	if (padding >= 0 && /[^=]/.test(compact.slice(padding))) throw invalid("there is text behind its end");
	return inflated(compact);
}

/** Whether a text contains something that looks like a PoB code. */
export function holdsPobCode(text: string): boolean {
	return new RegExp(`(?<!${DIGITS})${HEAD}(?:\\s*${DIGITS}){30}`).test(undressed(text));
}

/** Encodes XML as a PoB code, which Path of Building can import. */
export function encodePobCode(xml: string): string {
	// Path of Building keeps the padding and replaces only these two characters.
	return deflateSync(xml, { level: 9 }).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

/** Removes invisible characters, URL escapes, and the marks with which chats quote each line. */
function undressed(text: string): string {
	return text
		.replace(/[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]/g, "")
		.replace(/%(?:25)*(2B|2D|2F|3D|5F|20|0A|0D)/gi, (_, hex: string) =>
			String.fromCharCode(Number.parseInt(hex, 16)),
		)
		.replace(/^[ \t]*(?:>[ \t]?)+/gm, "");
}

/**
 * Yields each position where a code may begin, with all base64 digits from there on, and the character that ends them,
 * if any.
 */
function* codesIn(text: string): Generator<{ code: string; before: string | undefined }> {
	const heads = new RegExp(`(?<!${DIGITS})(?=${HEAD})`, "g");
	const rest = /[A-Za-z0-9+/_\s-]*/y;
	let count = 0;
	for (const { index } of text.matchAll(heads)) {
		if (count++ === MAX_CODES) return;
		rest.lastIndex = index;
		const code = rest.exec(text)?.[0] ?? "";
		const end = text.codePointAt(index + code.length);
		const before = end === undefined ? undefined : String.fromCodePoint(end);
		yield { code: code.replace(/\s+/g, ""), before: before === "=" ? undefined : before };
	}
}

/** @param digits base64; anything after the end of the deflated data is ignored */
function inflated(digits: string): string {
	let bytes: Buffer;
	try {
		bytes = inflateSync(Buffer.from(digits, "base64"), { maxOutputLength: MAX_XML_BYTES });
	} catch (cause) {
		const { code: reason } = cause as NodeJS.ErrnoException;
		throw invalid(
			reason === "ERR_BUFFER_TOO_LARGE"
				? `it inflates to more than ${MAX_XML_BYTES / 1024 / 1024} MB`
				: reason === "Z_BUF_ERROR"
					? "it is not complete"
					: "it does not hold deflated text",
			cause,
		);
	}
	const xml = bytes.toString("utf8");
	if (!/^\uFEFF?\s*</.test(xml)) throw invalid("it holds something else than XML");
	return xml;
}

function foreign(character: string, cause?: unknown): PobatchError {
	return invalid(`the character ${JSON.stringify(character)} does not belong into one`, cause);
}

function invalid(reason: string, cause?: unknown): PobatchError {
	return new PobatchError("BUILD_INVALID", `The PoB code cannot be read: ${reason}`, {
		...(cause !== undefined && { cause }),
		hint: "Copy the whole code that Path of Building's export generates.",
	});
}
