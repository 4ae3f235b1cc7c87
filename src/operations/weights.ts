import { PobatchError } from "../common/errors.js";
import { ask } from "../engine/ask.js";
import type { Build } from "../engine/build.js";
import { mergeChanges } from "../variants/merge.js";
import { type RankedAlternative, type Ranking, type RankingRequest, rankAlternatives } from "./ranking.js";

export interface WeightsRequest extends RankingRequest {
	/** The slot whose item gets the lines; `Ring 1` if not given. */
	readonly slot?: string;
}

/** A line that the item of a slot can roll; numbers are `#`. */
interface RollableLine {
	readonly line: string;
	/** The most that its last number rolls; 0 where it has none. */
	readonly most: number;
}

export interface Weights extends Ranking {
	/** Lines that change none of the stats: they have no weight. */
	readonly idle: readonly string[];
}

/** Of the most that a line rolls, what is added to measure its weight; and twice as much, to see whether it is linear. */
const stepShare = 1 / 4;
/** A second step whose unit is worth so much more or less than the first one's is not linear. */
const tolerance = 0.02;

/**
 * What one more unit of each modifier line is worth that the item in a slot can roll. `gains` are per unit, `Step` is how
 * many units were added to measure it: small numbers are rounded away by the game's own formulas. A line has one weight
 * whatever affix brings it; a line that changes nothing has none. `Linear` is "no" where a second step is worth less or
 * more than the first one. Needs the calculator `pob`.
 *
 * @throws PobatchError VARIANT_INVALID where the slot takes no item that rolls lines
 */
export async function rankWeights(
	build: Build,
	{ slot = "Ring 1", ...request }: WeightsRequest,
): Promise<Weights> {
	const answer = (await ask(build, "rollable", { slot })) as unknown as {
		refused?: string;
		text: string;
		isEmpty: boolean;
		lines: RollableLine[];
	};
	if (answer.refused !== undefined)
		throw new PobatchError("VARIANT_INVALID", answer.refused, {
			value: slot,
		});
	const lines = (Array.isArray(answer.lines) ? answer.lines : []).map(({ line, most }) => ({
		line,
		step: most === 0 ? 1 : stepOf(most),
		isSwitch: most === 0,
	}));
	const alternatives = lines.flatMap(({ line, step, isSwitch }) =>
		(isSwitch ? [1] : [1, 2]).map((times) => ({
			label: { Line: line, Step: step * times },
			change: { items: { [slot]: `${answer.text}\n${line.replaceAll("#", String(step * times))}` } },
		})),
	);
	// Against a plain item in an empty slot: what that brings itself is no line's worth.
	const plain = answer.isEmpty ? { items: { [slot]: answer.text } } : {};
	const around = mergeChanges(request.around ?? {}, plain);
	const ranking = await rankAlternatives(build, alternatives, { ...request, around });
	const at = new Map(ranking.rows.map((row) => [`${row.label.Line}\n${row.label.Step}`, row]));
	const idle: string[] = [];
	const rows: RankedAlternative[] = [];
	for (const { line, step, isSwitch } of lines) {
		const once = at.get(`${line}\n${step}`);
		const twice = at.get(`${line}\n${2 * step}`) ?? once;
		if (!once || !twice) continue;
		const gains = Object.fromEntries(
			ranking.stats.map((stat) => [stat, (once.gains[stat] as number) / step]),
		);
		if (!once.error && [once, twice].every((row) => ranking.stats.every((stat) => row.gains[stat] === 0))) {
			idle.push(line);
			continue;
		}
		const isLinear =
			isSwitch || ranking.stats.every((stat) => alike(once.gains[stat], (twice.gains[stat] as number) / 2));
		rows.push({ ...once, label: { Line: line, Step: step, Linear: isLinear ? "yes" : "no" }, gains });
	}
	const [sortStat] = ranking.stats as [string];
	rows.sort((a, b) => (b.gains[sortStat] as number) - (a.gains[sortStat] as number) || 0);
	return { ...ranking, rows, idle };
}

/** Whole numbers where the line rolls some; tenths where it rolls less. */
function stepOf(most: number): number {
	const step = most * stepShare;
	return step >= 1 ? Math.round(step) : Math.max(0.1, Math.round(step * 10) / 10);
}

function alike(one = 0, other = 0): boolean {
	return Math.abs(one - other) <= tolerance * Math.max(Math.abs(one), Math.abs(other));
}
