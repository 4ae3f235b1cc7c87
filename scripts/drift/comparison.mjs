import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Engine, NodeSets } from "../../dist/index.js";
import { certifyPob } from "../../dist/operations/certify/certify-pob.js";
import { dice, randomSets } from "../../dist/operations/certify/random-sets.js";

/*
 * Compares, for one checkout, rows with all fast parts and rows by its own functions. A changed checkout may never end,
 * so both have time limits; a row that ran into one is not compared.
 */

const limits = { openTimeoutMs: 60_000, rowTimeoutMs: 5000, memoryLimitMB: 2048 };
const unknowable = new Set(["TIMEOUT", "MEMORY"]);

/**
 * @param pob the checkout
 * @param builds files with builds
 * @param rows of each build
 * @param certify whether the checkout is certified first, and the certified parts are used without verification:
 * whatever certification misses shows up as a difference
 * @param baselines by build, the result of `answersOf` for the checkout before it was changed
 * @param isReused whether the originals' states also serve the next variant: each build reloads everything that is
 * changed
 * @param onlyReached whether the fast rows are only calculated if the change affects a row by its own functions
 * @param onPhase called with "certifying", "slow", "fast", so that the caller knows which one does not end
 * @returns rows, values, differing, first (difference), parts (functions in use), off, certified, ratio, failed (why it
 * does not start or end), reached (whether a row by its own functions differs from the baseline's)
 */
export async function compare({
	pob,
	builds,
	rows,
	seed,
	certify,
	baselines,
	isReused = false,
	onlyReached = false,
	onPhase = () => {},
}) {
	const found = {
		rows: 0,
		values: 0,
		differing: 0,
		first: undefined,
		parts: undefined,
		off: [],
		certified: [],
		ratio: undefined,
		failed: undefined,
		reached: false,
	};
	const note = (build, row, what, values) => {
		found.differing++;
		found.first ??= { build: basename(build), row, what, values };
	};
	onPhase("slow");
	const slow = await originalAnswers({ pob, builds, rows, seed, isReused });
	const failures = slow.failed ? [slow.failed] : builds.map((build) => slow.answers.get(build).failed);
	if (failures.every((failure) => failure !== undefined)) found.failed = failures[0];
	for (const build of builds)
		found.reached ||= slow.failed !== undefined || isAnother(slow.answers.get(build), baselines?.get(build));
	if (onlyReached && !found.reached) return found;
	if (certify && found.failed === undefined) {
		onPhase("certifying");
		found.certified = await certifiedParts(pob);
	}
	onPhase("fast");
	const fast = await answersOfAll(
		pob,
		builds,
		rows,
		seed,
		{
			cache: true,
			options: {
				slicesAfter: 8,
				keepAnalysis: false,
				certified: Object.fromEntries(found.certified.map((part) => [part, true])),
			},
		},
		slow.answers,
	);
	if ((slow.failed === undefined) !== (fast.failed === undefined))
		note("", 0, "start", [fast.failed ?? "starts", slow.failed ?? "starts"]);
	if (slow.failed !== undefined || fast.failed !== undefined) return found;
	const { report, statuses } = fast;
	found.statuses = statuses;
	const isOff = ({ status }) => status !== "fast";
	found.parts = report.filter((entry) => !isOff(entry)).length;
	found.off = [...new Set(report.filter(isOff).map(({ part, why }) => `${part}: ${why}`))];
	for (const build of builds)
		compareBuild(build, fast.answers.get(build), slow.answers.get(build), found, note);
	found.ratio = fast.spent / slow.spent;
	return found;
}

function compareBuild(build, fast, slow, found, note) {
	if ((slow.failed === undefined) !== (fast.failed === undefined)) {
		if (!isOutOfTime(slow) && !isOutOfTime(fast))
			note(build, 0, "loading", [fast.failed ?? "loads", slow.failed ?? "loads"]);
		return;
	}
	if (slow.failed !== undefined) return;
	for (const what of ["allocated", "stats"])
		if (slow[what].join() !== fast[what].join()) note(build, 0, what, [fast[what].length, slow[what].length]);
	const chance = new Set([...fast.unstable, ...slow.unstable]);
	for (const [i, ours] of fast.batches.entries()) {
		// The originals do not remember earlier rows: repeating the batch would give the same.
		const theirs = slow.batches[i] ?? slow.batches[0];
		const isKnown = (row) => !unknowable.has(ours.codes[row]) && !unknowable.has(theirs.codes[row]);
		for (let row = 0; row < theirs.codes.length; row++)
			if (isKnown(row) && (ours.codes[row] === "") !== (theirs.codes[row] === ""))
				note(build, row, "an error", [ours.codes[row], theirs.codes[row]]);
		for (const [column, stat] of theirs.stats.entries()) {
			if (chance.has(stat)) continue;
			for (let row = 0; row < theirs.codes.length; row++) {
				if (ours.codes[row] !== "" || theirs.codes[row] !== "") continue;
				found.values++;
				const at = row * theirs.stats.length + column;
				if (!Object.is(ours.values[at], theirs.values[at]))
					note(build, row, stat, [ours.values[at], theirs.values[at]]);
			}
		}
		found.rows += theirs.codes.length;
	}
}

