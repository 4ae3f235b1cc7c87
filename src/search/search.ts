import { invalidArgument, PobatchError } from "../common/errors.js";
import type { Evaluator } from "../rows/evaluator.js";
import type { AttributeName, NodeSetDelta } from "../rows/node-sets.js";
import type { Budgets } from "./budgets.js";
import { type Explored, type ExploreOptions, explore, type LimitedBy } from "./explore.js";
import { type Floor, readFloor } from "./floors.js";
import type { Found } from "./found.js";
import { aliases, Goal } from "./goal.js";
import { type Pool, pools } from "./graph.js";
import { type Arrangement, arrangeJewels, canArrange, type JewelChange, type Jewels } from "./jewels.js";
import { isBetter, Objective, requirements } from "./objective.js";
import { Plan } from "./plan.js";
import { Rows, type SearchLimits } from "./rows.js";
import { planOf, type SearchStart } from "./start.js";
import { jewelSteps, type SearchStep, stepsTo } from "./steps.js";
import { type Restrictions, searchTask, type Task } from "./task.js";

export interface SearchOptions extends Budgets, Restrictions, SearchLimits {
	/**
	 * What to maximise: a stat, an expression over stats, or a preset: `dps`, `ehp`, `balanced` (the default). Each stat
	 * counts relative to the build's own value; `raw(Stat)` is the absolute number.
	 */
	readonly goal?: string;
	/** Bounds that a result must satisfy: `"Life=95%"` (of the build's own), `"FireResist>=75"`, `"ManaCost<=40"`. */
	readonly floors?: readonly (string | Floor)[];
	/**
	 * Whether attributes must meet what gems and equipment require. Default: true. A requirement that the build itself
	 * does not meet is made up for if a quarter of the points could do so; otherwise the shortfall must not grow.
	 */
	readonly requirements?: boolean;
	/** Seed of the random numbers, an integer. Default: 1. */
	readonly seed?: number;
	/** Stats to include in `before` and `after` in addition to those that goal and limits read. */
	readonly stats?: readonly string[];
	/**
	 * Allows jewels to move to other sockets; `build.search` provides it with Path of Building. False: jewels stay where
	 * they are.
	 */
	readonly jewels?: Jewels | false;
	/**
	 * A faster evaluator of the same build, used for the first measurement of single nodes; it does not decide anything.
	 */
	readonly screen?: Evaluator;
	/** Goes on where an earlier search of the same build was interrupted; the result is at least as good as its best. */
	readonly start?: SearchStart;
	readonly onProgress?: (progress: SearchProgress) => void;
}

export interface SearchProgress {
	/** The best goal so far. */
	readonly best: number;
	/** The change of the build that achieves it; empty at first. */
	readonly set: NodeSetDelta & { readonly add: readonly number[]; readonly remove: readonly number[] };
	readonly evaluations: number;
	readonly rowsPerSecond: number;
	readonly elapsedMs: number;
	/** Milliseconds to the time limit; undefined if there is none. */
	readonly leftMs: number | undefined;
	/** 0 to 1: how much of the limits is used up. */
	readonly used: number;
}

export interface SearchResult {
	/** As interpreted; `before` and `after` are its values for the build itself and for the result. */
	readonly goal: {
		readonly text: string;
		readonly before: number;
		readonly after: number;
		readonly notes: readonly string[];
	};
	/** Stats by name, for the build itself and for the result. */
	readonly before: Readonly<Record<string, number>>;
	readonly after: Readonly<Record<string, number>>;
	/** The changes in the order in which to click them; empty if nothing better was found. */
	readonly steps: readonly SearchStep[];
	/** Points by pool: granted, and spent minus refunded. */
	readonly points: Readonly<Record<Pool, { readonly given: number; readonly used: number }>>;
	/** Points that may be refunded, and those that are. */
	readonly respec: { readonly given: number; readonly used: number };
	/** False if the current tree is the best that was found. */
	readonly improved: boolean;
	/** Limits that the result violates; the build itself does no better on them. */
	readonly missed: readonly string[];
	/** What ended the search; `nothingLeft`: nothing left to try looked promising. */
	readonly limitedBy: LimitedBy;
	/** The result as a change of the build, for instance for `build.toCode`. */
	readonly set: NodeSetDelta;
	/**
	 * If jewels were moved: what the affected sockets contain afterwards, a jewel's text or nothing, for `build.variant`.
	 */
	readonly jewels?: JewelChange;
	/** Rows requested. */
	readonly evaluations: number;
	/** Of these, rows answered by the row cache, and rows that the calculator answered as equivalent to another row. */
	readonly cached: number;
	readonly memoized: number;
	readonly failed: number;
	/** Rows of the screening evaluator. */
	readonly screened: number;
	readonly elapsedMs: number;
	readonly seed: number;
}

