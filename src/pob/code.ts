import { deflateSync, inflateSync } from "node:zlib";
import { PobatchError } from "../errors.js";

/** No build comes near: the largest known XML is about 1 MB. A crafted code could fill the memory. */
export const MAX_XML_BYTES = 32 * 1024 * 1024;

/**
 * Reads a PoB code: the zlib-deflated XML of a build in base64, with `-` and `_`
 * for `+` and `/`. White space inside is ignored; padding may be missing.
 *
 * @returns the XML text
 * @throws PobatchError BUILD_INVALID
 *
 * @example
 * decodePobCode(encodePobCode("<PathOfBuilding2/>")); // "<PathOfBuilding2/>"
 */
export function decodePobCode(code: string): string {
	const compact = code.replace(/\s+/g, "");
	const wrong = /[^A-Za-z0-9+/_=-]/.exec(compact);
	if (wrong !== null) {
		throw invalid(`the character ${JSON.stringify(wrong[0])} does not belong into one`);
	}
	const digits = compact.replace(/=+$/, "");
	if (digits.includes("=")) throw invalid("there is text behind its end");
	if (digits.length === 0) throw invalid("it is empty");
	// Four base64 digits are three bytes; one digit alone is not even one.
	if (digits.length % 4 === 1) throw invalid("it is not complete");
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

/** Writes XML as a PoB code, which Path of Building imports. */
export function encodePobCode(xml: string): string {
	// Path of Building keeps the padding and swaps only these two characters.
	return deflateSync(xml, { level: 9 }).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

function invalid(reason: string, cause?: unknown): PobatchError {
	return new PobatchError("BUILD_INVALID", `The PoB code cannot be read: ${reason}`, {
		...(cause !== undefined && { cause }),
		hint: "Copy the whole code that Path of Building's export generates.",
	});
}
