import { type Build, type NodePower, PobatchError, type VariantChange } from "pobatch";
import { calculateStats, nearest, rankNodes } from "pobatch/operations";
import { Type } from "typebox";
import { withFullDps } from "../../operations/full-dps.js";
import { changes } from "../../operations/schemas.js";
import { calculateChanged, deltaOf, fullDpsNote } from "../../operations/stats.js";
import { changeOf, changeProperties } from "../changes.js";
import { distancesOf, named, nodeOf, reachableNodes, treeOf } from "../nodes.js";
import { rounded, roundedStats, statNames } from "../stat-names.js";
import { tool } from "../tool.js";
import { buildArgument, statsArgument } from "./build.js";

export const whatIf = tool({
	name: "what_if",
	title: "What if the build were changed",
	description:
		"Stats of the build with nodes added and removed, other items, jewels, anoints, gems, configuration or level, all in " +
		"one call, and the exact difference to the build as it is. Nothing is kept: " +
		"each call starts from the build itself, so put everything that belongs together into one call. Nodes by id or " +
		"name; paths to nodes that are not connected are added, and what hangs on removed nodes goes with them, which the " +
		"answer says. `code: true` also answers the changed build as a code.",
	input: Type.Object({
		build: buildArgument,
		...changeProperties,
		...changes,
		fullDps: Type.Optional(Type.String({ description: "Skill groups counted in FullDPS: numbers, or auto" })),
		stats: statsArgument,
		code: Type.Optional(
			Type.Boolean({ description: "Also the changed build as a code that Path of Building imports" }),
		),
	}),
	isLong: ({ code = false }) => code,
	run: (session, { build: id, stats: given, code = false, add, remove, attributes, fullDps, ...rest }) =>
		session.withBuild(id, async (build) => {
			const { set, ...change } = changeOf(build, {
				...(add && { add }),
				...(remove && { remove }),
				...(attributes && { attributes }),
			});
			const other = rest as VariantChange;
			const {
				answer,
				base = answer,
				notes,
			} = await calculateChanged(build, {
				names: statNames(build, given),
				set,
				change: other,
				around: await withFullDps(build, undefined, fullDps),
			});
			const variant = Object.keys(other).length > 0 ? build.variant(other) : undefined;
			return {
				...change,
				notes: [...change.notes, ...notes],
				stats: roundedStats(answer),
				delta: roundedStats(deltaOf(answer, base)),
				...(code && { code: await build.toCode(set, { variant }) }),
			};
		}),
});

export const power = tool({
	name: "power",
	title: "Which nodes are worth most",
	description:
		"Node power: for each node within `depth` points, what the build gains of `stats` (the first one sorts) by the " +
		"shortest path to it; with `remove` also what giving up each allocated node costs. A node far away ranks by " +
		"all that lies on its path: look at `perPoint` and at `points`. Takes seconds. FullDPS is 0 for builds without " +
		"skills in it: use CombinedDPS then.",
	input: Type.Object({
		build: buildArgument,
		stats: statsArgument,
		depth: Type.Optional(Type.Integer({ minimum: 1, maximum: 30, description: "Points, 5 if not given" })),
		perPoint: Type.Optional(Type.Boolean({ description: "Sort by the gain of one point" })),
		remove: Type.Optional(
			Type.Boolean({ description: "Also allocated nodes, with what giving them up loses" }),
		),
		top: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: "How many, 15 if not given" })),
	}),
	isLong: ({ top = 0 }) => top > 30,
	run: (session, { build: id, stats: given, top = 15, ...options }, { signal, onProgress }) =>
		session.withBuild(id, async (build) => {
			const names = given ? statNames(build, given) : build.defaultStats.slice(0, 1);
			const answer = await rankNodes(build, {
				...options,
				stats: names,
				signal,
				...(onProgress && { onProgress }),
			});
			if (answer.stopped) throw new PobatchError("ABORTED", "Node power was stopped before its end");
			const note = fullDpsNote(answer.base);
			const added = answer.nodes.filter(({ points }) => points > 0);
			const removed = answer.nodes.filter(({ points }) => points < 0);
			return {
				base: roundedStats(answer.base),
				nodes: added.slice(0, top).map(told),
				...(options.remove && {
					// The other end of the list: what costs least to give up.
					leastLossIfRemoved: removed.slice(0, top).map(told),
				}),
				lookedAt: answer.nodes.length,
				...(note !== undefined && { notes: [note] }),
			};
		}),
});

function told({ id, name, type, nodes, points, gains, error }: NodePower): Record<string, unknown> {
	return {
		id,
		name,
		type,
		points,
		gains: roundedStats(gains),
		...(nodes.length > 1 && { path: nodes }),
		...(error && { error: error.message }),
	};
}

