import { PobatchError } from "../common/errors.js";

/** An element of a Path of Building document. */
export interface XmlElement {
	readonly name: string;
	readonly attributes: ReadonlyMap<string, string>;
	readonly children: readonly XmlElement[];
	/** The text directly inside the element, without surrounding white space, one line per piece. */
	readonly text: string;
	/** 1-based line of the start tag, for messages. */
	readonly line: number;
}

/** What {@link scanXml} found. */
export interface XmlDocument {
	/** What Path of Building considers the document: the first element, unless text precedes it. */
	readonly root: XmlElement | undefined;
	/** Why Path of Building's reader rejects the text or finds no document in it; undefined if it accepts it. */
	readonly fault: { readonly line: number; readonly reason: string } | undefined;
	/** The line where elements are nested deeper than {@link MAX_DEPTH}, if they are. */
	readonly tooDeep: number | undefined;
	/** Approximate number of steps that Path of Building's own reader takes; one step is about ten nanoseconds. */
	readonly work: number;
}

/** Path of Building nests 6 levels deep; anything far beyond that was crafted to exhaust the stack. */
const MAX_DEPTH = 64;

/** About ten seconds. A real build takes less than a hundredth of that. */
export const MAX_WORK = 1e9;

/**
 * Parses the XML of a build the way Path of Building does; see {@link scanXml}.
 *
 * @throws PobatchError BUILD_INVALID, naming the line
 */
export function parseXml(text: string): XmlElement {
	const { root, fault, tooDeep } = scanXml(text);
	if (tooDeep !== undefined) throw nestedTooDeep(tooDeep);
	if (fault !== undefined) throw invalid(fault.line, fault.reason);
	return root as XmlElement;
}

export function nestedTooDeep(line: number): PobatchError {
	return invalid(line, `elements are nested more than ${MAX_DEPTH} deep`);
}

function invalid(line: number, reason: string): PobatchError {
	return new PobatchError("BUILD_INVALID", `The build's XML cannot be read: line ${line}: ${reason}`, {
		hint: "Save or export the build in Path of Building again.",
	});
}

/** The first child element with that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
	return element?.children.find((child) => child.name === name);
}

/** All child elements with that name. */
export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
	return element?.children.filter((child) => child.name === name) ?? [];
}