/** Applies to a search without `timeLimitMs` and `maxEvaluations`. */
const defaultTimeLimitMs = 60_000;

/**
 * Finds the best tree that the points allow: adds paths, gives nodes up and spends their points again, and chooses
 * attributes, so as to maximise the goal while satisfying all limits. Candidates are compared only by exact rows.
 *
 * The same seed and `maxEvaluations` give the same result on any number of threads; with a time limit, the best result
 * found by then is returned. A signal has the same effect: the best result so far is returned.
 *
 * @throws PobatchError INVALID_ARGUMENT, UNKNOWN_NODE, TREE_INVALID before anything is calculated; UNKNOWN_STAT;
 * RowError if the build's own row fails
 * @example
 * const { steps, after } = await searchTree(build, { goal: "balanced", points: 10, floors: ["Life=95%"] });
 */
export async function searchTree(evaluator: Evaluator, options: SearchOptions = {}): Promise<SearchResult> {
	const { rows, task, objective, screen, start } = await prepareSearch(evaluator, options);
	const { seed = 1, onProgress, stats = [] } = options;
	let best = objective.worth(objective.own, 0);
	let set: SearchProgress["set"] = { add: [], remove: [] };
	const seeds = start ? [start] : [];
	// Whatever is left of the limits: the result has to be as good.
	const [known] = await rows.values(seeds, true);
	if (start && known && !Number.isNaN(known[0])) {
		best = objective.worth(known, 0);
		set = setOf(task, start);
	}
	rows.onBatch = () =>
		onProgress?.({
			best,
			set,
			evaluations: rows.evidence.evaluations,
			rowsPerSecond: rows.evidence.evaluations / (rows.elapsedMs / 1000),
			elapsedMs: rows.elapsedMs,
			leftMs: rows.leftMs,
			used: rows.used,
		});
	const jewels = options.jewels || undefined;
	const onImproved = ({ plan, score }: Found) => {
		best = score.worth;
		set = setOf(task, plan);
	};
	const build = Plan.ofBuild(task);
	// A search that goes on after that share has no time to look for nodes twice.
	const isShared = jewels !== undefined && rows.used < shareBeforeJewels && canArrange(task, jewels, build);
	let found = await explore(task, objective, rows, {
		seed,
		screen,
		onImproved,
		seeds,
		...(isShared && { isOver: () => rows.used >= shareBeforeJewels }),
	});
	let arrangement: Arrangement | undefined;
	if (jewels && rows.look() === undefined) {
		const isCut = isShared && rows.used >= shareBeforeJewels;
		arrangement = await arrangeJewels(task, objective, rows, jewels, found.best);
		if (arrangement) {
			onImproved(arrangement.found);
			found = await goOn(task, objective, arrangement, found, { seed: seed + 1, onImproved });
		} else if (isCut) {
			const { model } = found;
			const seeds = [found.best.plan];
			found = await explore(task, objective, rows, {
				seed: seed + 1,
				screen,
				onImproved,
				seeds,
				known: model,
			});
		}
	}
	rows.onBatch = undefined;
	const answer = await answerOf(
		task,
		objective,
		rows,
		found.best,
		stats,
		arrangement && { jewels, arrangement },
	);
	return {
		...answer,
		limitedBy: found.limitedBy,
		screened: screen?.evidence.evaluations ?? 0,
		...evidenceOf(rows),
		seed,
	};
}

/** The share of the limits that is used before jewels are moved, if any may be moved; the rest is spent afterwards. */
const shareBeforeJewels = 0.7;

/** Looks for better nodes for the new arrangement of jewels. */
async function goOn(
	task: Task,
	objective: Objective,
	{ rows, found }: Arrangement,
	before: Explored,
	options: Pick<ExploreOptions, "seed" | "onImproved">,
): Promise<Explored> {
	const [own] = await rows.values([Plan.ofBuild(task)]);
	if (!own || Number.isNaN(own[0])) return { ...before, best: found, limitedBy: rows.ended ?? "nothingLeft" };
	// Which nodes are near the jewels is no longer known, so no node is assumed to be equivalent to another.
	const anywhere = { ...task, nearJewel: new Uint8Array(task.graph.size).fill(1) };
	const after = await explore(anywhere, objective, rows, {
		...options,
		screen: undefined,
		own,
		seeds: [found.plan],
		known: before.model,
	});
	return isBetter(after.best.score, found.score) ? after : { ...after, best: found };
}

