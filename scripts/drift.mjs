// `npm run drift -- CHECKOUT [options]`: what becomes of rows when Path of Building changes. Makes variants of a checkout, outside
// of the repository, and compares in each of them rows with all that makes them fast against rows without, bit by bit.
//
//   cosmetic          locals renamed and laid out anew; comments moved
//   harmless          statements that do nothing, in five functions of modules of the calculation
//   meaning changed   one place of one function changed: a constant, a comparison, a name ... Each has to show in fast rows
//                     exactly as in plain ones
//
// Options: --builds DIR (../shared/data/builds), --mutations N (200), --rows N (24), --seed N (1), --kinds cosmetic,harmless,meaning,
// --certify (each variant is certified first, and what is found the same is used)
// Ends with status 1 if a bit differed.
import { spawn } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { openTool } from "./tool/open.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		builds: { type: "string", default: join(root, "../shared/data/builds") },
		mutations: { type: "string", default: "200" },
		rows: { type: "string", default: "24" },
		seed: { type: "string", default: "1" },
		certify: { type: "boolean", default: false },
		kinds: { type: "string", default: "cosmetic,harmless,meaning" },
	},
});
const [checkout] = positionals;
if (checkout === undefined || !existsSync(join(checkout, "src", "Launch.lua"))) {
	console.error("usage: npm run drift -- CHECKOUT (a folder with src/Launch.lua)");
	process.exit(2);
}
const builds = xmlFiles(options.builds);
if (builds.length === 0) {
	console.error(`error: no build (*.xml) in ${options.builds}`);
	process.exit(2);
}
const seed = Number(options.seed);
const kinds = new Set(options.kinds.split(","));

// The modules in which parts stand for functions, or look at statements.
const modules = [
	"Modules/Calcs.lua",
	"Modules/CalcSetup.lua",
	"Modules/CalcPerform.lua",
	"Modules/CalcActiveSkill.lua",
	"Modules/CalcDefence.lua",
	"Modules/CalcOffence.lua",
	"Modules/CalcTriggers.lua",
	"Modules/CalcMirages.lua",
	"Modules/CalcTools.lua",
	"Modules/ModTools.lua",
	"Modules/Common.lua",
	"Data/Global.lua",
	"Classes/ModStore.lua",
	"Classes/ModDB.lua",
	"Classes/ModList.lua",
	"Classes/PassiveSpec.lua",
];
// Small modules are what parts stand for themselves: each has as many changes as a large one.
const texts = new Map(modules.map((path) => [path, readFileSync(join(checkout, "src", path), "latin1")]));

const tool = await openTool("drift");

const variants = [];
if (kinds.has("cosmetic"))
	for (const kind of ["renamed", "commented"]) {
		const files = new Map();
		for (const [path, text] of texts) {
			const { text: made } = await tool.command("change", { kind, path, text, number: 1 });
			if (made) files.set(path, made);
		}
		variants.push({ kind: `cosmetic: ${kind}`, files, about: `${files.size} modules` });
	}
if (kinds.has("harmless"))
	for (let i = 0; i < 6; i++) {
		const files = new Map();
		for (let k = 0; k < 5; k++) {
			const path = modules[(i * 5 + k * 3) % modules.length];
			const text = files.get(path) ?? texts.get(path);
			const { text: made } = await tool.command("change", {
				kind: "harmless",
				path,
				text,
				number: i * 5 + k + seed,
			});
			if (made) files.set(path, made);
		}
		variants.push({ kind: "harmless", files, about: [...files.keys()].join(" ") });
	}
if (kinds.has("meaning")) {
	const roll = dice(seed);
	const byModule = new Map();
	for (const [path, text] of texts) byModule.set(path, await tool.command("mutations", { path, text }));
	for (let i = 0; i < Number(options.mutations); i++) {
		const path = modules[i % modules.length];
		const list = byModule.get(path);
		const ofKind = [...new Set(list.map(({ kind }) => kind))];
		const kind = ofKind[roll(ofKind.length)];
		const ones = list.filter((one) => one.kind === kind);
		const { first, last, by, line } = ones[roll(ones.length)];
		const text = texts.get(path);
		const files = new Map([[path, text.slice(0, first - 1) + by + text.slice(last)]]);
		variants.push({
			kind: `meaning: ${kind}`,
			files,
			about: `${path}:${line} ${text.slice(first - 1, last).split("\n")[0]} -> ${by.split("\n")[0]}`,
		});
	}
}
await tool.close();

