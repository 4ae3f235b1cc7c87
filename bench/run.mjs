// `npm run bench -- [suite...] [--save NAME] [--compare NAME] [--markdown FILE]`: runs suites of bench/suites (`core` if
// none is named) and prints each figure with its target. A target that is missed is no failure: the machine may be
// shared. Status 1 if --compare finds something slower beyond the noise of both runs.
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { compareWith, save, saved } from "./lib/baseline.mjs";
import { load, machine } from "./lib/machine.mjs";
import { writeInto } from "./lib/markdown.mjs";
import { printFigures } from "./lib/print.mjs";

const suitesFolder = new URL("./suites/", import.meta.url);
const known = readdirSync(suitesFolder)
	.filter((name) => name.endsWith(".mjs"))
	.map((name) => name.slice(0, -".mjs".length));

const { values: flags, positionals } = parseArgs({
	allowPositionals: true,
	options: { save: { type: "string" }, compare: { type: "string" }, markdown: { type: "string" } },
});
const names = positionals.length > 0 ? positionals : ["core"];
const unknown = names.find((name) => !known.includes(name));
if (unknown !== undefined) {
	console.error(`error: unknown suite ${unknown} (There are ${known.join(", ")}.)`);
	process.exit(2);
}
const before = flags.compare === undefined ? undefined : saved(flags.compare);
if (flags.compare !== undefined && !before) {
	console.error(`error: no run was saved as ${flags.compare} (--save ${flags.compare} saves one.)`);
	process.exit(2);
}

const about = machine();
console.log(Object.values(about).join(", "));
const loadBefore = load();
console.log(loadBefore);
const figures = [];
for (const name of names) {
	const { parts } = await import(new URL(`${name}.mjs`, suitesFolder));
	const own = [];
	for (const part of parts) {
		const found = await part();
		printFigures(found);
		own.push(...found);
	}
	if (flags.markdown !== undefined) writeInto(flags.markdown, name, { about, loadBefore, figures: own });
	figures.push(...own);
}
if (before && compareWith(flags.compare, before, about, figures)) process.exitCode = 1;
if (flags.save !== undefined) save(flags.save, about, figures);
