import { PobatchError } from "../common/errors.js";
import type { Build } from "../engine/build.js";
import type { Profile } from "../profile/profile.js";
import { NodeSets } from "../rows/node-sets.js";
import { reachable } from "../search/power.js";
import { WorkClock } from "./ahead.js";
import type { NamedInput } from "./named-input.js";
import type { OpenedBuild } from "./open.js";
import { Pace, readSetGroups } from "./set-groups.js";
import { statsOf } from "./stats.js";

export interface ProfileRequest {
	/** Node sets as JSON lines; by default the paths of node power. */
	readonly input?: NamedInput | undefined;
	/** Maximum number of points of node power's paths. */
	readonly depth: number;
	/** Maximum number of node sets. */
	readonly rows: number;
	/** How long to sample; the rows are calculated repeatedly. */
	readonly seconds: number;
	readonly stats?: readonly string[] | undefined;
	/** Ends it early; the result contains what was sampled. */
	readonly signal: AbortSignal;
}

/** Where the time went. */
export interface ProfileAnswer {
	/** Profile of opening the calculator and loading the build. */
	readonly opening: Profile;
	/** Profile of the rows. */
	readonly profile: Profile;
	/** Number of sampled rows, and how many of them failed. */
	readonly rows: number;
	readonly failed: number;
}

/**
 * Samples a build's rows. All rows are calculated once before sampling, so that LuaJIT has compiled what it will.
 *
 * @param opened with `profile: true`, one thread and no cache
 * @throws PobatchError INVALID_ARGUMENT if no node is within reach, SETS_INVALID; RowError if every row fails
 */
export async function profileRows(
	{ build, engine }: OpenedBuild,
	request: ProfileRequest,
): Promise<ProfileAnswer> {
	const { input, signal, seconds } = request;
	const opening = await engine.takeProfile();
	const stats = statsOf(build, request.stats);
	const sets = input === undefined ? paths(build, request) : await setsOf(input, request.rows);
	let { rows, failed } = await calculate(build, sets, stats, signal, 0);
	const profile = await engine.profile(async () => {
		({ rows, failed } = await calculate(build, sets, stats, signal, seconds));
	});
	return { opening, profile, rows, failed };
}

/** Node power's own rows; an evenly spread selection if there are more than wanted. */
function paths(build: Build, { depth, rows }: ProfileRequest): NodeSets[] {
	const all = reachable(build, depth);
	if (all.length === 0) {
		throw new PobatchError("INVALID_ARGUMENT", "The build has no nodes within reach to calculate", {
			hint: "Give node sets with --sets.",
		});
	}
	const count = Math.min(rows, all.length);
	return [
		NodeSets.deltas(Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] ?? {})),
	];
}

async function setsOf(input: NamedInput, limit: number): Promise<NodeSets[]> {
	const groups: NodeSets[] = [];
	const enough = new AbortController();
	const reading = { clock: new WorkClock(), pace: new Pace(), skip: 0, signal: enough.signal };
	let left = limit;
	for await (const { sets } of readSetGroups(input, reading)) {
		const taken = Math.min(left, sets.length);
		groups.push(sets.select(Array.from({ length: taken }, (_, i) => i)));
		left -= taken;
		if (left === 0) break;
	}
	enough.abort();
	if (left === limit) {
		throw new PobatchError("SETS_INVALID", `${input.name}: has no node sets`, {
			hint: "Node sets are JSON lines: one set a line.",
		});
	}
	return groups;
}

/** Calculates the rows once, then repeats until the time is up. */
async function calculate(
	build: Build,
	groups: readonly NodeSets[],
	stats: readonly string[],
	signal: AbortSignal,
	seconds: number,
): Promise<{ rows: number; failed: number }> {
	const end = performance.now() + 1000 * seconds;
	let rows = 0;
	let failed = 0;
	do {
		for (const sets of groups) {
			const { errors, length, stopped } = await build.calculateBatch(sets, { stats, signal });
			if (stopped) return { rows, failed };
			const [error] = errors;
			// If all rows fail, there is nothing to profile.
			if (error && errors.length === length) throw error;
			rows += length;
			failed += errors.length;
		}
	} while (performance.now() < end && !signal.aborted);
	return { rows, failed };
}