/** Whether rows by its own functions differ from those of the checkout before the change. */
function isAnother(answers, baseline) {
	if (baseline === undefined || answers.failed !== undefined || baseline.failed !== undefined)
		return answers.failed !== baseline?.failed;
	for (const what of ["allocated", "stats"]) if (answers[what].join() !== baseline[what].join()) return true;
	return answers.batches.some((batch, i) => {
		const before = baseline.batches[i];
		return (
			batch.codes.some((code, row) => code !== before.codes[row]) ||
			batch.values.some(
				(value, at) =>
					!Object.is(value, before.values[at]) &&
					!baseline.unstable.includes(batch.stats[at % batch.stats.length]),
			)
		);
	});
}

function isOutOfTime({ failed }) {
	return failed !== undefined && unknowable.has(failed.split(":")[0]);
}

/** An engine with Path of Building's own functions that serves several variants in the same folder. */
let reused;

async function originalAnswers({ pob, builds, rows, seed, isReused }) {
	const options = { cache: false, options: { fast: false } };
	if (!isReused) return answersOfAll(pob, builds, rows, seed, options);
	reused ??= await open(pob, options).catch(() => undefined);
	if (reused === undefined) return answersOfAll(pob, builds, rows, seed, options);
	const found = await answersOfEngine(reused, builds, rows, seed);
	// A failure may leave something behind, so it is repeated with new states.
	const isDoubtful = ({ failed, batches = [] }) =>
		failed !== undefined || batches.some(({ codes }) => codes.some((code) => code !== ""));
	if (![...found.answers.values()].some(isDoubtful)) return found;
	await reused.close();
	reused = undefined;
	return answersOfAll(pob, builds, rows, seed, options);
}

function open(pob, options) {
	return Engine.open({ calculator: "pob", pob, threads: 1, ...limits, ...options });
}

/** The results of an engine for several builds; failed: why it does not start. */
async function answersOfAll(pob, builds, rows, seed, options, given) {
	let engine;
	try {
		engine = await open(pob, options);
	} catch (error) {
		return { failed: told(error), answers: new Map() };
	}
	try {
		return await answersOfEngine(engine, builds, rows, seed, given);
	} finally {
		await engine.close();
	}
}

async function answersOfEngine(engine, builds, rows, seed, given) {
	const answers = new Map();
	let spent = 0;
	for (const build of builds) {
		const found = await answersOf(engine, build, rows, seed, given?.get(build));
		answers.set(build, found);
		spent += found.spent ?? 0;
	}
	const { fast: report, parts } = await engine.command("doctor");
	const statuses = {};
	for (const { status } of parts ?? []) statuses[status] = (statuses[status] ?? 0) + 1;
	return { answers, spent, report, statuses };
}

/**
 * The results of an engine for one build: default stats, all, defences. `given`: another engine's results, whose node
 * sets are used; then the first batch is repeated, so that the memo answers, too.
 */
export async function answersOf(engine, build, rows, seed, given) {
	let loaded;
	try {
		loaded = await engine.load(readFileSync(build, "utf8"), { timeoutMs: limits.openTimeoutMs });
	} catch (error) {
		return { failed: told(error) };
	}
	try {
		const letters = [...basename(build)].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, seed);
		const deltas = given?.deltas ?? randomSets(loaded.tree, loaded.allocated, rows, dice(letters));
		const sets = NodeSets.deltas(deltas);
		const all = loaded.stats();
		const defences = ["Life", "EnergyShield", "FireResist", "TotalEHP"].filter((stat) => all.includes(stat));
		const batches = [];
		const start = performance.now();
		let spent = 0;
		for (const stats of [loaded.defaultStats, all, defences, ...(given ? [loaded.defaultStats] : [])]) {
			const result = await loaded.calculateBatch(sets, { stats });
			const codes = Array.from({ length: sets.length }, () => "");
			for (const { row, code } of result.errors) codes[row] = code;
			if (batches.length < 3) spent = performance.now() - start;
			batches.push({ stats: [...stats], values: result.values, codes });
			if (codes.filter((code) => unknowable.has(code)).length > 2)
				return { failed: "TIMEOUT: rows never end" };
		}
		return {
			deltas,
			allocated: [...loaded.allocated],
			stats: [...all],
			unstable: [...loaded.unstableStats],
			batches,
			spent,
		};
	} catch (error) {
		return { failed: told(error) };
	} finally {
		await loaded.close().catch(() => {});
	}
}

async function certifiedParts(pob) {
	const folder = mkdtempSync(join(tmpdir(), "pobatch-drift-certificate-"));
	try {
		const { parts } = await certifyPob(pob, { folder, timeoutMs: 600_000 });
		return parts.filter(({ status }) => status === "certified").map(({ part }) => part);
	} catch {
		// If it does not start or end, the comparison will find that out, too.
		return [];
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function told({ code, message }) {
	return `${code}: ${message.split("\n")[0]}`;
}
