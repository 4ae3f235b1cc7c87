import { Type } from "typebox";
import { rank, rankings } from "../../operations/rankings.js";
import { rounded, roundedStats, statNames } from "../stat-names.js";
import { type Tool, tool } from "../tool.js";
import { buildArgument, fullDpsArgument, statsArgument } from "./build.js";

/** A tool for one kind of ranking. */
function rankingTool(kind: keyof typeof rankings, name: string, title: string, description: string): Tool {
	const definition = rankings[kind];
	return tool({
		name,
		title,
		description: `${description} The first of \`stats\` sorts. Needs Path of Building.`,
		input: Type.Object({
			build: buildArgument,
			...definition.properties,
			stats: statsArgument,
			fullDps: fullDpsArgument,
			top: Type.Optional(
				Type.Integer({ minimum: 1, maximum: 500, description: "How many, 15 if not given" }),
			),
		}),
		isLong: ({ top = 0 }) => (top as number) > 30,
		run: (session, { build: id, stats: given, top = 15, ...input }, context) =>
			session.withBuild(id as string | undefined, async (build) => {
				const names = given as string[] | undefined;
				const answer = await rank(
					build,
					definition,
					{ ...input, ...(names && { stats: statNames(build, names) }) },
					context,
				);
				const { idle, refused, tried } = answer as { idle?: string[]; refused?: string[]; tried?: number };
				return {
					stats: answer.stats,
					base: roundedStats(answer.base),
					rows: answer.rows.slice(0, top as number).map(({ label, gains, error }) => ({
						...Object.fromEntries(
							Object.entries(label).map(([key, value]) => [
								key,
								typeof value === "number" ? rounded(value) : value,
							]),
						),
						gains: roundedStats(gains),
						...(error && { error: error.message }),
					})),
					lookedAt: answer.rows.length,
					...(tried !== undefined && { tried }),
					...(idle && { changeNothing: idle.length }),
					...(refused && refused.length > 0 && { refused }),
					...(answer.advice.length > 0 && { notes: answer.advice }),
				};
			}),
	});
}

export const weights = rankingTool(
	"weights",
	"weights",
	"Stat weights of a slot",
	"What one more unit of each modifier line is worth that the item of a slot can roll, the best first.",
);
export const supports = rankingTool(
	"supports",
	"supports",
	"The best supports",
	"The best sets of support gems for a skill group, found as sets and not one by one.",
);
export const anoints = rankingTool(
	"anoints",
	"anoints",
	"The best anoints",
	"What each notable would bring as an anoint of the amulet (or another slot).",
);
export const compareItems = rankingTool(
	"items",
	"compare_items",
	"Which item is better",
	"Item texts, each in each slot that takes it, with what the build gains.",
);
