import { type Static, Type } from "typebox";

const nodeId = Type.Integer({ minimum: 0, maximum: 65_535 });
const choices = (what: string, values: readonly (string | number)[]) =>
	Type.Record(Type.String({ pattern: "^\\d+$" }), Type.Enum(values as never), { description: what });

/** A node set, as a line of `pobatch batch` has it. */
export const NodeSet = Type.Object(
	{
		add: Type.Optional(Type.Array(nodeId, { description: "Ids of nodes that the build has not" })),
		remove: Type.Optional(Type.Array(nodeId, { description: "Ids of nodes that the build has" })),
		nodes: Type.Optional(
			Type.Array(nodeId, { description: "All nodes of the candidate, instead of add and remove" }),
		),
		attributes: Type.Optional(
			choices("Str, Dex or Int for attribute nodes that are added, by id; Str if not given", [
				"Str",
				"Dex",
				"Int",
			]),
		),
		weaponSets: Type.Optional(choices("1 or 2 for nodes that count for one weapon set only, by id", [1, 2])),
	},
	{ additionalProperties: false, description: "A change of the build's nodes, or all nodes" },
);
export type NodeSet = Static<typeof NodeSet>;

const text = Type.String({ maxLength: 20_000 });
const on = Type.Optional(Type.Boolean());
const some = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 }));

/** A change of a build beside its tree, as `build.variant` takes it. */
export const changes = {
	items: Type.Optional(
		Type.Record(
			Type.String(),
			Type.Union([text, Type.Null(), Type.Object({}, { additionalProperties: true })]),
			{
				description:
					'By slot ("Ring 1", "Body Armour", "Charm 2"): the item\'s text as copied from the game; null: none',
			},
		),
	),
	jewels: Type.Optional(
		Type.Record(Type.String({ pattern: "^\\d+$" }), Type.Union([text, Type.Null()]), {
			description: "By node id of the socket: the jewel's text; null: none",
		}),
	),
	anoints: Type.Optional(
		Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer(), Type.Null()]), {
			description: "By slot: a notable's name or id; null takes the anoint away",
		}),
	),
	gems: Type.Optional(
		Type.Array(
			Type.Object(
				{
					group: some,
					gem: some,
					add: on,
					remove: on,
					name: Type.Optional(Type.String()),
					level: Type.Optional(Type.Integer()),
					quality: Type.Optional(Type.Integer()),
					count: some,
					enabled: on,
					supports: Type.Optional(
						Type.Array(Type.Union([Type.String(), Type.Object({}, { additionalProperties: true })])),
					),
					includeInFullDps: on,
				},
				{ additionalProperties: false },
			),
			{
				description:
					"Each changes one gem (group and gem from 1), adds (add, name) or removes one, replaces a group's supports, or " +
					"includes a group in Full DPS; without group the main skill's",
			},
		),
	),
	config: Type.Optional(
		Type.Record(Type.String(), Type.Union([Type.Boolean(), Type.Number(), Type.String(), Type.Null()]), {
			description: "Path of Building's configuration by the option's name, e.g. conditionEnemyShocked",
		}),
	),
	customModifiers: Type.Optional(
		Type.Array(text, { description: "Lines as items have them: +50 to maximum Life" }),
	),
	level: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
	mainSkill: Type.Optional(
		Type.Union([Type.Integer(), Type.String(), Type.Object({}, { additionalProperties: true })], {
			description: "Skill group from 1, or the skill's name",
		}),
	),
};

/** Numbers by comma, or auto. */
export const fullDpsPattern = "^(auto|\\d+( *, *\\d+)*)$";

/** Which skill groups count in Full DPS. */
export const FullDps = Type.Union(
	[
		Type.String({ pattern: fullDpsPattern }),
		Type.Array(Type.Integer({ minimum: 1, maximum: 1000 }), { minItems: 1, maxItems: 1000 }),
	],
	{
		description:
			"Skill groups that count in Full DPS, by number (skills lists them), in all that is answered; auto: the main " +
			"skill's where none does",
	},
);
export type FullDps = Static<typeof FullDps>;

export const StatNames = Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
	minItems: 1,
	maxItems: 5000,
	description: 'Names of stats as the calculator gives them, or ["all"]; those of its choice if not given',
});

/** Infinite numbers are 1e999, what is no number is null. */
export const Stats = Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]), {
	description: "Numbers by stat; 1e999 for infinite ones, null for none",
});

export const Warning = Type.Object({ code: Type.String(), text: Type.String(), where: Type.String() });

/** A build as every face introduces it. */
export const BuildSummary = Type.Object({
	id: Type.String({ description: "By which further requests name the build" }),
	calculator: Type.String({ description: "Who answers: the name that the server gives it" }),
	class: Type.String(),
	ascendancy: Type.Optional(Type.String()),
	level: Type.Integer(),
	treeVersion: Type.String(),
	mainSkill: Type.Optional(Type.String()),
	spec: Type.Optional(Type.Integer({ description: "Which of its passive trees, counted from 1" })),
	nodes: Type.Integer({ description: "How many nodes are allocated" }),
	warm: Type.Boolean({ description: "It was loaded already" }),
	defaultStats: Type.Array(Type.String()),
	warnings: Type.Array(Warning),
	unstableStats: Type.Array(Type.String()),
});
export type BuildSummary = Static<typeof BuildSummary>;

export const Problem = Type.Object(
	{
		error: Type.Object({
			code: Type.String({ description: "Stable: the library's codes, and those of the server" }),
			message: Type.String(),
			hint: Type.Optional(Type.String()),
			limit: Type.Optional(Type.Number({ description: "Of LIMIT_EXCEEDED: what a client may have" })),
			used: Type.Optional(Type.Number({ description: "How much of it is used" })),
			retryAfterSeconds: Type.Optional(Type.Number({ description: "When some of it is free again" })),
		}),
	},
	{ description: "What went wrong" },
);
