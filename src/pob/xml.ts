import sax from "sax";
import { PobatchError } from "../errors.js";

/** An element of a Path of Building document. */
export interface XmlElement {
	readonly name: string;
	readonly attributes: ReadonlyMap<string, string>;
	readonly children: readonly XmlElement[];
	/** All text directly inside the element, entities resolved. */
	readonly text: string;
	/** 1-based line of the start tag, for messages. */
	readonly line: number;
}

/** Path of Building nests 6 deep; what is far beyond was made to exhaust a stack. */
const MAX_DEPTH = 64;

/**
 * Parses the XML of a build. Document types are refused, so no entity but XML's
 * own five and character references can be expanded; nesting is bounded.
 *
 * @throws PobatchError BUILD_INVALID, naming the line
 */
export function parseXml(text: string): XmlElement {
	// A byte order mark is no part of the document.
	const document = text.startsWith("\uFEFF") ? text.slice(1) : text;
	// The published types do not know strictEntities: XML's five entities instead of HTML's hundreds.
	const parser = sax.parser(true, { strictEntities: true, position: true } as sax.SAXOptions);
	const open: { element: XmlElement; children: XmlElement[]; texts: string[] }[] = [];
	let attributes = new Map<string, string>();
	let tagLine = 1;
	let root: XmlElement | undefined;

	parser.onerror = (error) => {
		const at = open.at(-1)?.element;
		const inside = at === undefined ? "" : ` inside <${at.name}> of line ${at.line}`;
		// The library's message goes on with its own 0-based count of lines.
		const reason = error.message.split("\n")[0]?.replace(/\.$/, "") ?? "";
		throw invalid(
			reason.startsWith("Unclosed") || reason.startsWith("Unexpected end")
				? `the text ends${inside}, so it is not complete`
				: `${lowerFirst(reason)}${inside}`,
			parser.line + 1,
		);
	};
	parser.ondoctype = () => {
		throw invalid("a document type is not allowed in a build", parser.line + 1);
	};
	parser.onopentagstart = () => {
		attributes = new Map();
		tagLine = parser.line + 1;
	};
	parser.onattribute = ({ name, value }) => {
		attributes.set(name, value);
	};
	parser.onopentag = ({ name }) => {
		if (root !== undefined && open.length === 0) throw invalid(`a second document <${name}> begins`, tagLine);
		if (open.length === MAX_DEPTH) throw invalid(`elements are nested more than ${MAX_DEPTH} deep`, tagLine);
		const children: XmlElement[] = [];
		const element = { name, attributes, children, text: "", line: tagLine };
		open.at(-1)?.children.push(element);
		open.push({ element, children, texts: [] });
		root ??= element;
	};
	parser.ontext = (part) => {
		open.at(-1)?.texts.push(part);
	};
	parser.oncdata = parser.ontext;
	parser.onclosetag = () => {
		const closed = open.pop();
		if (closed !== undefined) (closed.element as { text: string }).text = closed.texts.join("");
	};
	parser.write(document).close();
	if (root === undefined) throw invalid("there is no element in it", 1);
	return root;
}

function invalid(reason: string, line: number): PobatchError {
	return new PobatchError("BUILD_INVALID", `The build's XML cannot be read: line ${line}: ${reason}`, {
		hint: "Save or export the build in Path of Building again.",
	});
}

function lowerFirst(text: string): string {
	return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The first child element of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
	return element?.children.find((child) => child.name === name);
}

/** All child elements of that name. */
export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
	return element?.children.filter((child) => child.name === name) ?? [];
}
