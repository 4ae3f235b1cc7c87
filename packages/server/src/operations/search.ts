import { PobatchError, type SearchProgress } from "pobatch";
import { searchBuild } from "pobatch/operations";
import { Type } from "typebox";
import { operation, plainSet, type WorkContext } from "./operation.js";
import { Stats } from "./schemas.js";

const points = (description: string) =>
	Type.Optional(Type.Integer({ minimum: 0, maximum: 500, description }));
const nodes = (description: string) =>
	Type.Optional(Type.Array(Type.Union([Type.Integer(), Type.String()]), { description }));

/** What all kinds of search take. */
const limits = {
	floors: Type.Optional(
		Type.Array(Type.String(), {
			description: "Bounds that are kept: Life=95% (of the build's own), FireResist>=75, ManaCost<=40",
		}),
	),
	requirements: Type.Optional(
		Type.Boolean({ description: "false: attributes need not meet what gems and equipment require" }),
	),
	timeLimitMs: Type.Optional(Type.Integer({ minimum: 1, description: "60,000 if neither limit is given" })),
	maxEvaluations: Type.Optional(
		Type.Integer({ minimum: 1, description: "Rows; with it the answer is the same each time" }),
	),
	seed: Type.Optional(Type.Integer({ description: "Of the random numbers, 1 if not given" })),
};
const goal = Type.Optional(
	Type.String({
		description:
			"dps, ehp, balanced (if not given), a stat, or an expression over stats, each relative to the build's own: " +
			"0.6*FullDPS + 0.4*TotalEHP, min(a, b), sqrt, raw(Stat)",
	}),
);
const budgets = {
	points: points("Passive points to spend; what the level leaves unspent if not given"),
	weaponSet1: points("Points for weapon set 1 alone"),
	weaponSet2: points("Points for weapon set 2 alone"),
	ascendancy: points("Ascendancy points"),
	respec: points("Allocated nodes that may be given up, and their points spent again"),
	keep: nodes("Nodes that must stay, by id or name, or notables, keystones, jewelSockets"),
	avoid: nodes("Nodes that must not be added, by id or name"),
	keystones: Type.Optional(Type.Boolean({ description: "false: no keystone is added" })),
};

const FoundSet = Type.Object(
	{},
	{ additionalProperties: true, description: "A change of the build: add, remove, attributes" },
);
const Step = Type.Object(
	{
		action: Type.String(),
		target: Type.Integer(),
		name: Type.String(),
		points: Type.Integer(),
		gain: Type.Number(),
		stats: Stats,
	},
	{ additionalProperties: true },
);

const screen = Type.Optional(
	Type.Enum(["reference"], {
		description: "Ranks single nodes first, quickly; needs requirements: false",
	}),
);

const jewels = Type.Optional(Type.Boolean({ description: "false: jewels stay" }));

export const SearchInput = Type.Object(
	{ goal, ...budgets, jewels, ...limits, screen },
	{ additionalProperties: false },
);

export const searchOperation = operation({
	name: "search",
	summary:
		"The best tree that the points allow, as clicks in order; best run as a job. Cancelled, it answers the best so far",
	input: SearchInput,
	answer: Type.Object(
		{
			before: Stats,
			after: Stats,
			improved: Type.Boolean({ description: "false: the tree as it is is the best that was found" }),
			steps: Type.Array(Step),
			set: FoundSet,
			limitedBy: Type.String(),
			missed: Type.Array(Type.String()),
			evaluations: Type.Integer(),
			code: Type.Optional(Type.String({ description: "The result, where Path of Building answers" })),
		},
		{ additionalProperties: true },
	),
	async run(build, { jewels, ...input }, context) {
		const { known, engine, interrupted } = context;
		const { isolation, memoryLimitMB, rowTimeoutMs } = engine;
		const request = {
			...(input as typeof input & { screen?: "reference" }),
			...(jewels === false && { jewels }),
			text: known.text,
			...(known.spec !== undefined && { spec: known.spec }),
			screenEngine: {
				threads: 1,
				...(isolation && { isolation }),
				...(memoryLimitMB !== undefined && { memoryLimitMB }),
				...(rowTimeoutMs !== undefined && { rowTimeoutMs }),
			},
			...followed(context),
		};
		const search = () =>
			interrupted ? searchBuild(build, { ...request, start: interrupted }) : searchBuild(build, request);
		const { set, ...result } = await search().catch((error) => {
			// Another release of Path of Building may have come meanwhile, with another tree.
			if (interrupted && (error as PobatchError).value === interrupted.set)
				return searchBuild(build, request);
			throw error;
		});
		return { ...result, set: plainSet(set) } as never;
	},
});

