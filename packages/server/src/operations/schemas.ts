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
		}),
	},
	{ description: "What went wrong" },
);
