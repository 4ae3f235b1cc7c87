import { readFile } from "node:fs/promises";
import { PobatchError } from "../../common/errors.js";

type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

/**
 * Reads a `tree.lua` of Path of Building (`src/TreeData/<version>`): `return` and one table constructor of literals,
 * with the same contents as the `tree.json` that most versions also have. Nothing in it is executed.
 *
 * @returns what parsing the JSON gives
 * @throws PobatchError TREE_INVALID naming the line
 */
export async function readTreeLua(file: string): Promise<Value> {
	const text = await readFile(file, "utf8");
	const tree = new Reader(text, file).document();
	if (!isObject(tree) || !isObject(tree.groups ?? null)) return tree;
	// Group numbers have gaps, which JSON fills with null.
	const groups: Value[] = [];
	for (const [number, group] of Object.entries(tree.groups as object)) groups[Number(number) - 1] = group;
	return { ...tree, groups: Array.from(groups, (group) => group ?? null) };
}

function isObject(value: Value): value is { [key: string]: Value } {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

const space = /(?:\s+|--\[\[[\s\S]*?\]\]|--[^\n]*)*/y;
const token =
	/([A-Za-z_]\w*)|(-?(?:0[xX][\da-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?))|("(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|([{}[\]=,;])/y;

class Reader {
	#at = 0;
	#token = "";
	#kind: "name" | "number" | "string" | "symbol" | "end" = "end";

	constructor(
		readonly text: string,
		readonly file: string,
	) {
		this.#next();
	}

	document(): Value {
		this.#expect("return");
		const value = this.#value();
		if (this.#kind !== "end") throw this.#wrong("the end of the file");
		return value;
	}

	#next(): void {
		space.lastIndex = this.#at;
		space.exec(this.text);
		token.lastIndex = space.lastIndex;
		const match = token.exec(this.text);
		this.#at = match ? token.lastIndex : space.lastIndex;
		if (!match) {
			this.#kind = "end";
			this.#token = "";
			if (this.#at < this.text.length) throw this.#wrong("a table of literals");
			return;
		}
		this.#token = match[0];
		this.#kind = match[1] ? "name" : match[2] ? "number" : match[3] ? "string" : "symbol";
	}

	#wrong(what: string): PobatchError {
		const line = this.text.slice(0, this.#at).split("\n").length;
		return new PobatchError("TREE_INVALID", `Expected ${what} in line ${line} of ${this.file}`, {
			value: this.file,
		});
	}

	#is(text: string): boolean {
		if (this.#token !== text || this.#kind === "string") return false;
		this.#next();
		return true;
	}

	#expect(text: string): void {
		if (!this.#is(text)) throw this.#wrong(text);
	}

	#value(): Value {
		const [kind, text] = [this.#kind, this.#token];
		if (text === "{" && kind === "symbol") return this.#table();
		this.#next();
		if (kind === "string") return unquoted(text);
		if (kind === "number") return Number(text);
		if (kind === "name" && (text === "true" || text === "false")) return text === "true";
		if (kind === "name" && text === "nil") return null;
		throw this.#wrong("a literal");
	}

	/** An array if the keys are those of a list, otherwise an object. */
	#table(): Value {
		this.#expect("{");
		const entries = new Map<string | number, Value>();
		let position = 0;
		while (!this.#is("}")) {
			let key: string | number | undefined;
			if (this.#is("[")) {
				const found = this.#value();
				if (typeof found !== "string" && typeof found !== "number") throw this.#wrong("a key");
				key = found;
				this.#expect("]");
				this.#expect("=");
			} else if (this.#kind === "name" && !/^(?:true|false|nil)$/.test(this.#token)) {
				key = this.#token;
				this.#next();
				this.#expect("=");
			}
			const value = this.#value();
			if (value !== null) entries.set(key ?? ++position, value);
			if (!this.#is(",") && !this.#is(";")) {
				this.#expect("}");
				break;
			}
		}
		const list = Array.from({ length: entries.size }, (_, i) => entries.get(i + 1));
		return list.includes(undefined) ? Object.fromEntries(entries) : (list as Value[]);
	}
}

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", f: "\f", v: "\v" };

function unquoted(text: string): string {
	return text
		.slice(1, -1)
		.replace(/\\(\d{1,3}|[\s\S])/g, (_, code: string) =>
			/^\d/.test(code) ? String.fromCharCode(Number(code)) : (escapes[code] ?? code),
		);
}
