import { deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recognizeBuild } from "../src/build-text.js";
import { Engine, PobatchError } from "../src/index.js";
import { describeWithPob, miniBuild, miniPob, miniPobWith } from "./support/pob.js";

const xml = miniBuild();
const codeOf = (text: string) =>
	deflateSync(text, { level: 9 }).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
const code = codeOf(xml);
const firstGame = xml.replaceAll("PathOfBuilding2", "PathOfBuilding");

/** Each with what the error has to say. */
const foreign: [string, string, RegExp][] = [
	["nothing", "", /it is empty/],
	["white space and a byte order mark", "\uFEFF \n", /it is empty/],
	["a link", "https://pobb.in/abcDEF123", /a link to pobb\.in.*save the code into a file/],
	["a link in words", "my build: https://poe.ninja/poe2/pob/1a2b3", /a link to poe\.ninja.*into a file/],
	["a link without its protocol", "pastebin.com/AbCdEf12", /a link to pastebin\.com.*into a file/],
	["a link as chats keep it folded", "<https://maxroll.gg/poe2/x>", /a link to maxroll\.gg/],
	["JSON of something else", '{"name":"x","items":[]}', /[iI]t is JSON/],
	["a JSON list", "[1,2,3]", /it is JSON, but a list/],
	["UTF-16", Buffer.from(`\uFEFF${xml}`, "utf16le").toString("utf8"), /it is UTF-16.*Save it as UTF-8/],
	["an image", Buffer.from("89504e470d0a1a0a0000000d49484452ff00", "hex").toString("utf8"), /a PNG image/],
	["a gzip archive", gzipSync("text").toString("utf8"), /a gzip archive/],
	["binary data", Buffer.from("01028384850607fe", "hex").toString("utf8"), /no text, but binary data/],
	["a web page", "<!DOCTYPE html><html><body></body></html>", /a web page \(HTML\)/],
	["a build of Path of Exile 1", firstGame, /Path of Exile 1.*Only builds of Path of Exile 2/],
	["a code of Path of Exile 1", codeOf(firstGame), /Path of Exile 1.*Only builds of Path of Exile 2/],
	["words", "please look at my build", /neither XML, nor a PoB code, nor JSON/],
];

describe.each(["pob", "reference"])("what is no build, with the calculator %s", (calculator) => {
	let engine: Engine;
	beforeAll(async () => {
		engine = await Engine.open({ calculator, threads: 1, ...(calculator === "pob" && { pob: miniPob }) });
	});
	afterAll(() => engine.close());

	test.each(foreign)("%s is named as what it is", async (_name, text, reason) => {
		const error = await engine.load(text).then(
			() => undefined,
			(error) => error,
		);
		expect(error).toBeInstanceOf(PobatchError);
		expect(error.code).toBe("BUILD_INVALID");
		expect(`${error.message} ${error.hint}`).toMatch(reason);
		expect(error.message).not.toMatch(/[\r\n]/);
	});
});

describe("a code as chat windows leave it", () => {
	const wrapped = (code.match(/.{1,40}/g) as string[]).join("\n");
	test.each([
		["in backticks", `\`${code}\``],
		["in a fence", `\`\`\`\n${code}\n\`\`\``],
		["in a fence with a language", `\`\`\`xml\n${code}\n\`\`\``],
		["in quotes", `"${code}"`],
		["in typographic quotes", `\u201C${code}\u201D`],
		["behind spoiler bars", `||${code}||`],
		["with words before it", `PoB code: ${code}`],
		["with words behind it", `${code} <- this is it!`],
		["with zero-width spaces", code.replace(/.{30}/g, "$&\u200B")],
		[
			"with escapes of links",
			Buffer.from(deflateSync(xml, { level: 9 }))
				.toString("base64")
				.replaceAll("+", "%2B")
				.replaceAll("/", "%2F")
				.replaceAll("=", "%3D"),
		],
		["in wrapped lines", wrapped],
		["in quoted lines", wrapped.replace(/^/gm, "> ")],
		["with carriage returns", wrapped.replaceAll("\n", "\r\n")],
		["without padding", code.replace(/=+$/, "")],
		["twice", `${code}\n\n\`${code}\``],
	])("%s is read", (_name, text) => {
		expect(recognizeBuild(text)).toEqual({ kind: "xml", text: xml });
	});

	test("a byte order mark before XML, or in a code, is no part of it", () => {
		expect(recognizeBuild(`\uFEFF${xml}`).text).toBe(xml);
		expect(recognizeBuild(`\u00EF\u00BB\u00BF${xml}`).text).toBe(xml);
		expect(recognizeBuild(codeOf(`\uFEFF${xml}`)).text).toBe(xml);
	});

	test("two different codes are not one", () => {
		const other = codeOf(miniBuild({ nodes: "1,10" }));
		expect(() => recognizeBuild(`${code}\nand\n${other}.`)).toThrow(/has 2 of them: give one/);
	});
});

describe("a build that Path of Building itself fails on", () => {
	async function failure(pob: string, text: string): Promise<PobatchError> {
		await using engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const error: unknown = await engine.load(text).then(
			() => undefined,
			(error) => error,
		);
		if (!(error instanceof PobatchError)) throw new Error(`expected a PobatchError but it was ${error}`);
		return error;
	}

	test("is invalid, in one line, with Lua's traceback in a field of its own", async () => {
		const failing = miniPobWith({
			"src/Modules/Build.lua": (text) =>
				text.replace(/(\nfunction buildMode:LoadSkills\(xml\)\n)/, '$1\terror("no such\\nskill")\n'),
		});
		const error = await failure(failing, xml);
		expect(error.code).toBe("BUILD_INVALID");
		expect(error.message).toMatch(/^Path of Building fails on the build, .*Build\.lua:\d+: no such skill$/);
		expect(error.traceback).toMatch(
			/^stack traceback:\n(?:.*\n)*?.*Build\.lua:\d+: in function 'LoadSkills'/,
		);
	});

	const spec = '<Spec treeVersion="0_5" classId="1" nodes=""/>';
	const head = '<PathOfBuilding2><Build level="1" className="Warrior" targetVersion="0_1"/>';
	describeWithPob("in the game's own data", (pob) => {
		test.each([
			[
				"a gem without a level",
				`${head}<Skills activeSkillSet="1"><SkillSet id="1"><Skill enabled="true"><Gem nameSpec="Fireball" enabled="true"/></Skill></SkillSet></Skills><Tree activeSpec="1">${spec}</Tree></PathOfBuilding2>`,
			],
			["tree 0 as the active one", `${head}<Tree activeSpec="0">${spec}</Tree></PathOfBuilding2>`],
		])("%s", async (_name, text) => {
			const error = await failure(pob, text);
			expect(error.code).toBe("BUILD_INVALID");
			expect(error.message).toMatch(/^Path of Building fails on the build, in its window as well: [^\r\n]+$/);
			expect(error.traceback).toMatch(/^stack traceback:\n/);
		});
	});
});
