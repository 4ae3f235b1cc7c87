import { readFile } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import { packageFolder } from "../native/addon.js";
import type { Frame } from "./profile-phases.js";

const mainChunk = "main chunk";

/**
 * Names functions as their source does. Lua only knows the name by which a function was called, if any, and that is
 * often a local one.
 *
 * @param frames the name by which it was called or "", chunk name, line of the definition (0: main chunk or a C
 * function)
 * @param folder folder of chunks whose names are relative paths; undefined if there are none
 */
export async function nameFunctions(
	frames: readonly (readonly [name: string, source: string, line: number])[],
	folder: string | undefined,
): Promise<Frame[]> {
	const texts = new Map<string, Promise<string[]>>();
	const linesOf = (path: string) => {
		let lines = texts.get(path);
		if (!lines) {
			// If the chunk is not a file, or the file is gone, functions keep the names by which they were called.
			lines = readFile(path, "utf8").then(
				(text) => text.split("\n"),
				() => [],
			);
			texts.set(path, lines);
		}
		return lines;
	};
	return Promise.all(
		frames.map(async ([called, source, line]) => {
			const file = fileOf(source);
			if (source === "=[C]") return { name: called || "?", file, line: 0 };
			if (line === 0) return { name: mainChunk, file, line };
			const path = source.startsWith("@") ? pathOf(file, folder) : undefined;
			const text = path === undefined ? "" : ((await linesOf(path))[line - 1] ?? "");
			return { name: definedName(text) ?? (called || "anonymous"), file, line };
		}),
	);
}

/** A readable chunk name: `pobatch/lua/...` for the package's own files, others unchanged. */
function fileOf(source: string): string {
	if (!/^[@=]/.test(source)) return "[string]";
	const path = source.slice(1);
	if (!isAbsolute(path)) return path;
	const inside = relative(packageFolder, path);
	return inside.startsWith("lua/") ? `pobatch/${inside}` : path;
}

function pathOf(file: string, folder: string | undefined): string | undefined {
	if (isAbsolute(file)) return file;
	if (file.startsWith("pobatch/lua/")) return join(packageFolder, file.slice("pobatch/".length));
	return folder === undefined ? undefined : join(folder, file);
}

// A name as LuaJIT reads it: every byte beyond ASCII counts as a letter.
const name = "[\\w\\u0080-\\uffff]+";
const path = `${name}(?:[.:]${name})*`;
// `function`, or the start of a short function: its parameters (between bars, unless there is exactly one) and an
// arrow.
const functionHead = `(?:function\\s*\\(|(?:\\|[^|]*\\||${name})\\s*->)`;
const definitions = [
	new RegExp(`\\bfunction\\s+(${path})\\s*\\(`),
	new RegExp(`(${path}(?:\\[[^\\]]*\\])?)\\s*=\\s*${functionHead}`),
	new RegExp(`\\[\\s*["']([^"']+)["']\\s*\\]\\s*=\\s*${functionHead}`),
];

/** The name that a line of source gives to a function that begins on that line. */
export function definedName(line: string): string | undefined {
	for (const definition of definitions) {
		const match = definition.exec(line);
		if (match) return match[1];
	}
	return undefined;
}
