import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PobatchError } from "../../common/errors.js";
import { Engine } from "../../engine/engine.js";
import { type Plain, packageFolder } from "../../native/addon.js";
import { NodeSets } from "../../rows/node-sets.js";
import { dice, randomSets } from "./random-sets.js";

/** A build whose rows are compared. */
export interface CorpusBuild {
	name: string;
	text: string;
}

/** What Path of Building's own functions return for a build; `refused` if it cannot be loaded. */
export interface Originals {
	build: CorpusBuild;
	refused?: string;
	sets: NodeSets;
	stats: readonly string[];
	/** rows x stats. */
	values: Float64Array;
	ok: boolean[];
	/** Stats that Path of Building leaves to chance. */
	unstable: ReadonlySet<string>;
}

/** A value, or a row, that differs. */
export interface Difference {
	build: string;
	row: number;
	what: string;
	original: number | string;
	fast: number | string;
}

/** The builds that come with pobatch, all made up. */
export async function corpusBuilds(): Promise<CorpusBuild[]> {
	const folder = join(packageFolder, "data", "corpus");
	const names = (await readdir(folder)).filter((name) => name.endsWith(".xml")).sort();
	return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(folder, name), "utf8") })));
}

/**
 * Opens an engine on a checkout that keeps nothing outside itself. @param openTimeoutMs in milliseconds
 */
export function openPob(
	pob: string,
	threads: number,
	openTimeoutMs: number,
	options: Record<string, Plain>,
): Promise<Engine> {
	const limits = { openTimeoutMs: Math.max(openTimeoutMs, 1), rowTimeoutMs: 20_000 };
	return Engine.open({ calculator: "pob", pob, threads, cache: false, options, ...limits });
}

/** Rows of a build by Path of Building's own functions, all stats; undefined if `signal` aborted first. */
export async function originalsOf(
	engine: Engine,
	build: CorpusBuild,
	rows: number,
	signal: AbortSignal,
): Promise<Originals | undefined> {
	const nothing = {
		sets: NodeSets.deltas([]),
		stats: [],
		values: new Float64Array(),
		ok: [],
		unstable: new Set<string>(),
	};
	const loaded = await tryToLoad(engine, build);
	if (typeof loaded === "string") return { build, refused: loaded, ...nothing };
	const { tree } = loaded;
	if (tree === undefined) return { build, ...nothing };
	const seed = [...build.name].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
	const sets = NodeSets.deltas(randomSets(tree, loaded.allocated, rows, dice(seed)));
	const stats = loaded.stats();
	const result = await loaded.calculateBatch(sets, { stats, signal });
	if (result.stopped) return undefined;
	const ok = Array.from({ length: sets.length }, (_, row) => result.ok(row));
	const unstable = new Set(loaded.unstableStats);
	await loaded.close();
	return { build, sets, stats, values: result.values, ok, unstable };
}

/**
 * Calculates the same rows with pobatch's parts, and compares: with the default stats, with all, without offence, and
 * once more with what is memoized by then.
 */
export async function firstDifference(
	engine: Engine,
	originals: Originals,
	signal: AbortSignal,
): Promise<Difference | undefined> {
	const { build, sets, stats, values, ok } = originals;
	const note = (row: number, what: string, original: number | string, fast: number | string): Difference => ({
		build: build.name,
		row,
		what,
		original,
		fast,
	});
	const loaded = await tryToLoad(engine, build);
	const refused = typeof loaded === "string" ? loaded : undefined;
	if (refused !== originals.refused)
		return note(0, "an error", originals.refused ?? "none", refused ?? "none");
	if (typeof loaded === "string" || stats.length === 0) return undefined;
	try {
		const unstable = new Set([...originals.unstable, ...loaded.unstableStats]);
		const columns = new Map(stats.map((stat, i) => [stat, i]));
		const known = new Set(loaded.stats());
		const missing = stats.find((stat) => !known.has(stat));
		if (missing !== undefined) return note(0, missing, "a stat", "none");
		const defences = ["Life", "EnergyShield", "FireResist", "TotalEHP"].filter((stat) => columns.has(stat));
		const usual = loaded.defaultStats.filter((stat) => columns.has(stat));
		for (const asked of [usual, stats, defences, usual]) {
			if (asked.length === 0) continue;
			const result = await loaded.calculateBatch(sets, { stats: asked, signal });
			if (result.stopped) return undefined;
			for (let row = 0; row < sets.length; row++) {
				if (result.ok(row) !== ok[row])
					return note(row, "an error", String(!ok[row]), String(!result.ok(row)));
				if (!ok[row]) continue;
				for (const [i, stat] of asked.entries()) {
					if (unstable.has(stat)) continue;
					const original = values[row * stats.length + (columns.get(stat) as number)] as number;
					const fast = result.values[row * asked.length + i] as number;
					if (!Object.is(original, fast)) return note(row, stat, original, fast);
				}
			}
		}
		return undefined;
	} finally {
		await loaded.close();
	}
}

async function tryToLoad(engine: Engine, { text }: CorpusBuild) {
	try {
		return await engine.load(text);
	} catch (error) {
		if (
			error instanceof PobatchError &&
			(error.code === "BUILD_INVALID" || error.code === "CALCULATOR_ERROR")
		)
			return error.code as string;
		throw error;
	}
}
