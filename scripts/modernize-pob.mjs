// `node scripts/modernize-pob.mjs CHECKOUT OUT`: copies a checkout of Path of Building, rewritten into the dialect in
// which it has been written since August 2026 (LuaJIT's syntax of July 2026, and objects made by `new("X"):X(...)`),
// for tests. Each rewriting is applied only if it is proven to keep the meaning. Data and libraries are unchanged.
// Nothing from a checkout belongs in this repository, so OUT must be outside it.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { openTool } from "./tool/open.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [checkout, out] = process.argv.slice(2);
if (out === undefined || process.argv.length > 4) {
	console.error("usage: node scripts/modernize-pob.mjs CHECKOUT OUT");
	process.exit(2);
}
if (!existsSync(join(checkout, "src", "Launch.lua"))) {
	console.error(`error: ${checkout} is no checkout of Path of Building (looked for src/Launch.lua)`);
	process.exit(1);
}
if (!relative(root, resolve(out)).startsWith("..")) {
	console.error(`error: ${out} lies in this repository, where nothing of Path of Building belongs`);
	process.exit(1);
}
if (existsSync(out)) {
	console.error(`error: ${out} is there already`);
	process.exit(1);
}
cpSync(checkout, out, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.includes("/.git") });

const files = ["src", "src/Modules", "src/Classes"].flatMap((folder) =>
	readdirSync(join(out, folder))
		.filter((name) => name.endsWith(".lua"))
		.sort()
		.map((name) => `${folder}/${name}`),
);
// Read as latin1, so that non-ASCII bytes are preserved.
const texts = files.map((path) => ({ path, text: readFileSync(join(out, path), "latin1") }));
const tool = await openTool("modernize");
try {
	const { texts: made, counts } = await tool.command("modernize", { files: texts });
	let lines = 0;
	for (const [i, { path, text }] of texts.entries()) {
		if (made[i] === text) continue;
		writeFileSync(join(out, path), made[i], "latin1");
		const before = new Set(text.split("\n"));
		lines += made[i].split("\n").filter((line) => !before.has(line)).length;
	}
	for (const [name, count] of Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
		console.log(`${String(count).padStart(7)}  ${name}`);
	console.log(`${String(lines).padStart(7)}  lines, in ${texts.length} modules`);
} finally {
	await tool.close();
}
