// `node scripts/adopt-pob.mjs CHECKOUT [--write] [--builds DIR] [--rows N]`: shows what is new in a release of Path of
// Building for the parts that make its rows fast, and adds it to what is known with --write.
//
// Prints, function by function and statement by statement, the forms that no release had so far. With --write, these
// forms are added to lua/pob/versions; then rows of each build are compared bit by bit with those of the original. If
// one differs, the files are restored and the program ends with status 1. docs/internals/versions.md says what to
// check.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Engine } from "../dist/index.js";
import { openTool } from "./tool/open.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		write: { type: "boolean", default: false },
		builds: { type: "string", default: join(root, "../shared/data/builds") },
		rows: { type: "string", default: "60" },
	},
});
const [checkout] = positionals;
if (checkout === undefined || !existsSync(join(checkout, "src", "Launch.lua"))) {
	console.error("usage: node scripts/adopt-pob.mjs CHECKOUT [--write] (a folder with src/Launch.lua)");
	process.exit(2);
}
const manifest = readFileSync(join(checkout, "manifest.xml"), "utf8");
const release = /<Version\b[^>]*\bnumber="([^"]+)"/.exec(manifest)?.[1];
if (release === undefined) {
	console.error(`error: ${join(checkout, "manifest.xml")} names no version`);
	process.exit(1);
}

const tool = await openTool("adopt");
const paths = await tool.command("modules");
const files = paths.map((path) => ({ path, text: readFileSync(join(checkout, "src", path), "latin1") }));
const { new: found, known, texts } = await tool.command("adopt", { files, release });
await tool.close();

const list = Array.isArray(found) ? found : [];
console.log(`Path of Building ${release}: ${known} forms are known, ${list.length} are new`);
for (const { what, path, name, line } of list)
	console.log(
		`  ${what.padEnd(16)} ${path}${line > 0 ? `:${line}` : ""}  ${name.replace(`${path}: `, "").slice(0, 160)}`,
	);
await tellParts();

if (options.write) {
	const before = new Map();
	for (const [name, text] of Object.entries(texts)) {
		const file = join(root, "lua", "pob", "versions", `${name}.lua`);
		before.set(file, readFileSync(file, "utf8"));
		writeFileSync(file, text);
	}
	if (!certify()) {
		for (const [file, text] of before) writeFileSync(file, text);
		console.error("error: rows differ from those of the original; lua/pob/versions is as it was");
		process.exit(1);
	}
	console.log("lua/pob/versions knows the release");
}

/** Prints the state of each part in the checkout, with the current known forms. */
async function tellParts() {
	const pob = await Engine.open({ calculator: "pob", pob: checkout, threads: 1, cache: false });
	try {
		await pob
			.load('<PathOfBuilding2><Build level="1" targetVersion="0_1"/></PathOfBuilding2>')
			.catch(() => undefined);
		const { fast } = await pob.command("doctor");
		const why = new Map();
		for (const { part, status, why: reason } of fast)
			if (status !== "fast") why.set(part, reason);
			else if (!why.has(part)) why.set(part, "in use");
		for (const [part, reason] of why) console.log(`  part ${part.padEnd(18)} ${reason}`);
	} finally {
		await pob.close();
	}
}

/** Compares rows of each build with all fast parts and without them, in separate processes. */
function certify() {
	const program = join(root, "scripts", "drift", "compare.mjs");
	const builds = readdirSync(options.builds, { recursive: true, encoding: "utf8" })
		.filter((name) => name.endsWith(".xml"))
		.sort();
	if (builds.length === 0) {
		console.error(`error: no build (*.xml) in ${options.builds}`);
		return false;
	}
	let values = 0;
	for (const [i, name] of builds.entries()) {
		const { stdout, stderr, status } = spawnSync(
			process.execPath,
			[program, checkout, join(options.builds, name), options.rows, String(i + 1)],
			{ encoding: "utf8" },
		);
		const result = status === 0 ? JSON.parse(stdout) : { differing: 1, first: stderr };
		if (result.failed !== undefined) {
			console.log(`  ${name}: not loaded (${result.failed})`);
			continue;
		}
		values += result.values;
		if (result.differing > 0) {
			console.error(`  ${name}: ${result.differing} values differ, first ${JSON.stringify(result.first)}`);
			return false;
		}
		console.log(`  ${name}: ${result.values} values, none differs`);
	}
	return values > 0;
}
