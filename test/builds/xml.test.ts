import { describe, expect, it } from "vitest";
import { childOf, childrenOf, MAX_WORK, parseXml, scanXml } from "../../src/builds/xml.js";

const invalid = (...messages: string[]) =>
	expect.objectContaining({
		code: "BUILD_INVALID",
		message: expect.stringMatching(
			new RegExp(messages.map((message) => message.replace(/[<>()[\]]/g, "\\$&")).join(".*")),
		),
	});

describe("parseXml", () => {
	it("gives elements, attributes, text and lines", () => {
		const root = parseXml(
			'<?xml version="1.0"?>\n<!-- made by hand -->\n<a one="1" two=\'b &amp; "c"\'>\n\tfirst &lt;&#65;&#x42;\n\t<b/>\n<c>x</c><b n="2"/><![CDATA[<raw>]]></a>',
		);
		expect(root.name).toBe("a");
		expect(root.line).toBe(3);
		expect([...root.attributes]).toEqual([
			["one", "1"],
			["two", 'b & "c"'],
		]);
		// Path of Building does not decode numeric character references: they become nothing.
		expect(root.text).toBe("first <\n<raw>");
		expect(root.children.map(({ name, line }) => [name, line])).toEqual([
			["b", 5],
			["c", 6],
			["b", 6],
		]);
		expect(childOf(root, "c")?.text).toBe("x");
		expect(childrenOf(root, "b")).toHaveLength(2);
		expect(childOf(undefined, "c")).toBeUndefined();
		expect(childrenOf(undefined, "c")).toEqual([]);
	});

	it("takes Windows line ends and names of an object's own members", () => {
		const root = parseXml('<constructor constructor="1">\r\n<toString toString="2"/></constructor>');
		expect(root.name).toBe("constructor");
		expect(root.attributes.get("constructor")).toBe("1");
		expect(root.children[0]?.attributes.get("toString")).toBe("2");
	});

	// Each expectation follows from Path of Building's runtime/lua/xml.lua, read by hand; pob-xml.test.ts runs that.
	it.each([
		["a bare &", '<a t="A & B">x & y</a>', "A & B", "x & y"],
		["an unknown entity", '<a t="1&nbsp;2">x&bomb;y</a>', "12", "xy"],
		["an & that finds a semicolon far behind", '<a t="A & B; C"/>', "A  C", ""],
		["-- in a comment", '<!-- a -- b --><a t="1"><!-- <b> --->z</a>', "1", "z"],
		["text behind the document", '<a t="1"/> & hello <b', "1", ""],
		["a second document", '<a t="1"/><b/>', "1", ""],
		["an attribute without quotes: none", '<a x=1 t="2" y=3/>', "2", ""],
		["white space around the sign: no attribute", '<a t = "1" t="2"/>', "2", ""],
		["an attribute twice: the last", "<a t=\"1\" t='2'/>", "2", ""],
		["< in an attribute", '<a t="1 < 2"/>', "1 < 2", ""],
		["an instruction in the middle", '<a t="1">x<?php y ?></a>', "1", "x"],
		["an element of two slashes", '<a t="1"><b//>x</a>', "1", "x"],
	])("reads as Path of Building does: %s", (_, text, attribute, content) => {
		const root = parseXml(text);
		expect(root.name).toBe("a");
		expect(root.attributes.get("t")).toBe(attribute);
		expect(root.text).toBe(content);
	});
});

describe("hazard: broken XML names its line", () => {
	it.each([
		["cut off in an element", "<a>\n<b>\n<c/>\n", ["line 4", "the text ends inside <b> of line 2"]],
		["cut off in a tag", '<a>\n<b x="', ["line 2", "the text ends inside <a>"]],
		["a wrong end", "<a>\n<b></a>", ["line 2", "</a> where <b> of line 2 is to be closed"]],
		["an end too many", "<a>\n</a></a>", ["line 2", "</a> closes nothing"]],
		["lines in comments", "<!--\n\n--><a>\n<b><!--\n--></c></a>", ["line 5", "</c> where <b> of line 4"]],
		["text in front", "\nhello <a/>", ["line 2", 'begins with "hello <a/>"']],
		["no element", "<!-- nothing -->", ["no element"]],
	])("%s", (_, text, messages) => {
		expect(() => parseXml(text)).toThrow(invalid(...messages));
	});
});

describe("hazard: malicious XML", () => {
	it("does not interpret a document type: what follows it is text", () => {
		expect(() => parseXml('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')).toThrow(
			invalid('begins with "<!DOCTYPE a'),
		);
		expect(() => parseXml('<a><!DOCTYPE a SYSTEM "file:///etc/passwd"></a>')).toThrow(
			invalid("ends inside <a>"),
		);
	});

	it("refuses 1,000 nested elements, and a million that are never closed", () => {
		expect(() => parseXml(`${"<a>".repeat(1000)}${"</a>".repeat(1000)}`)).toThrow(
			invalid("nested more than 64 deep"),
		);
		expect(() => parseXml("<a>".repeat(1_000_000))).toThrow(invalid("nested more than 64 deep"));
		expect(parseXml(`${"<a>".repeat(64)}${"</a>".repeat(64)}`).name).toBe("a");
	});

	// Path of Building's own reader takes minutes for each: seconds for the first 20 kB, growing up to cubically.
	it.each([
		["white space", `<a><b>${" ".repeat(5000)}</b></a>`],
		["white space at the end", `<a/>${" ".repeat(3000)}x${" ".repeat(3000)}y`],
		["comments without an end", `<a>${"<!--".repeat(100_000)}`],
		["a tag without an end", `<${"a".repeat(100_000)}`],
		["a tag without an end behind white space", `<a>${" ".repeat(1000)}<${"b".repeat(1000)}`],
		["a long word among the attributes", `<a ${"b".repeat(100_000)}/>`],
		["an attribute without an end", `<a ${"b".repeat(30_000)}='${".".repeat(100_000)}/>`],
		["& without an end", `<a>${"&".repeat(100_000)}</a>`],
	])("says how long Path of Building would take: %s", (_, text) => {
		expect(scanXml(text).work).toBeGreaterThan(MAX_WORK);
	});

	it("accepts all real builds", () => {
		const item = "<Item>\nRarity: RARE\nName\n+1 to maximum Life\n\t\t</Item>\n\n\n\n";
		const notes = `<Notes>${"\n".repeat(300)}${"Some words.  And some more.\n".repeat(2000)}</Notes>`;
		const text = `<a import="${"aB9".repeat(10_000)}">${item.repeat(2000)}${notes}</a>`;
		expect(scanXml(text).work).toBeLessThan(MAX_WORK / 10);
	});

	it.each([
		["comments without an end", "<!--"],
		["tags without an end", "<a "],
		["attributes without an end", "a='b=\""],
		["& without an end", "&"],
		["white space", " "],
		["ends of nothing", "&;"],
		["CDATA without an end", "<![CDATA["],
	])("reads 5 MB of %s within the time that any test has", (_, piece) => {
		const text = `<a ${piece.repeat(5_000_000 / piece.length)}`;
		scanXml(text);
		scanXml(`<a>${text.slice(3)}`);
		scanXml(`<a>${text.slice(3)}></a>`);
	});

	it("reads 10 MB within a test's time limit", () => {
		const text = `<a>${'<b c="d">text</b>\n'.repeat(550_000)}</a>`;
		expect(parseXml(text).children).toHaveLength(550_000);
	});
});
