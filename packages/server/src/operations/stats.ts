import { type Build, type FullNodeSet, type NodeSetDelta, PobatchError, type VariantChange } from "pobatch";
import {
	asNodeSetsAnswer,
	calculateSheet,
	calculateStats,
	gainOf,
	mergeChanges,
	statsOf,
} from "pobatch/operations";
import { Type } from "typebox";
import { needPob, withFullDps } from "./full-dps.js";
import { operation, readSet } from "./operation.js";
import { changes, FullDps, NodeSet, StatNames, Stats } from "./schemas.js";

/** A common misunderstanding of models and people; undefined if there is nothing to say. */
export function fullDpsNote(stats: Readonly<Record<string, number>>): string | undefined {
	if (stats.FullDPS !== 0) return undefined;
	return (
		"FullDPS is 0 because no skill of the build is included in Full DPS (a check box beside each skill group in " +
		"Path of Building). It says nothing about damage: use CombinedDPS or TotalDPS, which are the main skill's."
	);
}

/** Of a build, beside its tree. */
export const Change = Type.Optional(
	Type.Object(changes, { additionalProperties: false, description: "Of what is not the tree" }),
);

export const statsOperation = operation({
	name: "stats",
	summary:
		"Stats of the build; or with other nodes, items, gems, configuration or level, and what that changes",
	input: Type.Object(
		{
			stats: Type.Optional(StatNames),
			set: Type.Optional(NodeSet),
			change: Change,
			fullDps: Type.Optional(FullDps),
		},
		{ additionalProperties: false },
	),
	answer: Type.Object({
		stats: Stats,
		base: Type.Optional(Stats),
		delta: Type.Optional(Stats),
		notes: Type.Array(Type.String()),
	}),
	async run(build, { stats: names, set: given, change, fullDps }) {
		const { answer, base, notes } = await calculateChanged(build, {
			names,
			set: readSet(given),
			change: change as VariantChange | undefined,
			around: await withFullDps(build, undefined, fullDps),
		});
		return { stats: answer, ...(base && { base, delta: deltaOf(answer, base) }), notes };
	},
});

/**
 * Stats of a build with another tree, other items and the like; with one of them the build's own, too.
 *
 * @throws PobatchError UNKNOWN_STAT; INVALID_ARGUMENT where the calculator refuses the change; RowError
 */
export async function calculateChanged(build: Build, { names, set, change, around }: Changed) {
	const notes: string[] = [];
	const calculated = async () => {
		if (!change || Object.keys(change).length === 0)
			return calculateStats(build, { stats: names, ...(set && { set }), ...(around && { around }) });
		const variant = build.variant(around ? mergeChanges(around, change) : change);
		notes.push(...(await warningsOf(build, change, variant)));
		const stats = statsOf(build, names);
		const answer = await build.calculate(set ?? {}, { stats, variant });
		const base = await build.calculate({}, { stats, variant: around && build.variant(around) });
		return { answer, base: around ? base : asNodeSetsAnswer(build, base) };
	};
	const { answer, base } = await calculated();
	const note = fullDpsNote(answer);
	if (note !== undefined) notes.push(note);
	return { answer, ...(base && { base }), notes };
}

export interface Changed {
	readonly names: readonly string[] | undefined;
	readonly set: NodeSetDelta | FullNodeSet | undefined;
	readonly change: VariantChange | undefined;
	/** A change that both are on top of. */
	readonly around: VariantChange | undefined;
}

/** @throws PobatchError VARIANT_INVALID */
async function warningsOf(
	build: Build,
	change: VariantChange,
	variant: ReturnType<Build["variant"]>,
): Promise<string[]> {
	// Named as it was given, without what it is on top of.
	const [check] = await build.checkVariants([variant]);
	if (check?.refused !== undefined)
		throw new PobatchError("VARIANT_INVALID", check.refused, { value: change });
	return (check?.warnings ?? []).map(({ text }) => text);
}

/** What each stat gains. */
export function deltaOf(
	after: Readonly<Record<string, number>>,
	before: Readonly<Record<string, number>>,
): Record<string, number> {
	return Object.fromEntries(
		Object.entries(after).map(([stat, value]) => [stat, gainOf(value, before[stat] as number)]),
	);
}

const Line = Type.Union([
	Type.Object({ label: Type.String(), value: Type.String() }),
	Type.Object({ note: Type.String() }),
]);
const Sheet = Type.Object({
	groups: Type.Array(Type.Object({ title: Type.Optional(Type.String()), rows: Type.Array(Line) })),
	warnings: Type.Array(Type.String()),
});

export const sheetOperation = operation({
	name: "sheet",
	summary:
		"Path of Building's side bar, of the build with a change, or of a node set beside it, formatted by Path of Building",
	input: Type.Object(
		{ set: Type.Optional(NodeSet), change: Change, fullDps: Type.Optional(FullDps) },
		{ additionalProperties: false },
	),
	answer: Type.Object({ sheet: Sheet, base: Type.Optional(Sheet) }),
	async run(build, { set: given, change, fullDps }) {
		needPob(build, "write a sheet");
		const set = readSet(given);
		const around = await withFullDps(build, change as VariantChange | undefined, fullDps);
		const { answer, base } = await calculateSheet(build, { ...(set && { set }), ...(around && { around }) });
		return { sheet: answer as never, ...(base && { base: base as never }) };
	},
});
