import { describe, expect, it } from "vitest";
import { childOf, childrenOf, parseXml } from "../../src/pob/xml.js";

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
		expect(root.text.replace(/\s+/g, " ")).toBe(" first <AB <raw>");
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

	it("takes a byte order mark, Windows line ends and names of an object's own members", () => {
		const root = parseXml('\uFEFF<__proto__ constructor="1">\r\n<toString __proto__="2"/></__proto__>');
		expect(root.name).toBe("__proto__");
		expect(root.attributes.get("constructor")).toBe("1");
		expect(root.children[0]?.attributes.get("__proto__")).toBe("2");
	});
});

describe("hazard: broken XML names its line", () => {
	it.each([
		["cut off in an element", "<a>\n<b>\n<c/>\n", ["line 4", "the text ends inside <b> of line 2"]],
		["cut off in a tag", '<a>\n<b x="', ["line 2", "the text ends inside <a>"]],
		["a wrong end", "<a>\n<b></a>", ["line 2", "unexpected close tag"]],
		["an attribute without quotes", "<a>\n<b x=1/></a>", ["line 2", "unquoted attribute value"]],
		["two documents", "<a/>\n<b/>", ["line 2", "second document <b>"]],
		["text around it", "<a/>\nhello", ["line 2", "text data outside of root node"]],
		["no element", "<!-- nothing -->", ["no element"]],
		["an entity that is not XML's", "<a>\n&nbsp;</a>", ["line 2", "invalid character entity"]],
	])("%s", (_, text, messages) => {
		expect(() => parseXml(text)).toThrow(invalid(...messages));
	});
});

describe("hazard: XML made to hurt", () => {
	it("refuses a document type, so no entity can expand", () => {
		const lol = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join(
			"\n",
		);
		const laughs = `<!DOCTYPE a [<!ENTITY l0 "lol">\n${lol}]><a>&l9;</a>`;
		expect(() => parseXml(laughs)).toThrow(invalid("document type"));
		expect(() => parseXml('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>')).toThrow(invalid("document type"));
	});

	it("refuses 1,000 nested elements, and a million without an end", () => {
		expect(() => parseXml(`${"<a>".repeat(1000)}${"</a>".repeat(1000)}`)).toThrow(
			invalid("nested more than 64 deep"),
		);
		expect(() => parseXml("<a>".repeat(1_000_000))).toThrow(invalid("nested more than 64 deep"));
		expect(parseXml(`${"<a>".repeat(64)}${"</a>".repeat(64)}`).name).toBe("a");
	});

	it("reads 10 MB within the time that any test has", () => {
		const text = `<a>${'<b c="d">text</b>\n'.repeat(550_000)}</a>`;
		expect(parseXml(text).children).toHaveLength(550_000);
	});
});
