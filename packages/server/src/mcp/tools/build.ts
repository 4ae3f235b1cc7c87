import { calculateStats } from "pobatch/operations";
import { Type } from "typebox";
import { compare as compareBuilds, type NodeName } from "../../operations/compare.js";
import { fullDpsNote } from "../../operations/stats.js";
import { summaryOf } from "../../operations/summary.js";
import type { Lease } from "../../service/build-store.js";
import { treeOf } from "../nodes.js";
import { roundedStats, statNames } from "../stat-names.js";
import { tool } from "../tool.js";

export const buildArgument = Type.Optional(
	Type.String({
		description: "Id, code or link; the build loaded last if not given",
	}),
);
export const statsArgument = Type.Optional(
	Type.Array(Type.String(), {
		description: "Names such as Life, CombinedDPS, TotalEHP, FireResist; the most looked at if not given",
	}),
);

export const fullDpsArgument = Type.Optional(Type.String({ description: "As of what_if" }));

export const load = tool({
	name: "load",
	title: "Load a build",
	description:
		"Call this first. Takes what a person pastes: a Path of Building code (also mangled by a chat), its XML, a link, or " +
		"(local servers only) the path of a file. Answers the build's id, who it is and its main stats. Every other tool " +
		"then means this build unless told otherwise.",
	input: Type.Object({
		source: Type.String({ minLength: 1, description: "Code, XML, link or path of a file" }),
		calculator: Type.Optional(Type.String({ description: "Name of a calculator; capabilities lists them" })),
		spec: Type.Optional(
			Type.Integer({
				minimum: 1,
				description: "Which of the build's passive trees, from 1; the active one if not given",
			}),
		),
	}),
	async run(session, { source, ...given }) {
		using lease = await session.load(source, given);
		return overview(lease);
	},
});

export const summary = tool({
	name: "summary",
	title: "Summary of a build",
	description:
		"Who the build is, its main stats, the keystones and notables it has, what Path of Building warns of, and which " +
		"stats are not to be relied on.",
	input: Type.Object({ build: buildArgument }),
	run: (session, { build: id }) =>
		session.withBuild(id, async (build, lease) => {
			const marked = (type: string) =>
				build.tree
					? build.allocated
							.map((node) => treeOf(build).node(node))
							.filter((node) => node.type === type)
							.map(({ id: node, name }) => `${name} (${node})`)
					: [];
			return {
				...(await overview(lease)),
				keystones: marked("keystone"),
				notables: marked("notable"),
				warnings: build.warnings.map(({ text, where }) => (where === "build" ? text : `${where}: ${text}`)),
				unstableStats: build.unstableStats,
			};
		}),
});

async function overview(lease: Lease): Promise<Record<string, unknown>> {
	const { id, calculator, nodes, level, ascendancy, mainSkill, ...rest } = summaryOf(lease);
	const { answer } = await calculateStats(lease.build, {});
	const note = fullDpsNote(answer);
	return {
		build: id,
		who: `${ascendancy === undefined ? rest.class : `${ascendancy} (${rest.class})`}, level ${level}`,
		...(mainSkill !== undefined && { mainSkill }),
		nodes,
		tree: rest.treeVersion,
		calculator,
		stats: roundedStats(answer),
		...(rest.warnings.length > 0 && { warningCount: rest.warnings.length }),
		...(note !== undefined && { notes: [note] }),
	};
}

export const stats = tool({
	name: "stats",
	title: "Stats of a build",
	description:
		"Numbers by name, exactly as Path of Building calculates them. `stats` names them; `match` finds all stats with a " +
		'word in their name (match: "resist"). A name that does not exist is answered with those that look like it.',
	input: Type.Object({
		build: buildArgument,
		stats: statsArgument,
		match: Type.Optional(Type.String({ minLength: 2, description: "All stats whose name contains this" })),
	}),
	run: (session, { build: id, stats: given, match }) =>
		session.withBuild(id, async (build) => {
			const word = match?.toLowerCase();
			const names =
				word === undefined
					? statNames(build, given)
					: [
							...(given ? statNames(build, given) : []),
							...build.stats().filter((name) => name.toLowerCase().includes(word)),
						];
			if (names.length === 0)
				return { stats: {}, notes: [`No stat of this build has "${match}" in its name`] };
			const { answer } = await calculateStats(build, { stats: names });
			const note = fullDpsNote(answer);
			return { stats: roundedStats(answer), ...(note !== undefined && { notes: [note] }) };
		}),
});

export const compare = tool({
	name: "compare",
	title: "Compare two builds",
	description:
		"Stats of two builds side by side with what the second gains, the nodes that only one has, and (with Path of " +
		"Building) what each part of the second is worth to the first: items, gems, tree and so on.",
	input: Type.Object({
		before: buildArgument,
		after: Type.String({ description: "Id, code or link of the other build" }),
		stats: statsArgument,
		fullDps: fullDpsArgument,
		top: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: "Parts, 12 if not given" })),
	}),
	isLong: ({ top = 0 }) => top > 30,
	run: (session, { before, after, stats: given, fullDps, top = 12 }, context) =>
		session.withBuild(before, (first) =>
			session.withBuild(after, async (second) => {
				const names = given && statNames(first, given);
				const found = await compareBuilds(first, second, { stats: names, fullDps }, context);
				const named = (nodes: readonly NodeName[]) => nodes.map(({ id, name }) => `${name} (${id})`);
				const note = fullDpsNote(found.base) ?? fullDpsNote(found.other);
				const notes = [...found.advice, ...(note === undefined ? [] : [note])];
				return {
					before: roundedStats(found.base),
					after: roundedStats(found.other),
					delta: roundedStats(found.delta),
					...(found.parts && {
						parts: found.parts.slice(0, top).map(({ label, gains, error }) => ({
							...label,
							gains: roundedStats(gains),
							...(error && { error: error.message }),
						})),
					}),
					nodesOnlyBefore: named(found.nodesOnlyHere),
					nodesOnlyAfter: named(found.nodesOnlyThere),
					...(notes.length > 0 && { notes }),
				};
			}),
		),
});
