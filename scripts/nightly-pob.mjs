// `node scripts/nightly-pob.mjs CHECKOUT [--builds DIR] [--rows N] [--report FILE]`: run each night by a workflow on
// Path of Building's newest release and its dev branch, or by hand on any checkout. Reports as Markdown what is new in
// the checkout, compares rows of each build bit by bit with those of the original, and tests a few changes of its
// meaning. Ends with status 1 if a part was turned off or a bit differed, so that somebody looks at it.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		builds: { type: "string", default: join(root, "../shared/data/builds") },
		rows: { type: "string", default: "60" },
		mutations: { type: "string", default: "20" },
		report: { type: "string" },
	},
});
const [checkout] = positionals;
if (checkout === undefined || !existsSync(join(checkout, "src", "Launch.lua"))) {
	console.error("usage: node scripts/nightly-pob.mjs CHECKOUT (a folder with src/Launch.lua)");
	process.exit(2);
}

const lines = [];
let isGood = true;

const adopted = run("adopt-pob.mjs", [checkout]);
const fellBack = adopted.out
	.split("\n")
	.filter((line) => /^ {2}part /.test(line) && !line.endsWith("in use"));
isGood &&= adopted.status === 0 && fellBack.length === 0;
lines.push(
	`# ${adopted.out.split("\n")[0]}`,
	"",
	"```",
	adopted.out.trim(),
	adopted.errors.trim(),
	"```",
	"",
);

lines.push(
	"| build | rows | values | differing | time of plain rows |",
	"| --- | ---: | ---: | ---: | ---: |",
);
const builds = existsSync(options.builds)
	? readdirSync(options.builds, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".xml"))
	: [];
for (const [i, name] of builds.sort().entries()) {
	const { status, out, errors } = run("drift/compare.mjs", [
		checkout,
		join(options.builds, name),
		options.rows,
		String(i + 1),
	]);
	const found =
		status === 0
			? JSON.parse(out)
			: { rows: 0, values: 0, differing: 1, failed: errors.trim().split("\n").at(-1) };
	isGood &&= found.differing === 0;
	const time = found.ratio === undefined ? (found.failed ?? "") : found.ratio.toFixed(2);
	lines.push(`| ${name} | ${found.rows} | ${found.values} | ${found.differing} | ${time} |`);
}

const drift = run("drift.mjs", [
	checkout,
	...["--builds", options.builds],
	...["--mutations", options.mutations],
	...["--kinds", "meaning"],
	...["--seed", String(Math.floor(Date.now() / 86_400_000))],
]);
isGood &&= drift.status === 0;
lines.push("", "```", drift.out.trim(), drift.errors.trim(), "```", "");

const text = lines.join("\n");
if (options.report !== undefined) writeFileSync(options.report, text);
console.log(text);
process.exitCode = isGood ? 0 : 1;

function run(script, args) {
	const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "scripts", script), ...args], {
		encoding: "utf8",
		maxBuffer: 2 ** 26,
	});
	return { status, out: stdout, errors: stderr };
}
