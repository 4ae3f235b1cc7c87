import { type NodePower, PobatchError } from "pobatch";
import { rankNodes } from "pobatch/operations";
import { Type } from "typebox";
import { operation } from "./operation.js";
import { StatNames, Stats } from "./schemas.js";

export const PowerInput = Type.Object(
	{
		stats: Type.Optional(StatNames),
		depth: Type.Optional(
			Type.Integer({
				minimum: 1,
				maximum: 30,
				description: "Nodes that at most so many points reach; 5 if not given",
			}),
		),
		radius: Type.Optional(
			Type.Number({
				exclusiveMinimum: 0,
				description: "Only nodes so many tree units from an allocated one",
			}),
		),
		perPoint: Type.Optional(
			Type.Boolean({ description: "Sort by the gain of a point instead of the whole path" }),
		),
		remove: Type.Optional(Type.Boolean({ description: "Also what is lost with each allocated node" })),
		top: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: "So many nodes at most" })),
	},
	{ additionalProperties: false },
);

export const powerOperation = operation({
	name: "power",
	summary: "Node power: what each node within reach is worth to the build, the most valuable first",
	input: PowerInput,
	answer: Type.Object({
		stats: Type.Array(Type.String()),
		base: Stats,
		nodes: Type.Array(
			Type.Object({
				id: Type.Integer(),
				name: Type.String(),
				type: Type.String(),
				nodes: Type.Array(Type.Integer(), { description: "The path to allocate, or what goes with it" }),
				points: Type.Integer({ description: "Spent, or freed if negative" }),
				gains: Stats,
				error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
			}),
		),
		total: Type.Integer({ description: "Nodes that were looked at" }),
		elapsedMs: Type.Number(),
	}),
	async run(build, { top = 10_000, stats, ...options }, { signal, onProgress }) {
		const answer = await rankNodes(build, { ...options, stats, signal, ...(onProgress && { onProgress }) });
		if (answer.stopped) throw new PobatchError("ABORTED", "Node power was stopped before its end");
		return {
			stats: [...answer.stats],
			base: answer.base,
			nodes: answer.nodes.slice(0, top).map(plain),
			total: answer.nodes.length,
			elapsedMs: answer.elapsedMs,
		};
	},
});

function plain({ error, nodes, ...node }: NodePower) {
	return {
		...node,
		nodes: [...nodes],
		...(error && { error: { code: error.code, message: error.message } }),
	};
}
