// `node scripts/lint-lua.mjs [FILE...]`: checks the given Lua files, or all in this repository: globals that are read
// or written, unused local variables, line width and trailing spaces, and fields of the table that the parts of lua/pob
// share. The parser is the project's own (lua/pob/slice), run by the engine that `npm run build` makes: it knows
// LuaJIT's newest syntax, and gives the same results on every machine. Ends with status 1 if it finds something.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const FOLDERS = ["lua", "test/lua", "scripts", "examples", "bench"];
const WIDTH = 128;
const TAB = "  ";
/** Declares the table that the parts of lua/pob share. */
const SHARED = "lua/pob/patch/shared.lua";
/** How a file declares globals other than LuaJIT's own; luacheck and editors also read this. */
const DECLARATION = /^-- luacheck: globals (.*)$/gm;

/** An empty Lua table arrives as an object; here it means an empty list, or none. */
const list = (value) => (Array.isArray(value) ? value : []);

/** Problems in a file's lines, as `{ line, message }`. Lines inside a string may have any width. */
function lint(text, texts) {
	const found = [];
	const isText = (line) => texts.some(({ first, last }) => first < line && line < last);
	const lines = text.split("\n");
	if (lines.pop() !== "")
		found.push({ line: lines.length + 1, message: "no line break at the end of the file" });
	for (const [i, line] of lines.entries()) {
		const width = [...line.replaceAll("\t", TAB)].length;
		if (width > WIDTH && !isText(i + 1))
			found.push({ line: i + 1, message: `${width} columns, of ${WIDTH} at most` });
		if (/\s$/.test(line)) found.push({ line: i + 1, message: "blanks at the end of the line" });
		if (/^\t* /.test(line)) found.push({ line: i + 1, message: "indented with spaces instead of tabs" });
	}
	return found;
}

/** Uses of fields of the shared table: `shared.x`, also in strings, and `__pobatch.x` in edited modules. */
function fieldsIn(text) {
	const field = /(?:\b(?<!host\.|native\.)shared|\b__pobatch)\.([A-Za-z_]\w*)/g;
	return text
		.split("\n")
		.flatMap((line, i) => [...line.matchAll(field)].map(([, name]) => ({ line: i + 1, name })));
}

/** Fields that the table's file does not declare. */
const undeclared = (text) =>
	fieldsIn(text)
		.filter(({ name }) => !declared.has(name))
		.map(({ line, name }) => ({ line, message: `field '${name}' is not declared in ${SHARED}` }));

const declared = new Set(
	[...readFileSync(join(root, SHARED), "utf8").matchAll(/^---@field (\w+)/gm)].map(([, name]) => name),
);

if (!existsSync(join(root, "dist", "index.js"))) {
	console.error("lint-lua: there is no dist/: run `npm run build` first");
	process.exit(1);
}
const { openTool } = await import("./tool/open.mjs");

const given = process.argv.slice(2);
const ours = () =>
	FOLDERS.flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true })
			.filter((name) => name.endsWith(".lua"))
			.sort()
			.map((name) => `${folder}/${name.replaceAll("\\", "/")}`),
	);
const files = (given.length > 0 ? given : ours()).map((path) => {
	const text = readFileSync(resolve(root, path), "utf8");
	return {
		path,
		text,
		globals: [...text.matchAll(DECLARATION)].flatMap(([, names]) => names.split(/[\s,]+/)),
	};
});
const tool = await openTool("lint-lua");
let count = 0;
try {
	const answers = await tool.command("lint", { files });
	for (const [i, { path, text }] of files.entries()) {
		const found = [
			...lint(text, list(answers[i].texts)),
			...list(answers[i].found),
			...(/(^|\/)lua\/pob\//.test(path) ? undeclared(text) : []),
		];
		for (const { line, message } of found.sort((a, b) => a.line - b.line))
			console.error(`${path}:${line}: ${message}`);
		count += found.length;
	}
	if (given.length === 0) {
		const used = files.flatMap(({ path, text }) => (path.startsWith("lua/pob/") ? fieldsIn(text) : []));
		const unused = [...declared].filter((name) => !used.some((use) => use.name === name));
		for (const name of unused) console.error(`${SHARED}: nothing uses the field '${name}'`);
		count += unused.length;
	}
} finally {
	await tool.close();
}
console.log(`${files.length} Lua files, ${count} problem${count === 1 ? "" : "s"}`);
process.exitCode = count > 0 ? 1 : 0;