// White space and names as in Lua patterns (%s, %w).
const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13);
const isWord = (code: number) =>
	(code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
const TAG = /<([?/]?)([A-Za-z0-9:]+)/y;
const ENTITIES = new Map([
	["lt", "<"],
	["gt", ">"],
	["amp", "&"],
	["apos", "'"],
	["quot", '"'],
]);

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

interface OpenElement {
	element: { -readonly [Key in keyof XmlElement]: XmlElement[Key] };
	children: XmlElement[];
	texts: string[];
}

/**
 * Reads XML the way Path of Building's own reader does (its runtime/lua/xml.lua), which is not a conforming XML parser:
 * comments are cut out first, tags end at the first `>`, only text that looks like `name="value"` is an attribute, only
 * XML's five predefined entities are recognised, and if no further tag is found, the rest is text. No XML parser
 * accepts exactly the same texts, and a build is whatever that reader accepts. This function takes time linear in the
 * length of the text, whereas Path of Building's reader can take cubic time: `work` estimates how much.
 */
export function scanXml(text: string): XmlDocument {
	const scanner = new Scanner(text);
	const fault = scanner.run();
	return { root: scanner.root, fault, tooDeep: scanner.tooDeep, work: scanner.work };
}

class Scanner {
	root: XmlElement | undefined;
	tooDeep: number | undefined;
	work = 0;
	readonly #text: string;
	readonly #cuts: readonly Cut[];
	readonly #open: OpenElement[] = [];
	/** Whether the top level has any content yet: the first thing there is the document. */
	#begun = false;
	#line = 1;
	#lineAt = 0;
	#cut = 0;

	constructor(text: string) {
		const { rest, cuts, work } = withoutComments(text);
		this.#text = rest;
		this.#cuts = cuts;
		this.work = work;
	}

	/** Reads the whole text. Returns what is wrong with it, if anything. */
	run(): XmlDocument["fault"] {
		const text = this.#text;
		let at = 0;
		for (;;) {
			let start = at;
			while (isSpace(text.charCodeAt(start))) start++;
			const tag = text.indexOf("<", start);
			const content = text.slice(start, tag < 0 ? text.length : tag);
			const once = content.length + squares(content, isSpace);
			// Path of Building's reader first tries to match a CDATA section, and backtracks over the white space if there is
			// none.
			const skipped = start - at;
			const all = skipped ** 3 / 6 + (skipped + 1) * once;
			this.work += all + once;
			if (tag < 0) {
				this.work += all;
				break;
			}
			const end = trimmedEnd(content);
			const isData = text.startsWith("<![CDATA[", tag);
			if (isData) {
				const close = text.indexOf("]]>", tag + 9);
				if (close >= 0) {
					if (end > 0) this.#addText(decoded(content.slice(0, end), this));
					const data = text.slice(tag + 9, close);
					if (trimmedEnd(data) > 0) this.#addText(data);
					at = close + 3;
					continue;
				}
			}
			TAG.lastIndex = tag;
			const [, before, name] = TAG.exec(text) ?? [];
			const named = TAG.lastIndex;
			const close = name === undefined ? -1 : text.indexOf(">", named);
			if (before === undefined || name === undefined || close < 0) {
				// Each way of reaching the tag searches for its end, once per shorter name.
				const ways = (skipped + 1) * (skipped + content.length - end + 1);
				const tries = name === undefined ? Number(isData) : name.length;
				this.work += all + ways * tries * (text.length - tag);
				break;
			}
			if (end > 0) this.#addText(decoded(content.slice(0, end), this));
			const last = close > named ? (text[close - 1] as string) : "";
			const after = last === "/" || last === "?" ? last : "";
			at = close + 1;
			if (before === "?" || after === "?") continue;
			if (before === "/" && after === "") {
				const fault = this.#close(name, tag);
				if (fault !== undefined) return fault;
				continue;
			}
			this.#begin(name, this.#attributes(text.slice(named, close - after.length)), this.#lineOf(tag));
			if (after === "/") this.#end();
		}
		const unclosed = this.#open.at(-1);
		if (unclosed !== undefined) {
			const { name, line } = unclosed.element;
			return {
				line: this.#lineOf(text.length),
				reason: `the text ends inside <${name}> of line ${line}, so it is not complete`,
			};
		}
		return this.root === undefined ? this.#noRoot() : undefined;
	}

	#noRoot(): XmlDocument["fault"] {
		const start = /[^ \t\n\v\f\r]/.exec(this.#text)?.index;
		const reason =
			start === undefined
				? "there is no element in it"
				: `it begins with ${JSON.stringify(this.#text.slice(start, start + 30))}, not with an element`;
		this.#lineAt = 0;
		this.#cut = 0;
		this.#line = 1;
		return { line: this.#lineOf(start ?? 0), reason };
	}

	#begin(name: string, attributes: ReadonlyMap<string, string>, line: number): void {
		const children: XmlElement[] = [];
		const element = { name, attributes, children, text: "", line };
		this.#open.at(-1)?.children.push(element);
		if (this.#open.length === MAX_DEPTH) this.tooDeep ??= line;
		if (!this.#begun) this.root = element;
		this.#begun = true;
		this.#open.push({ element, children, texts: [] });
	}

	#end(): void {
		const closed = this.#open.pop();
		if (closed !== undefined) closed.element.text = closed.texts.join("\n");
	}

	#close(name: string, at: number): XmlDocument["fault"] {
		const open = this.#open.at(-1)?.element;
		if (open?.name === name) return void this.#end();
		const reason =
			open === undefined
				? `</${name}> closes nothing`
				: `</${name}> where <${open.name}> of line ${open.line} is to be closed`;
		return { line: this.#lineOf(at), reason };
	}

	#addText(text: string): void {
		this.#begun = true;
		this.#open.at(-1)?.texts.push(text);
	}

	/** Line number of a position in the original text. Positions must be passed in ascending order. */
	#lineOf(at: number): number {
		for (; this.#cut < this.#cuts.length; this.#cut++) {
			const cut = this.#cuts[this.#cut] as Cut;
			if (cut.at > at) break;
			this.#line += cut.lines;
		}
		this.#line += linesIn(this.#text.slice(this.#lineAt, at));
		this.#lineAt = at;
		return this.#line;
	}

	#attributes(text: string): ReadonlyMap<string, string> {
		if (text === "") return NO_ATTRIBUTES;
		const attributes = new Map<string, string>();
		let done = 0;
		const unclosed = new Set<string>();
		for (
			let equals = text.indexOf("=");
			equals >= 0;
			equals = text.indexOf("=", Math.max(equals + 1, done))
		) {
			const quote = text[equals + 1] as string;
			if (quote !== '"' && quote !== "'") continue;
			let start = equals;
			while (start > done && isWord(text.charCodeAt(start - 1))) start--;
			if (start === equals) continue;
			const end = unclosed.has(quote) ? -1 : text.indexOf(quote, equals + 2);
			if (end < 0) {
				unclosed.add(quote);
				this.work += (equals - start) * (text.length - equals);
				continue;
			}
			this.work += squares(text.slice(done, start), isWord) + (end - start);
			attributes.set(text.slice(start, equals), decoded(text.slice(equals + 2, end), this));
			done = end + 1;
		}
		this.work += squares(text.slice(done), isWord);
		return attributes;
	}
}

