import { PobatchError } from "../common/errors.js";
import { decodePobCode, holdsPobCode } from "./code.js";

/** A build's text: its format, and the text without anything that is not part of it. */
export interface BuildText {
	kind: "xml" | "json";
	text: string;
}

/** Sites whose links are also accepted without `https://`. */
const SITES =
	"pobb\\.in|pob\\.cool|poe\\.ninja|poe2?db\\.tw|pastebin\\.com|rentry\\.co|maxroll\\.gg|mobalytics\\.gg|poeplanner\\.com";
const LINK = new RegExp(
	`(?:\\b(?:https?|pob2?):/+(?:www\\.)?([^\\s/<>"'()|]+)|^\\W*((?:${SITES})/\\S*))`,
	"i",
);

/** File types recognised by how they begin when read as text. */
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
 * Recognises the format of a build's text: Path of Building's XML, a PoB code (returned as the XML it contains), or
 * pobatch's JSON. For other common inputs the error says what they are: links, images, web pages, UTF-16.
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
	// A byte order mark is not part of the text; the second alternative is a UTF-8 one read as Latin-1.
	const text = unquoted(given.replace(/^(?:[\uFEFF\u200B-\u200D\u2060]|\u00EF\u00BB\u00BF)+/, ""));
	const start = /\S/.exec(text)?.[0];
	if (start === undefined) throw unreadable("it is empty");
	// In chats, angle brackets prevent a link preview.
	if (/^\s*<(?:https?|pob2?):/i.test(text)) throw link(text);
	if (start === "<") return { kind: "xml", text: checkedXml(text) };
	if (start === "{") return { kind: "json", text };
	if (start === "[") throw unreadable("it is JSON, but a list");
	for (const [head, what] of FOREIGN) if (head.test(text)) throw unreadable(`it is ${what}`);
	if (isBinary(text)) throw unreadable("it is no text, but binary data");
	if (!holdsPobCode(text)) {
		if (LINK.test(text)) throw link(text);
		// Possibly a damaged code, but not prose.
		if (!/^[\sA-Za-z0-9+/_=-]+$/.test(text) || !/\S{20}|^\s*e[AFJN]/.test(text))
			throw unreadable("it is neither XML, nor a PoB code, nor JSON");
	}
	return { kind: "xml", text: checkedXml(decodePobCode(text)) };
}

/** Whether a text is a build, or a link to one, rather than the name of a build file. */
export function looksLikeBuild(text: string): boolean {
	return /^[\s`"'|]*[<{]/.test(text) || LINK.test(text) || holdsPobCode(text);
}

/** The error for a text that cannot be read as a build. */
export function unreadable(reason: string, hint?: string): PobatchError {
	return new PobatchError("BUILD_INVALID", `The build's text cannot be read: ${reason}`, {
		hint: hint ?? "Give the XML or the code that Path of Building exports, or pobatch's own JSON.",
	});
}

/** The error for a build of the first game, whose documents have a different root element. */
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

/** Extracts XML or JSON from a chat's code fence, quotes or spoiler bars. */
function unquoted(text: string): string {
	const marks = /^[\s`|"'\u2018\u2019\u201C\u201D]*/.exec(text)?.[0] ?? "";
	if (marks.trim() === "") return text;
	const rest = text.slice(marks.length);
	// A language name after the fence.
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

/** UTF-16 read as UTF-8: every other character is NUL. */
function isUtf16(text: string): boolean {
	return /^[\uFEFF\uFFFD\u00FE\u00FF]{0,2}(?:(?:[^\0]\0){4}|(?:\0[^\0]){4})/.test(text);
}

function isBinary(text: string): boolean {
	const head = text.slice(0, 1000);
	const strange = head.match(/(?!\s)[\p{Cc}\uFFFD]/gu)?.length ?? 0;
	return strange > head.length / 50;
}