/** What a search needs, validated before any of its rows is calculated. */
export interface Prepared {
	readonly rows: Rows;
	readonly task: Task;
	readonly objective: Objective;
	/** The same limits with another goal over the same stats. */
	readonly objectiveOf: (goal: string) => Objective;
	readonly screen: Rows | undefined;
	/** The tree of `start`. */
	readonly start: Plan | undefined;
}

/** @throws PobatchError like {@link searchTree} */
export function prepareSearch(evaluator: Evaluator, options: SearchOptions): Promise<Prepared> {
	if (typeof options !== "object" || options === null) throw invalidArgument("an object", "options", options);
	return prepareGoal(evaluator, options, options.goal ?? defaultGoal(evaluator));
}

/** `balanced` if there is something to balance, otherwise the calculator's first stat. */
function defaultGoal(evaluator: Evaluator): string {
	const known = evaluator.stats();
	return known.some((stat) => Object.values(aliases).flat().includes(stat)) ? "balanced" : (known[0] ?? "");
}

/** The same with a given goal. @throws PobatchError like {@link searchTree} */
export async function prepareGoal(
	evaluator: Evaluator,
	options: Omit<SearchOptions, "goal">,
	goalText: string,
): Promise<Prepared> {
	checkLimits(options);
	const { seed = 1, requirements: areRequired = true, floors = [], stats = [] } = options;
	if (!Number.isSafeInteger(seed)) throw invalidArgument("an integer", "seed", seed);
	if (!Array.isArray(floors)) throw invalidArgument("a list of bounds", "floors", floors);
	const goal = new Goal(goalText);
	const limits = floors.map(readFloor);
	const known = new Set(evaluator.stats());
	const candidates = goal.candidates(known);
	if (candidates.length === 0) {
		throw new PobatchError(
			"INVALID_ARGUMENT",
			`The calculator has none of the stats of the goal ${goal.text}`,
			{
				value: goal.text,
				hint: `It answers ${[...known].slice(0, 8).join(", ")}: name one of them as the goal.`,
			},
		);
	}
	const task = searchTask(evaluator, options);
	const start = options.start && planOf(task, options.start.set);
	const given = task.budgets.free.reduce((sum, points) => sum + points, 0) + task.budgets.respec;
	const isTimed = options.timeLimitMs !== undefined || options.maxEvaluations !== undefined;
	const rows = new Rows(evaluator, isTimed ? options : { ...options, timeLimitMs: defaultTimeLimitMs });
	if (options.start) rows.spend(options.start);
	const attributes = areRequired ? requirements.flat().filter((stat) => known.has(stat)) : [];
	const own = await rows.own([
		...new Set([...candidates, ...limits.map(({ stat }) => stat), ...attributes, ...stats]),
	]);
	// At most a quarter of the points, at 5 of an attribute per point.
	const attainable = areRequired ? (given * 5) / 4 : undefined;
	const objectiveOf = (text: string) =>
		new Objective(new Goal(text).bind(own, known), limits, own, attainable);
	const objective = objectiveOf(goalText);
	rows.ask(objective.stats);
	const screen = options.screen && screenRows(options.screen, options, objective);
	return { rows, task, objective, objectiveOf, screen, start };
}

/** @throws PobatchError UNKNOWN_STAT if the screening evaluator does not know the stats of the goal */
function screenRows(screen: Evaluator, { signal, rowTimeoutMs }: SearchOptions, objective: Objective): Rows {
	const known = new Set(screen.stats());
	const missing = objective.stats.find((stat) => !known.has(stat));
	if (missing !== undefined) {
		throw new PobatchError("UNKNOWN_STAT", `The screening calculator has no stat ${missing}`, {
			value: missing,
			hint: "Choose a goal of stats that both calculators answer, or search without a screen.",
		});
	}
	const rows = new Rows(screen, {
		...(signal && { signal }),
		...(rowTimeoutMs !== undefined && { rowTimeoutMs }),
	});
	rows.ask(objective.stats);
	return rows;
}

