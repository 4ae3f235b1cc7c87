import { readFileSync } from "node:fs";
import { deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recognizeBuild } from "../../src/builds/build-text.js";
import { encodePobCode } from "../../src/builds/code.js";
import { Engine } from "../../src/index.js";
import { miniBuild, miniPob } from "../support/pob.js";

const xml = miniBuild();
const code = encodePobCode(xml);
const plainBase64 = deflateSync(xml).toString("base64");
/** How a file with these bytes is read as text. */
const read = (bytes: string, encoding: BufferEncoding) => Buffer.from(bytes, encoding).toString("utf8");
const firstGame = "<PathOfBuilding><Build/></PathOfBuilding>";

const foreign: [name: string, text: string, message: RegExp, hint: RegExp][] = [
	["nothing", "", /it is empty/, /XML or the code/],
	["white space and a byte order mark", "\uFEFF \n", /it is empty/, /XML or the code/],
	["a link", "https://pobb.in/qO1_QpuQLeDd\n", /it is a link to pobb\.in$/, /save the code into a file/],
	["a link of a known site", "pobb.in/qO1_QpuQLeDd", /it is a link to pobb\.in$/, /save the code/],
	[
		"a link in angle brackets",
		"<https://www.pastebin.com/x>",
		/it is a link to pastebin\.com$/,
		/save the code/,
	],
	["a link in a sentence", "Look: https://poe.ninja/pob/1a2b!", /a link to poe\.ninja$/, /save the code/],
	["a link of Path of Building", "pob2://pobbin/qO1_QpuQLeDd", /it is a link to pobbin$/, /save the code/],
	["UTF-16", read(`\uFEFF${xml}`, "utf16le"), /it is UTF-16/, /Save it as UTF-8/],
	["UTF-16 without a mark", read(xml, "utf16le"), /it is UTF-16/, /Save it as UTF-8/],
	["UTF-16 of the other order", `\uFFFD\uFFFD${xml.replace(/(.)/gs, "\0$1")}`, /UTF-16/, /Save it as UTF-8/],
	["a code in UTF-16", read(`\uFEFF${code}`, "utf16le"), /it is UTF-16/, /Save it as UTF-8/],
	["a PNG image", read("89504e470d0a1a0a0000000d49484452", "hex"), /it is a PNG image/, /XML or the code/],
	["a JPEG image", read("ffd8ffe000104a46494600010100", "hex"), /it is a JPEG image/, /XML or the code/],
	["a ZIP archive", read("504b0304140000000800", "hex"), /it is a ZIP archive/, /XML or the code/],
	["a gzip archive", gzipSync("text").toString("utf8"), /it is a gzip archive/, /XML or the code/],
	["binary data", read("0102030405060708090a0b0c0d0e0f", "hex"), /binary data/, /XML or the code/],
	["a list in JSON", "[1, 2]", /it is JSON, but a list/, /XML or the code/],
	["a web page", "<!DOCTYPE html>\n<html></html>", /it is a web page/, /from the page/],
	["a build of Path of Exile 1", firstGame, /it is a build of Path of Exile 1/, /Path of Exile 2/],
	[
		"a code of Path of Exile 1",
		encodePobCode(firstGame),
		/it is a build of Path of Exile 1/,
		/Path of Exile 2/,
	],
	["words", "hello, world", /neither XML, nor a PoB code, nor JSON/, /XML or the code/],
	["half a code", code.slice(0, 80), /PoB code cannot be read: it is not complete/, /Copy the whole code/],
	[
		"a code that a chat cut",
		`${code.slice(0, 80)}…`,
		/the character "…" does not belong/,
		/Copy the whole code/,
	],
	["two codes", `${code} ${encodePobCode(`${xml} `)}`, /the text has 2 of them/, /code/],
];

describe.each([
	["Path of Building", "pob"],
	["the reference calculator", "reference"],
])("hazard: what is no build, given to %s", (_, calculator) => {
	let engine: Engine;
	beforeAll(async () => {
		engine = await Engine.open({ calculator, threads: 1, ...(calculator === "pob" && { pob: miniPob }) });
	});
	afterAll(() => engine.close());

	it.each(foreign)("%s is named, with what to do", async (_, text, message, hint) => {
		await expect(engine.load(text)).rejects.toMatchObject({
			code: "BUILD_INVALID",
			message: expect.stringMatching(message),
			hint: expect.stringMatching(hint),
		});
	});

	it("JSON of something else is named", async () => {
		await expect(engine.load('{"character":{}}')).rejects.toMatchObject({
			code: "BUILD_INVALID",
			message: expect.stringContaining("is JSON"),
		});
	});
});

describe("hazard: builds as chats and editors leave them", () => {
	const worn: [name: string, text: string][] = [
		["as it is", code],
		["plain base64", plainBase64],
		["in backticks", `\`${code}\``],
		["in a code fence", `\`\`\`\n${code}\n\`\`\``],
		["in a fence with a language, between sentences", `Look at this:\n\`\`\`text\n${code}\n\`\`\`\nNice?`],
		["in quotes", `"${code}"`],
		["in typographic quotes", `\u201C${code}\u201D`],
		["in spoiler bars", `||${code}||`],
		["in bold", `**${code}**`],
		["in angle brackets, behind words", `code <${code}>`],
		["behind a label", `PoB code: ${code}`],
		["between words", `my build ${code.replace(/=+$/, "")} and good luck`],
		["in a link's parameter", `see code=${encodeURIComponent(plainBase64)}&x=1`],
		["with + and / escaped", encodeURIComponent(plainBase64)],
		["escaped twice", encodeURIComponent(encodeURIComponent(plainBase64))],
		["with characters of no width", code.replace(/(.{20})/g, "$1\u200B").concat("\u200D\uFEFF")],
		["wrapped", code.replace(/(.{30})/g, "$1\n")],
		["wrapped for Windows", code.replace(/(.{30})/g, "$1\r\n")],
		["quoted line by line", code.replace(/(.{30})/g, "$1\n").replace(/^/gm, "> ")],
		["twice the same", `${code}\n\n${code}`],
	];
	it.each(worn)("a code %s", (_, text) => {
		expect(recognizeBuild(text)).toEqual({ kind: "xml", text: xml });
	});

	it.each([
		["XML in a code fence", `\`\`\`xml\n${xml}\n\`\`\`\n`],
		["XML with a byte order mark", `\uFEFF${xml}`],
		["XML with a byte order mark that was read as Latin-1", `\u00EF\u00BB\u00BF${xml}`],
		["a code of XML with a byte order mark", encodePobCode(`\uFEFF${xml}`)],
	])("%s", (_, text) => {
		expect(recognizeBuild(text)).toEqual({ kind: "xml", text: xml });
	});

	it("JSON in a code fence", () => {
		const text = readFileSync(new URL("../../data/demo-build.json", import.meta.url), "utf8").trim();
		expect(recognizeBuild(`\`\`\`json\n${text}\n\`\`\``)).toEqual({ kind: "json", text });
	});

	it("does not change XML that only looks reformatted", () => {
		const text = ` \n${xml.replace("<Items>", "<Notes>```||https://pobb.in/x```</Notes><Items>")}\n"`;
		expect(recognizeBuild(text)).toEqual({ kind: "xml", text });
	});
});