export const paretoOperation = operation({
	name: "pareto",
	summary: "The trees between two stats, of which none is better in both; best run as a job",
	input: Type.Object(
		{
			of: Type.Array(Type.String(), { minItems: 2, maxItems: 2, description: "Two stats" }),
			trees: Type.Optional(
				Type.Integer({ minimum: 2, maximum: 1000, description: "At most, 24 if not given" }),
			),
			...budgets,
			...limits,
		},
		{ additionalProperties: false },
	),
	answer: Type.Object(
		{
			of: Type.Array(Type.String()),
			front: Type.Array(
				Type.Object(
					{
						stats: Stats,
						points: Type.Integer(),
						respec: Type.Integer(),
						isBuild: Type.Boolean(),
						set: FoundSet,
					},
					{ additionalProperties: true },
				),
			),
		},
		{ additionalProperties: true },
	),
	async run(build, { of, ...input }, context) {
		const result = await build.searchPareto({
			...input,
			of: of as [string, string],
			signal: context.signal,
			onProgress: ({ used }) => context.onProgress?.(percent(used), 100),
		});
		return { ...result, front: result.front.map((tree) => ({ ...tree, set: plainSet(tree.set) })) } as never;
	},
});

export const orderOperation = operation({
	name: "order",
	summary: "The order in which the build's own nodes are best allocated while levelling",
	input: Type.Object(
		{
			goal,
			from: Type.Optional(
				Type.Integer({ minimum: 1, maximum: 100, description: "Level of the first point, 2 if not given" }),
			),
		},
		{ additionalProperties: false },
	),
	answer: Type.Object(
		{
			goal: Type.String(),
			start: Type.Number(),
			steps: Type.Array(
				Type.Object(
					{ level: Type.Integer(), spent: Type.Integer(), target: Type.Integer(), name: Type.String() },
					{ additionalProperties: true },
				),
			),
		},
		{ additionalProperties: true },
	),
	async run(build, input, { signal }) {
		return whole(await build.order({ ...input, signal })) as never;
	},
});

export const trimOperation = operation({
	name: "trim",
	summary: "What is allocated and worth least, with what hangs on it",
	input: Type.Object({ goal, floors: limits.floors }, { additionalProperties: false }),
	answer: Type.Object(
		{
			goal: Type.String(),
			worth: Type.Number(),
			nodes: Type.Array(
				Type.Object(
					{ id: Type.Integer(), name: Type.String(), points: Type.Integer(), loss: Type.Number() },
					{ additionalProperties: true },
				),
			),
		},
		{ additionalProperties: true },
	),
	async run(build, input, { signal }) {
		return whole(await build.trim({ ...input, signal })) as never;
	},
});

const percent = (share: number) => Math.round(1000 * share) / 10;

function followed({ signal, onProgress }: WorkContext) {
	return {
		signal,
		...(onProgress && {
			// Of a search nobody knows how many rows it will take: what is used up of its limits is known.
			onProgress: ({ used, best, set, evaluations, elapsedMs }: SearchProgress) =>
				onProgress(percent(used), 100, { worth: best, set: plainSet(set), evaluations, elapsedMs }),
		}),
	};
}

/** @throws PobatchError ABORTED where a part is missing */
function whole<Answer extends { stopped: boolean }>(answer: Answer): Answer {
	if (answer.stopped) throw new PobatchError("ABORTED", "It was stopped before its end");
	return answer;
}
