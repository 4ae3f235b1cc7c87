// `npm run bench -- [suite...] [--save NAME] [--compare NAME]`: runs suites of bench/suites (`core` if none is named)
// and prints each figure with its target. Never fails for being slow: the machine may be shared.
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { compareWith, save, saved } from "./lib/baseline.mjs";
import { load, machine } from "./lib/machine.mjs";
import { printFigures } from "./lib/print.mjs";

const suitesFolder = new URL("./suites/", import.meta.url);
const known = readdirSync(suitesFolder)
	.filter((name) => name.endsWith(".mjs"))
	.map((name) => name.slice(0, -".mjs".length));

const { values: flags, positionals } = parseArgs({
	allowPositionals: true,
	options: { save: { type: "string" }, compare: { type: "string" } },
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
console.log(load());
const figures = [];
for (const name of names) {
	const { parts } = await import(new URL(`${name}.mjs`, suitesFolder));
	for (const part of parts) {
		const found = await part();
		printFigures(found);
		figures.push(...found);
	}
}
if (before) compareWith(flags.compare, before, about, figures);
if (flags.save !== undefined) save(flags.save, about, figures);
