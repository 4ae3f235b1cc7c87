// `npm run drift -- CHECKOUT [options]`: tests what happens to rows when Path of Building changes. Makes variants of a
// checkout, outside the repository, and in each of them compares rows with all fast parts against rows of its own
// functions, bit by bit.
//
//   cosmetic          locals renamed and the text reformatted; comments moved
//   harmless          a new local, a guard, a helper extracted, a loop in another form, in five functions each; a field renamed
//   meaning changed   one place of one function changed: a constant, a comparison, a name ... Fast rows have to follow it
//                     exactly. Only places that a row of a build runs through are changed
//
// Options: --builds DIR (../shared/data/builds; those of data/corpus are always included), --mutations N: number of
// changes that affect a row (200), --each N: number of each harmless kind (2), --per N: builds per variant (2), --rows
// N per build (12), --seed N (1), --kinds cosmetic,harmless,meaning, --certify (each variant is certified first, and
// the certified parts are used), --log FILE: one line of JSON per variant; variants that are in it already are not
// calculated again.
// Ends with status 1 if a bit differed.
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { Engine } from "../dist/index.js";
import { answersOf } from "./drift/comparison.mjs";
import {
	cosmeticVariants,
	harmlessVariants,
	loadedByBuilds,
	meaningVariants,
	textsOf,
} from "./drift/variants.mjs";
import { Worker } from "./drift/workers.mjs";
import { openTool } from "./tool/open.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		builds: { type: "string", default: join(root, "../shared/data/builds") },
		mutations: { type: "string", default: "200" },
		each: { type: "string", default: "2" },
		per: { type: "string", default: "2" },
		rows: { type: "string", default: "12" },
		seed: { type: "string", default: "1" },
		certify: { type: "boolean", default: false },
		kinds: { type: "string", default: "cosmetic,harmless,meaning" },
		log: { type: "string" },
	},
});
const [checkout] = positionals;
if (checkout === undefined || !existsSync(join(checkout, "src", "Launch.lua"))) {
	console.error("usage: npm run drift -- CHECKOUT (a folder with src/Launch.lua)");
	process.exit(2);
}
const builds = [...new Set([...xmlFiles(join(root, "data", "corpus")), ...xmlFiles(options.builds)])];
const [seed, rows, wanted] = [options.seed, options.rows, options.mutations].map(Number);
/** Time limit for a build's batches, in milliseconds, to count as quick. */
const quickMs = 250 * rows;
const kinds = new Set(options.kinds.split(","));
const folder = mkdtempSync(join(tmpdir(), "pobatch-drift-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

const texts = textsOf(checkout);
const tool = await openTool("drift");
const variants = [];
if (kinds.has("cosmetic")) variants.push(...(await cosmeticVariants(tool, texts)));
if (kinds.has("harmless"))
	variants.push(...(await harmlessVariants(tool, texts, checkout, Number(options.each), seed)));
// Some places are not run by any row, and some changes have no effect.
const changes = kinds.has("meaning") ? await meaningVariants(tool, texts, 4 * wanted, seed) : [];
await tool.close();

const { baselines, reachedBy } = await originals(changes.map(({ point }) => point));
const results = new Map();
const bad = [];
/** Number of changes of meaning that affect rows of the originals. */
let shown = 0;
let unrun = 0;
const known = readLog();
const queue = [...variants, ...changes].values();
const workers = Array.from(
	{ length: Math.min(2, availableParallelism()) },
	(_, i) => new Worker(checkout, join(folder, String(i))),
);
try {
	await Promise.all(workers.map(work));
} finally {
	for (const worker of workers) worker.close();
}
print();
process.exitCode = bad.length > 0 ? 1 : 0;

/**
 * Results of the unchanged checkout, by build; and for each build the numbers, from 1, of the places that its rows run
 * through.
 */
async function originals(points) {
	const baselines = new Map();
	const reachedBy = new Map();
	const engine = await Engine.open({
		calculator: "pob",
		pob: checkout,
		threads: 1,
		cache: false,
		options: { fast: false, points },
	});
	try {
		for (const build of builds) {
			baselines.set(build, await answersOf(engine, build, rows, seed));
			const reached = await engine.command("reached");
			reachedBy.set(build, new Set(Array.isArray(reached) ? reached : []));
		}
	} finally {
		await engine.close();
	}
	return { baselines, reachedBy };
}

async function work(worker) {
	for (;;) {
		if (shown >= wanted && variants.length === 0) return;
		const { value: variant } = queue.next();
		if (variant === undefined) return;
		if (variant.point && shown >= wanted) continue;
		const ofVariant = buildsOf(variant);
		if (ofVariant.length === 0) {
			unrun++;
			continue;
		}
		const certify = options.certify;
		const key = `${variant.kind} ${variant.about}${certify ? " certified" : ""}`;
		let found = known.get(key);
		if (found === undefined) {
			const onlyReached = variant.point !== undefined;
			found = await worker.compare(variant.files, {
				...{ builds: ofVariant, rows, seed, certify, baselines, onlyReached },
				isReused: onlyReached && loadedByBuilds.has(variant.point.path),
			});
			if (options.log !== undefined)
				appendFileSync(
					options.log,
					`${JSON.stringify({ key, builds: ofVariant.map((b) => basename(b)), ...found })}\n`,
				);
		}
		count(variant, found);
	}
}

/** Builds whose rows run through the change, not always the same ones; any builds for changes without a place. */
function buildsOf({ point, about }) {
	const number = changes.findIndex((change) => change.point === point) + 1;
	const fit = point === undefined ? builds : builds.filter((build) => reachedBy.get(build).has(number));
	const quick = fit.filter((build) => baselines.get(build).spent < quickMs);
	const from = [...about].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, seed);
	const first = quick.length > 0 ? quick : fit;
	const second = Number(options.per) > 1 ? [fit[(from >>> 8) % fit.length]] : [];
	return [...new Set([first[from % first.length], ...second])].filter(Boolean);
}

function count(variant, found) {
	const sum = results.get(variant.kind) ?? {
		made: 0,
		broken: 0,
		unreached: 0,
		followed: 0,
		missed: 0,
		certified: 0,
		rows: 0,
		values: 0,
		differing: 0,
		statuses: [],
		ratios: [],
	};
	results.set(variant.kind, sum);
	sum.made++;
	const isMissed = found.differing > 0;
	if (isMissed) sum.missed++;
	else if (found.failed !== undefined) sum.broken++;
	else if (!found.reached) sum.unreached++;
	else sum.followed++;
	if (variant.point && (isMissed || (found.reached && found.failed === undefined))) shown++;
	sum.certified += found.certified.length > 0 ? 1 : 0;
	for (const key of ["rows", "values", "differing"]) sum[key] += found[key];
	if (found.statuses !== undefined) sum.statuses.push(found.statuses);
	if (found.ratio !== undefined) sum.ratios.push(found.ratio);
	if (!isMissed) return;
	bad.push(variant);
	console.log(`DIFFERS  ${variant.kind}: ${variant.about}\n         ${JSON.stringify(found.first)}`);
}

function print() {
	const table = new Table({
		head: [
			"variants of the checkout",
			"made",
			"broken",
			"in no row",
			"followed",
			"missed",
			"certified",
			"rows",
			"values",
			"differing",
			"parts off",
			"time of plain rows",
		],
		style: { head: [], border: [] },
	});
	const all = [...results].sort(([a], [b]) => (a < b ? -1 : 1));
	for (const [kind, sum] of all)
		table.push([
			kind,
			...[
				"made",
				"broken",
				"unreached",
				"followed",
				"missed",
				"certified",
				"rows",
				"values",
				"differing",
			].map((key) => sum[key]),
			range(
				sum.statuses.map(({ off = 0 }) => off),
				0,
			),
			range(sum.ratios, 2),
		]);
	console.log(table.toString());
	const total = (key) =>
		all.reduce((sum, [kind, entry]) => sum + (kind.startsWith("meaning") ? entry[key] : 0), 0);
	if (changes.length > 0)
		console.log(
			`${total("made")} changes of meaning: ${total("followed")} followed, ${total("missed")} missed, ` +
				`${total("unreached")} show in no row, ${total("broken")} break it itself (${unrun} more stand where no row comes by)`,
		);
	console.log(
		`${all.reduce((sum, [, { made }]) => sum + made, 0)} variants, ${bad.length} not followed exactly`,
	);
}

function range(numbers, digits) {
	if (numbers.length === 0) return "";
	const [low, high] = [Math.min(...numbers), Math.max(...numbers)].map((number) => number.toFixed(digits));
	return low === high ? low : `${low} to ${high}`;
}

function readLog() {
	const known = new Map();
	if (options.log === undefined || !existsSync(options.log)) return known;
	for (const line of readFileSync(options.log, "utf8").split("\n").filter(Boolean)) {
		const { key, ...found } = JSON.parse(line);
		known.set(key, found);
	}
	return known;
}

function xmlFiles(dir) {
	if (!existsSync(dir)) return [];
	return readdirSync(dir, { recursive: true, encoding: "utf8" })
		.filter((name) => name.endsWith(".xml"))
		.sort()
		.map((name) => join(dir, name));
}
