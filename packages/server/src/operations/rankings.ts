import { type Build, PobatchError, type VariantChange } from "pobatch";
import {
	compareItems,
	itemTexts,
	type Ranking,
	type RankingRequest,
	rankAnoints,
	rankConditions,
	rankJewels,
	rankSupports,
	rankWeights,
} from "pobatch/operations";
import { type Static, type TProperties, Type } from "typebox";
import { needPob, withFullDps } from "./full-dps.js";
import { operation, type WorkContext } from "./operation.js";
import { changes, FullDps, StatNames, Stats } from "./schemas.js";

const slot = Type.Optional(Type.String({ description: 'As the window calls it: "Ring 1", "Amulet"' }));
const texts = (what: string) =>
	Type.Array(Type.String({ maxLength: 20_000 }), {
		minItems: 1,
		maxItems: 500,
		description: `Texts of ${what}, as copied from the game or from Path of Building`,
	});
const hundred = (description: string) =>
	Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description }));

/** What is ranked, by name: what it takes besides stats, and who does it. */
export const rankings = {
	weights: ranking(
		"What one more unit of each line is worth that the item of a slot can roll",
		{ slot },
		(build, input) => rankWeights(build, input),
	),
	supports: ranking(
		"The best set of supports for a skill group, found as a set",
		{
			group: hundred("From 1; the main skill's if not given"),
			size: hundred("How many supports; as many as now if not given"),
		},
		(build, input) => rankSupports(build, input),
	),
	anoints: ranking("All notables that can be anointed, without a path to them", { slot }, (build, input) =>
		rankAnoints(build, input),
	),
	conditions: ranking(
		"What each option of the configuration is worth alone",
		{
			hidden: Type.Optional(
				Type.Boolean({ description: "Also options that the window hides for this build" }),
			),
		},
		(build, input) => rankConditions(build, input),
	),
	items: ranking(
		"Each item in each slot that takes it",
		{ items: texts("items") },
		(build, { items, ...input }) =>
			// A text that holds several is taken apart.
			compareItems(build, { ...input, items: items.flatMap(itemTexts) }),
	),
	jewels: ranking(
		"Each jewel in each socket within reach, with the path to it",
		{
			jewels: texts("jewels"),
			depth: hundred("Only sockets that so many points reach; 8 if not given"),
			seeds: Type.Optional(
				Type.Array(Type.Integer({ minimum: 1, maximum: 200_000 }), {
					minItems: 1,
					maxItems: 20_000,
					description: "With which timeless jewels are tried instead of their own",
				}),
			),
		},
		(build, { jewels, ...input }) => rankJewels(build, { ...input, jewels: jewels.flatMap(itemTexts) }),
	),
};

type Given<Properties extends TProperties> = Static<ReturnType<typeof Type.Object<Properties>>>;

interface RankingDefinition {
	readonly summary: string;
	readonly properties: TProperties;
	run(build: Build, input: never): Promise<Ranking>;
}

function ranking<Properties extends TProperties>(
	summary: string,
	properties: Properties,
	run: (build: Build, input: Given<Properties> & RankingRequest) => Promise<Ranking>,
): RankingDefinition {
	return { summary, properties, run: run as never };
}

/** @throws PobatchError as the library; ABORTED where it was stopped */
export async function rank(
	build: Build,
	{ run }: RankingDefinition,
	{
		stats,
		around: given,
		fullDps,
		...input
	}: { stats?: readonly string[]; around?: VariantChange; fullDps?: FullDps },
	{ signal, onProgress }: WorkContext,
): Promise<Ranking> {
	needPob(build, "rank that");
	const around = await withFullDps(build, given, fullDps);
	const request = {
		...input,
		...(stats && { stats }),
		...(around && { around }),
		signal,
		...(onProgress && { onProgress }),
	};
	const answer = await run(build, request as never);
	if (answer.stopped) throw new PobatchError("ABORTED", "It was stopped before its end");
	return answer;
}

/** An operation each. */
export const rankingOperations = Object.entries(rankings).map(([name, definition]) =>
	operation({
		name,
		summary: `${definition.summary}, best first`,
		input: Type.Object(
			{
				...definition.properties,
				stats: Type.Optional(StatNames),
				fullDps: Type.Optional(FullDps),
				around: Type.Optional(
					Type.Object(changes, {
						additionalProperties: false,
						description: "A change that everything is compared on top of",
					}),
				),
			},
			{ additionalProperties: false },
		),
		answer: Type.Object(
			{
				stats: Type.Array(Type.String()),
				base: Stats,
				rows: Type.Array(
					Type.Object(
						{ label: Type.Object({}, { additionalProperties: true }), gains: Stats },
						{ additionalProperties: true },
					),
				),
				advice: Type.Array(Type.String()),
			},
			{ additionalProperties: true },
		),
		async run(build, input, context) {
			const { rows, ...answer } = await rank(build, definition, input as object, context);
			return {
				...answer,
				rows: rows.map(({ error, ...row }) => ({
					...row,
					...(error && { error: { code: error.code, message: error.message } }),
				})),
			} as never;
		},
	}),
);
