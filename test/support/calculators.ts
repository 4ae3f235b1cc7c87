import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A calculator of test/lua/. */
export function fixture(name: string): string {
	return fileURLToPath(new URL(`../lua/${name}`, import.meta.url));
}

let folder: string | undefined;
let count = 0;

/** A calculator file with this text, in a temporary folder. */
export function luaFile(text: string): string {
	folder ??= mkdtempSync(join(tmpdir(), "pobatch-test-"));
	const file = join(folder, `calculator-${++count}.lua`);
	writeFileSync(file, text);
	return file;
}

/** A calculator that keeps the contract, except for the fields given as Lua expressions. */
export function calculatorWith(fields: Record<string, string>): string {
	const all: Record<string, string> = {
		name: '"test"',
		version: '"1"',
		load: "function(text) return { text = text }, { allocated = {} } end",
		stats: 'function() return { "A" } end',
		Calculate: "function() return { A = 1 } end",
		...fields,
	};
	const lines = Object.entries(all).map(([name, value]) => `\t${name} = ${value},`);
	return luaFile(`return {\n${lines.join("\n")}\n}\n`);
}
