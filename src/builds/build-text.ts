import { PobatchError } from "../common/errors.js";
import { decodePobCode, holdsPobCode } from "./code.js";

/** A build's text, by its kind and without what does not belong to it. */
export interface BuildText {
	kind: "xml" | "json";
	text: string;
}

/** Sites whose links are given without `https://`, too. */
const SITES =
	"pobb\\.in|pob\\.cool|poe\\.ninja|poe2?db\\.tw|pastebin\\.com|rentry\\.co|maxroll\\.gg|mobalytics\\.gg|poeplanner\\.com";
const LINK = new RegExp(
	`(?:\\b(?:https?|pob2?):/+(?:www\\.)?([^\\s/<>"'()|]+)|^\\W*((?:${SITES})/\\S*))`,
	"i",
);

/** What files are that begin like this, once they were read as text. */
const FOREIGN: [start: RegExp, what: string][] = [
	[/^\uFFFDPNG/, "a PNG image"],
	[/^\uFFFD{3}.{1,12}(?:JFIF|Exif)/s, "a JPEG image"],
	[/^GIF8[79]a/, "a GIF image"],
	[/^RIFF.{1,8}WEBP/s, "a WebP image"],
	[/^%PDF-/, "a PDF document"],
	[/^PK\p{Cc}{2}/u, "a ZIP archive"],
	[/^\p{Cc}\uFFFD\p{Cc}/u, "a gzip archive"],
];

/**
 * Tells what a build's text is: Path of Building's XML, a PoB code (answered as the XML in it), or pobatch's JSON. What
 * else people give instead is named: links, images, web pages, UTF-16.
 *
 * @throws PobatchError BUILD_INVALID
 */
export function recognizeBuild(given: string): BuildText {
	if (isUtf16(given)) {
		throw unreadable(
			"it is UTF-16, which was read as UTF-8",
			"Save it as UTF-8 (PowerShell: `Out-File -Encoding utf8`).",
		);
	}
	// A byte order mark tells a text's encoding and is no part of it; the second one was read as Latin-1.
	const text = unquoted(given.replace(/^(?:[\uFEFF\u200B-\u200D\u2060]|\u00EF\u00BB\u00BF)+/, ""));
	const start = /\S/.exec(text)?.[0];
	if (start === undefined) throw unreadable("it is empty");
	// Chats keep a link from being unfolded by angle brackets.
	if (/^\s*<(?:https?|pob2?):/i.test(text)) throw link(text);
	if (start === "<") return { kind: "xml", text: checkedXml(text) };
	if (start === "{") return { kind: "json", text };
	if (start === "[") throw unreadable("it is JSON, but a list");
	for (const [head, what] of FOREIGN) if (head.test(text)) throw unreadable(`it is ${what}`);
	if (isBinary(text)) throw unreadable("it is no text, but binary data");
	if (!holdsPobCode(text)) {
		if (LINK.test(text)) throw link(text);
		// A broken code perhaps, but not words.
		if (!/^[\sA-Za-z0-9+/_=-]+$/.test(text) || !/\S{20}|^\s*e[AFJN]/.test(text))
			throw unreadable("it is neither XML, nor a PoB code, nor JSON");
	}
	return { kind: "xml", text: checkedXml(decodePobCode(text)) };
}

/** Whether a text is a build, or a link to one, rather than the name of a file with one. */
export function looksLikeBuild(text: string): boolean {
	return /^[\s`"'|]*[<{]/.test(text) || LINK.test(text) || holdsPobCode(text);
}

/** The error for a text that is no build that can be read. */
export function unreadable(reason: string, hint?: string): PobatchError {
	return new PobatchError("BUILD_INVALID", `The build's text cannot be read: ${reason}`, {
		hint: hint ?? "Give the XML or the code that Path of Building exports, or pobatch's own JSON.",
	});
}

/** The error for a build of the other game, whose documents are called otherwise. */
export function firstGame(): PobatchError {
	return unreadable(
		"it is a build of Path of Exile 1 (<PathOfBuilding>)",
		"Only builds of Path of Exile 2 are read: <PathOfBuilding2>, from Path of Building PoE2.",
	);
}

function link(text: string): PobatchError {
	const [, host, site] = LINK.exec(text) ?? [];
	const where = host ?? site?.replace(/\/.*/s, "") ?? "a website";
	return unreadable(
		`it is a link to ${where.slice(0, 100)}`,
		"Links are not opened. Open it in a browser, copy the build's code there and save the code into a file.",
	);
}

/** XML and JSON out of a chat's code fence, quotes or spoiler bars. */
function unquoted(text: string): string {
	const marks = /^[\s`|"'\u2018\u2019\u201C\u201D]*/.exec(text)?.[0] ?? "";
	if (marks.trim() === "") return text;
	const rest = text.slice(marks.length);
	// The name of a language, after a fence.
	const inside = marks.includes("```") ? rest.replace(/^\w{1,20}\s*(?=[<{])/, "") : rest;
	if (!/^[<{]/.test(inside)) return text;
	let end = inside.length;
	while (end > 0 && /[\s`|"'\u2018\u2019\u201C\u201D]/.test(inside[end - 1] as string)) end--;
	return inside.slice(0, end);
}

function checkedXml(given: string): string {
	const text = given.replace(/^\uFEFF/, "");
	if (/^\s*<(?:!DOCTYPE\s+html|html)\b/i.test(text)) {
		throw unreadable(
			"it is a web page (HTML)",
			"Copy the build's code from the page, not the page, and save the code into a file.",
		);
	}
	return text;
}

/** Two bytes a character, read as UTF-8: every other one is NUL. */
function isUtf16(text: string): boolean {
	return /^[\uFEFF\uFFFD\u00FE\u00FF]{0,2}(?:(?:[^\0]\0){4}|(?:\0[^\0]){4})/.test(text);
}

function isBinary(text: string): boolean {
	const head = text.slice(0, 1000);
	const strange = head.match(/(?!\s)[\p{Cc}\uFFFD]/gu)?.length ?? 0;
	return strange > head.length / 50;
}