function checkLimits({
	timeLimitMs,
	maxEvaluations,
	start,
}: SearchLimits & Pick<SearchOptions, "start">): void {
	if (timeLimitMs !== undefined && !(timeLimitMs > 0))
		throw invalidArgument("a positive number of milliseconds", "timeLimitMs", timeLimitMs);
	if (maxEvaluations !== undefined && !(Number.isInteger(maxEvaluations) && maxEvaluations > 0))
		throw invalidArgument("a positive integer", "maxEvaluations", maxEvaluations);
	if (start === undefined) return;
	const { set, evaluations = 0, elapsedMs = 0 } = start ?? {};
	if (typeof set !== "object" || set === null) throw invalidArgument("an object with a set", "start", start);
	if (!(Number.isInteger(evaluations) && evaluations >= 0))
		throw invalidArgument("an integer of at least 0", "start.evaluations", evaluations);
	if (!(Number.isFinite(elapsedMs) && elapsedMs >= 0))
		throw invalidArgument("a number of at least 0", "start.elapsedMs", elapsedMs);
}

type Answer = Omit<
	SearchResult,
	"limitedBy" | "evaluations" | "cached" | "memoized" | "failed" | "screened" | "elapsedMs" | "seed"
>;

/** Turns a plan into a search result: its steps, its stats, its cost. */
export async function answerOf(
	task: Task,
	objective: Objective,
	rows: Rows,
	{ plan, values, score }: Found,
	more: readonly string[],
	moved?: { readonly jewels: Jewels | undefined; readonly arrangement: Arrangement },
): Promise<Answer> {
	const steps = await stepsTo(task, objective, rows, plan);
	if (moved?.jewels)
		steps.push(
			...(await jewelSteps(task, objective, rows, plan, moved.jewels, moved.arrangement.moves, steps)),
		);
	const change = moved?.arrangement.change;
	const set = setOf(task, plan);
	const own = Object.fromEntries(objective.stats.map((stat, s) => [stat, objective.own[s] as number]));
	const stats = [...new Set([...objective.stats, ...more])];
	const isMore = stats.length > objective.stats.length;
	const before = isMore ? await rows.own(stats) : own;
	const after =
		isMore && (plan.key !== 0 || moved)
			? await (moved?.arrangement.rows ?? rows).one(set, stats)
			: isMore
				? before
				: named(objective, values);
	return {
		goal: {
			text: objective.goal.text,
			before: objective.worth(objective.own, 0),
			after: score.worth,
			notes: objective.goal.notes,
		},
		before,
		after,
		steps,
		points: Object.fromEntries(
			pools.map((pool, k) => [
				pool,
				{ given: task.budgets.free[k] as number, used: Math.max(0, plan.spent[k] as number) },
			]),
		) as SearchResult["points"],
		respec: { given: task.budgets.respec, used: plan.respecs },
		improved: plan.key !== 0 || change !== undefined,
		missed: objective.missed(values, 0),
		set,
		...(change && { jewels: change }),
	};
}

export function evidenceOf(
	rows: Rows,
): Pick<SearchResult, "evaluations" | "cached" | "memoized" | "failed" | "elapsedMs"> {
	const { evaluations, cached, memoized, failed } = rows.evidence;
	return { evaluations, cached, memoized, failed, elapsedMs: rows.elapsedMs };
}

function named(objective: Objective, values: Float64Array): Record<string, number> {
	return Object.fromEntries(objective.stats.map((stat, s) => [stat, values[s] as number]));
}

const attributeNames = ["Str", "Dex", "Int"] as const;

/** The changes of a plan as a node set. */
export function setOf(
	{ graph, mode, attribute }: Task,
	plan: Plan,
): NodeSetDelta & { add: number[]; remove: number[] } {
	const add: number[] = [];
	const remove: number[] = [];
	const attributes: Record<number, AttributeName> = {};
	const weaponSets: Record<number, 1 | 2> = {};
	for (let i = 0; i < graph.size; i++) {
		const id = graph.ids[i] as number;
		if (plan.mode[i] === mode[i] && plan.attribute[i] === attribute[i]) continue;
		if (mode[i]) remove.push(id);
		if (!plan.mode[i]) continue;
		add.push(id);
		const name = attributeNames[(plan.attribute[i] as number) - 1];
		if (name) attributes[id] = name;
		const set = (plan.mode[i] as number) - 1;
		if (set === 1 || set === 2) weaponSets[id] = set;
	}
	return {
		add,
		remove,
		...(Object.keys(attributes).length > 0 && { attributes }),
		...(Object.keys(weaponSets).length > 0 && { weaponSets }),
	};
}
