import { PobatchError, type Trimmed } from "pobatch";
import { Type } from "typebox";
import { paretoOperation, SearchInput, searchOperation } from "../../operations/search.js";
import type { JobState } from "../../service/job.js";
import type { Session } from "../session.js";
import { roundedStats } from "../stat-names.js";
import { tool } from "../tool.js";
import { buildArgument } from "./build.js";

const jobArgument = Type.Optional(
	Type.String({ description: "Id that search_start answered; the search started last if not given" }),
);
const shortGoal = Type.Optional(Type.String({ description: "As of search_start" }));

export const searchStart = tool({
	name: "search_start",
	title: "Search the best tree",
	description:
		"Starts a search for the best passive tree that the points allow, and answers at once with the id of its job: ask " +
		"search_status, then search_result. Give points (to spend) or respec (nodes that may be given up), and floors, " +
		'since a goal of damage alone trades defence away: ["Life=95%","TotalEHP=95%"]. That the tree as it is wins is an ' +
		"answer, too. With `of` (two stats) it answers the trees between them.",
	readOnly: false,
	input: Type.Object({
		build: buildArgument,
		...SearchInput.properties,
		of: Type.Optional(
			Type.Array(Type.String(), { minItems: 2, maxItems: 2, description: "Instead of goal" }),
		),
	}),
	run: (session, { build: id, of, goal, jewels, ...input }) =>
		session.withBuild(id, async (build, { known }) => {
			if (of && goal !== undefined)
				throw new PobatchError("INVALID_ARGUMENT", "Expected goal or of, not both");
			if (!build.tree) throw new PobatchError("TREE_INVALID", "A search needs a passive tree");
			const job = await session.service.jobs.start({
				operation: of ? paretoOperation.name : searchOperation.name,
				build: known,
				// Between two stats jewels always stay.
				input: {
					...input,
					...(goal !== undefined && { goal }),
					...(of ? { of } : jewels !== undefined && { jewels }),
				},
				client: session.client,
			});
			session.lastJob = job.id;
			return { job };
		}),
});

export const searchStatus = tool({
	name: "search_status",
	title: "How far a search is",
	description:
		"Status, progress in percent of its limits, and the best goal so far (1 is the build's own); why it failed if it did.",
	input: Type.Object({ job: jobArgument }),
	run: async (session, { job }) => ({ job: toldJob(session.service.jobs.get(jobOf(session, job))) }),
});

export const searchResult = tool({
	name: "search_result",
	title: "Result of a search",
	description:
		"Once it is done, or cancelled: stats before and after, and the clicks in order. `full` answers all of it, with the " +
		"node set and, with Path of Building, the code to import.",
	input: Type.Object({
		job: jobArgument,
		full: Type.Optional(Type.Boolean({ description: "However long it is" })),
	}),
	isLong: ({ full = false }) => full,
	run: async (session, { job, full = false }) => {
		const result = session.service.jobs.result(jobOf(session, job)) as Record<string, unknown>;
		if (full) return result;
		const {
			code: _,
			xml: __,
			set: ___,
			steps = [],
			...rest
		} = result as { steps?: Record<string, unknown>[] } & typeof result;
		return {
			...rest,
			steps: steps.map(({ action, target, name, points, gain }) => ({
				action,
				id: target,
				name,
				points,
				gain,
			})),
		};
	},
});

export const searchCancel = tool({
	name: "search_cancel",
	title: "End a search early",
	description: "Ends a search; the best that it has found is its result.",
	readOnly: false,
	input: Type.Object({ job: jobArgument }),
	run: async (session, { job }) => ({ job: toldJob(await session.service.jobs.cancel(jobOf(session, job))) }),
});

/** Without the nodes of the best so far: search_result has them, with names. */
function toldJob({ progress: { set: _, ...progress }, ...job }: JobState) {
	return { ...job, progress };
}

function jobOf(session: Session, given: string | undefined): string {
	const id = given ?? session.lastJob;
	if (id !== undefined) return id;
	throw new PobatchError("INVALID_ARGUMENT", "No search was started", { hint: "Call search_start." });
}

export const order = tool({
	name: "order",
	title: "Order of the points while levelling",
	description: "In which order the build's own nodes are best allocated, with the level of each step.",
	input: Type.Object({
		build: buildArgument,
		goal: shortGoal,
		from: Type.Optional(
			Type.Integer({ minimum: 1, description: "Level of the first point, 2 if not given" }),
		),
	}),
	run: (session, { build: id, ...input }, { signal }) =>
		session.withBuild(id, async (build) => {
			const { goal, start, notes, steps, stopped } = await build.order({ ...input, signal });
			if (stopped) throw new PobatchError("ABORTED", "It was stopped before its end");
			return {
				goal,
				start,
				notes,
				steps: steps.map(({ level, target, name, points, gain }) => ({
					level,
					id: target,
					name,
					points,
					gain,
				})),
			};
		}),
});

export const trim = tool({
	name: "trim",
	title: "What is worth least",
	description:
		"Allocated nodes, with what hangs on them, that the build would miss least: what to give up first.",
	input: Type.Object({
		build: buildArgument,
		goal: shortGoal,
		floors: SearchInput.properties.floors,
		top: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: "How many, 12 if not given" })),
	}),
	run: (session, { build: id, top = 12, ...input }, { signal }) =>
		session.withBuild(id, async (build) => {
			const { goal, worth, notes, nodes, stopped } = await build.trim({ ...input, signal });
			if (stopped) throw new PobatchError("ABORTED", "It was stopped before its end");
			return { goal, worth, notes, nodes: nodes.slice(0, top).map(told) };
		}),
});

function told({ id, name, points, loss, lossPerPoint, missed, stats }: Trimmed): Record<string, unknown> {
	return {
		id,
		name,
		points,
		loss,
		lossPerPoint,
		...(missed.length > 0 && { missed }),
		stats: roundedStats(stats),
	};
}