export const findNodes = tool({
	name: "find_nodes",
	title: "Find nodes of the passive tree",
	description:
		'Nodes whose name or stat lines contain a text ("maximum life", "Hollow Palm"), nearest to the build first: id, ' +
		"name, stat lines, whether allocated, and how many points away.",
	input: Type.Object({
		build: buildArgument,
		text: Type.String({
			minLength: 1,
			description: "Part of the name or of a stat line; words may stand apart",
		}),
		type: Type.Optional(
			Type.Enum(["normal", "notable", "keystone", "attribute", "jewelSocket"], {
				description: "Only of this type",
			}),
		),
		within: Type.Optional(Type.Integer({ minimum: 1, description: "Only nodes that so many points reach" })),
		limit: Type.Optional(
			Type.Integer({ minimum: 1, maximum: 200, description: "How many, 12 if not given" }),
		),
	}),
	run: (session, { build: id, text, type, within, limit = 12 }) =>
		session.withBuild(id, (build) => {
			const words = text.toLowerCase().split(/\s+/).filter(Boolean);
			const own = new Set(build.allocated);
			const found = reachableNodes(build)
				.filter((node) => node.allocatable && (type === undefined || node.type === type))
				.filter(({ name, stats }) => {
					const lines = [name, ...stats].map((line) => line.toLowerCase());
					return lines.some((line) => words.every((word) => line.includes(word)));
				})
				.map((node) => ({
					node,
					points: own.has(node.id) ? 0 : (distancesOf(build).get(node.id) ?? Number.POSITIVE_INFINITY),
				}))
				.filter(({ points }) => within === undefined || points <= within)
				.sort((a, b) => a.points - b.points || a.node.id - b.node.id);
			return {
				found: found.length,
				nodes: found.slice(0, limit).map(({ node, points }) => ({
					...named(node),
					stats: node.stats,
					...(points === 0
						? { allocated: true }
						: { pointsAway: Number.isFinite(points) ? points : "not reachable" }),
				})),
			};
		}),
});

/** What names of stats do not say. */
const meanings: Readonly<Record<string, string>> = {
	FullDPS: "Damage per second of all skills that the build includes in Full DPS; 0 if it includes none.",
	CombinedDPS: "Damage per second of the main skill, with its ailments and damage over time.",
	TotalDPS: "Damage per second of the main skill's hits.",
	TotalEHP: "Effective hit pool: raw damage that the character takes, on average, before it dies.",
	Life: "Maximum life.",
	EnergyShield: "Maximum energy shield.",
};

export const explain = tool({
	name: "explain",
	title: "Explain a node or a stat",
	description:
		"Of a node (id or name): its stat lines, its neighbours, how far it is, and what taking it, or giving it up if the " +
		"build has it, changes. Of a stat: its number, what it means, and which allocated nodes it would miss most.",
	input: Type.Object({
		build: buildArgument,
		node: Type.Optional(Type.Union([Type.Integer(), Type.String()], { description: "Id or name" })),
		stat: Type.Optional(Type.String({ description: "Name of a stat" })),
	}),
	run: (session, { build: id, node, stat }, { signal }) =>
		session.withBuild(id, async (build) => {
			if (node !== undefined) return explainNode(build, node, stat);
			if (stat !== undefined) return explainStat(build, stat, signal);
			throw new PobatchError("INVALID_ARGUMENT", "Expected node or stat");
		}),
});

async function explainNode(build: Build, given: string | number, stat: string | undefined) {
	const tree = treeOf(build);
	const node = nodeOf(build, given, { allocated: true });
	const isAllocated = build.allocated.includes(node.id);
	const facts = {
		...named(node),
		statLines: node.stats,
		...(node.options && { choices: node.options.map(({ name, stats }) => ({ name, stats })) }),
		neighbours: Array.from(tree.neighbours(node.id), (id) => named(tree.node(id))),
		allocated: isAllocated,
	};
	if (!node.allocatable) return { ...facts, notes: ["No point can be put into it"] };
	const { set, ...change } = changeOf(build, isAllocated ? { remove: [node.id] } : { add: [node.id] });
	const stats = statNames(build, stat === undefined ? undefined : [stat]);
	const { answer, base = answer } = await calculateStats(build, { stats, set });
	return {
		...facts,
		[isAllocated ? "ifRemoved" : "ifTaken"]: {
			...change,
			stats: roundedStats(answer),
			delta: roundedStats(deltaOf(answer, base)),
		},
	};
}

async function explainStat(build: Build, given: string, signal: AbortSignal) {
	const [stat] = statNames(build, [given]) as [string];
	const { answer } = await calculateStats(build, { stats: [stat] });
	const note = fullDpsNote(answer);
	const facts = {
		stat,
		value: rounded(answer[stat] as number),
		...(meanings[stat] !== undefined && { meaning: meanings[stat] }),
		...(build.unstableStats.includes(stat) && {
			unstable: "Path of Building itself may answer it otherwise the next time it is started.",
		}),
		similar: nearest(stat, build.stats()).filter((name) => name !== stat),
		...(note !== undefined && { notes: [note] }),
	};
	if (!build.tree) return facts;
	const { nodes } = await rankNodes(build, { stats: [stat], depth: 1, remove: true, signal });
	const lost = nodes
		.filter(({ points, gains }) => points < 0 && gains[stat] !== 0)
		.sort((a, b) => (a.gains[stat] as number) - (b.gains[stat] as number));
	return { ...facts, mostMissedNodes: lost.slice(0, 10).map(told) };
}
