import { type Build, PobatchError, type VariantChange } from "pobatch";
import { calculateStats, compareLoaded, type RankedAlternative, statsOf } from "pobatch/operations";
import { Type } from "typebox";
import { needPob, withFullDps } from "./full-dps.js";
import { operation, type WorkContext } from "./operation.js";
import { changes, FullDps, StatNames, Stats } from "./schemas.js";
import { deltaOf } from "./stats.js";

export interface CompareInput {
	readonly stats?: readonly string[] | undefined;
	/** Also what each part of the other build is worth; if not given where Path of Building answers for both. */
	readonly parts?: boolean | undefined;
	/** A change of the first build. */
	readonly around?: VariantChange | undefined;
	readonly fullDps?: FullDps | undefined;
}

export interface BuildsCompared {
	readonly base: Readonly<Record<string, number>>;
	readonly other: Readonly<Record<string, number>>;
	/** What the other one has more. */
	readonly delta: Readonly<Record<string, number>>;
	readonly nodesOnlyHere: readonly NodeName[];
	readonly nodesOnlyThere: readonly NodeName[];
	/** What each part of the other build is worth to this one, alone and all together, best first. */
	readonly parts?: readonly RankedAlternative[];
	readonly advice: readonly string[];
}

export interface NodeName {
	readonly id: number;
	readonly name: string;
}

/**
 * Two builds by stats and nodes, and by what each part of the other one is worth to the first.
 *
 * @throws PobatchError UNKNOWN_STAT; ABORTED
 */
export async function compare(
	build: Build,
	other: Build,
	{ stats: names, parts, around: given, fullDps }: CompareInput,
	{ signal, onProgress }: WorkContext,
): Promise<BuildsCompared> {
	const arePob = [build, other].every(({ info }) => info.calculator === "pob");
	if (parts && !arePob) for (const one of [build, other]) needPob(one, "tell parts of builds apart");
	const nodes = {
		nodesOnlyHere: onlyIn(build, other),
		nodesOnlyThere: onlyIn(other, build),
	};
	const around = await withFullDps(build, given, fullDps);
	if (parts ?? arePob) {
		const found = await compareLoaded(build, other, {
			name: "other",
			...(names && { stats: names }),
			...(around && { around }),
			signal,
			...(onProgress && { onProgress }),
		});
		if (found.stopped) throw new PobatchError("ABORTED", "It was stopped before its end");
		const { stats } = found.beside;
		const base = Object.fromEntries(stats.map(({ stat, build: value }) => [stat, value]));
		const shown = Object.fromEntries(stats.map(({ stat, other: value }) => [stat, value]));
		return {
			base,
			other: shown,
			delta: deltaOf(shown, base),
			...nodes,
			parts: found.rows,
			advice: found.advice,
		};
	}
	const known = new Set(other.stats());
	const wanted = names ? [...names] : statsOf(build, undefined).filter((name) => known.has(name));
	const [{ answer: base }, { answer: shown }] = await Promise.all([
		calculateStats(build, { stats: wanted, ...(around && { around }) }),
		calculateStats(other, { stats: wanted }),
	]);
	return { base, other: shown, delta: deltaOf(shown, base), ...nodes, advice: [] };
}

function onlyIn(one: Build, other: Build): NodeName[] {
	const have = new Set(other.allocated);
	return one.allocated
		.filter((id) => !have.has(id))
		.map((id) => ({ id, name: one.tree?.node(id).name ?? `node ${id}` }));
}

const Nodes = Type.Array(Type.Object({ id: Type.Integer(), name: Type.String() }));

export const compareOperation = operation({
	name: "compare",
	summary:
		"Another build beside this one: stats, nodes, and which part of it (item, jewel, gem, option, tree) is worth what to this one",
	input: Type.Object(
		{
			other: Type.String({ minLength: 1, description: "The other build: id, code, text or link" }),
			stats: Type.Optional(StatNames),
			parts: Type.Optional(
				Type.Boolean({ description: "What each part is worth; if not given where Path of Building answers" }),
			),
			fullDps: Type.Optional(FullDps),
			around: Type.Optional(
				Type.Object(changes, {
					additionalProperties: false,
					description: "A change of this build that everything is compared on top of",
				}),
			),
		},
		{ additionalProperties: false },
	),
	answer: Type.Object({
		build: Type.String({ description: "Id of the other build" }),
		base: Stats,
		other: Stats,
		delta: Stats,
		nodesOnlyHere: Nodes,
		nodesOnlyThere: Nodes,
		parts: Type.Optional(
			Type.Array(
				Type.Object(
					{ label: Type.Object({}, { additionalProperties: true }), gains: Stats },
					{ additionalProperties: true },
				),
			),
		),
		advice: Type.Array(Type.String()),
	}),
	async run(build, { other: source, ...input }, context) {
		using lease = await context.open(source);
		const { parts, ...answer } = await compare(build, lease.build, input as CompareInput, context);
		return {
			build: lease.known.id,
			...answer,
			...(parts && {
				parts: parts.map(({ error, ...part }) => ({
					...part,
					...(error && { error: { code: error.code, message: error.message } }),
				})),
			}),
		} as never;
	},
});