const folder = mkdtempSync(join(tmpdir(), "pobatch-drift-"));
const results = new Map();
let done = 0;
let bad = 0;
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
print();
process.exitCode = bad > 0 ? 1 : 0;

async function work() {
	for (;;) {
		const i = done++;
		const variant = variants[i];
		if (variant === undefined) return;
		const copy = linkedCopy(join(folder, String(i)), variant.files);
		const build = builds[i % builds.length];
		const found = await compare(copy, build, i + seed);
		rmSync(copy, { recursive: true, force: true });
		const sum = results.get(variant.kind) ?? {
			variants: 0,
			failed: 0,
			certified: 0,
			rows: 0,
			values: 0,
			differing: 0,
			parts: [],
			ratios: [],
		};
		results.set(variant.kind, sum);
		sum.variants++;
		sum.failed += found.failed === undefined ? 0 : 1;
		sum.certified += found.certified?.length > 0 ? 1 : 0;
		for (const key of ["rows", "values", "differing"]) sum[key] += found[key];
		if (found.parts !== undefined) sum.parts.push(found.parts);
		if (found.ratio !== undefined) sum.ratios.push(found.ratio);
		if (found.differing > 0) {
			bad++;
			console.log(`DIFFERS  ${variant.about}\n         ${build}: ${JSON.stringify(found.first)}`);
		}
		if (process.env.DRIFT_VERBOSE) console.log(`${i} ${variant.about}: ${JSON.stringify(found)}`);
	}
}

function print() {
	const table = new Table({
		head: [
			"variants of the checkout",
			"made",
			"start not",
			"certified",
			"rows",
			"values",
			"differing",
			"functions in use",
			"time of plain rows",
		],
		style: { head: [], border: [] },
	});
	for (const [kind, sum] of [...results].sort(([a], [b]) => (a < b ? -1 : 1)))
		table.push([
			kind,
			sum.variants,
			sum.failed,
			sum.certified,
			sum.rows,
			sum.values,
			sum.differing,
			range(sum.parts, 0),
			range(sum.ratios, 2),
		]);
	console.log(table.toString());
	console.log(`${variants.length} variants, ${bad} not followed exactly`);
}

function range(numbers, digits) {
	if (numbers.length === 0) return "";
	const [low, high] = [Math.min(...numbers), Math.max(...numbers)].map((number) => number.toFixed(digits));
	return low === high ? low : `${low} to ${high}`;
}

/** A checkout of symbolic links, but for the files that are changed. */
function linkedCopy(to, files) {
	mkdirSync(join(to, "src"), { recursive: true });
	for (const name of readdirSync(checkout))
		if (name !== "src" && name !== ".git") symlinkSync(join(checkout, name), join(to, name));
	for (const name of readdirSync(join(checkout, "src"))) {
		const from = join(checkout, "src", name);
		if ((name === "Modules" || name === "Classes" || name === "Data") && statSync(from).isDirectory()) {
			mkdirSync(join(to, "src", name));
			for (const inner of readdirSync(from)) symlinkSync(join(from, inner), join(to, "src", name, inner));
		} else symlinkSync(from, join(to, "src", name));
	}
	for (const [path, text] of files) {
		rmSync(join(to, "src", path));
		writeFileSync(join(to, "src", path), text, "latin1");
	}
	return to;
}

function compare(copy, build, number) {
	const program = fileURLToPath(new URL("./drift/compare.mjs", import.meta.url));
	return new Promise((resolve, reject) => {
		// A mutated loop may never end: neither way does.
		const trust = options.certify ? ["certified"] : [];
		const child = spawn(process.execPath, [program, copy, build, options.rows, String(number), ...trust], {
			timeout: options.certify ? 900_000 : 180_000,
		});
		let out = "";
		let errors = "";
		child.stdout.on("data", (data) => (out += data));
		child.stderr.on("data", (data) => (errors += data));
		child.on("error", reject);
		child.on("close", (status, signal) => {
			if (signal === "SIGTERM") return resolve({ rows: 0, values: 0, differing: 0, failed: "never ends" });
			if (status !== 0)
				return resolve({
					rows: 0,
					values: 0,
					differing: 1,
					first: { status, signal, errors: errors.slice(-400) },
				});
			resolve(JSON.parse(out));
		});
	});
}

function xmlFiles(dir) {
	if (!existsSync(dir)) return [];
	return readdirSync(dir, { recursive: true, encoding: "utf8" })
		.filter((name) => name.endsWith(".xml"))
		.sort()
		.map((name) => join(dir, name));
}

function dice(start) {
	let state = start >>> 0;
	return (sides) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * sides);
	};
}