/** A comment's position in the text without comments, and the line breaks that it contained. */
interface Cut {
	at: number;
	lines: number;
}

function withoutComments(text: string): { rest: string; cuts: Cut[]; work: number } {
	const cuts: Cut[] = [];
	const parts: string[] = [];
	let length = 0;
	let done = 0;
	let work = 0;
	for (let start = text.indexOf("<!--"); start >= 0; start = text.indexOf("<!--", done)) {
		const close = text.indexOf("-->", start + 4);
		if (close < 0) {
			// Path of Building's reader restarts the search for the end at each one.
			for (; start >= 0; start = text.indexOf("<!--", start + 4)) work += text.length - start;
			break;
		}
		parts.push(text.slice(done, start));
		length += start - done;
		done = close + 3;
		cuts.push({ at: length, lines: linesIn(text.slice(start, done)) });
	}
	return { rest: parts.join("") + text.slice(done), cuts, work };
}

/** Half the sum of the squared lengths of the runs of such characters. */
function squares(text: string, belongs: (code: number) => boolean): number {
	let sum = 0;
	let run = 0;
	for (let at = 0; at <= text.length; at++) {
		// Past the end, the code is NaN, which matches nothing.
		if (belongs(text.charCodeAt(at))) run++;
		else if (run > 0) {
			sum += run ** 2 / 2;
			run = 0;
		}
	}
	return sum;
}

/** End of the text without trailing white space; 0 if it is all white space. */
function trimmedEnd(text: string): number {
	let end = text.length;
	while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
	return end;
}

function decoded(text: string, cost: { work: number }): string {
	let out = "";
	let done = 0;
	for (let start = text.indexOf("&"); start >= 0; start = text.indexOf("&", done)) {
		const end = text.indexOf(";", start + 1);
		if (end < 0) {
			for (; start >= 0; start = text.indexOf("&", start + 1)) cost.work += text.length - start;
			break;
		}
		out += text.slice(done, start) + (ENTITIES.get(text.slice(start + 1, end)) ?? "");
		done = end + 1;
	}
	return out + text.slice(done);
}

function linesIn(text: string): number {
	let count = 0;
	for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
	return count;
}
