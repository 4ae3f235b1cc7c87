import { PobatchError } from "../common/errors.js";
import { ask } from "../engine/ask.js";
import type { Build } from "../engine/build.js";
import { mergeChanges } from "../variants/merge.js";
import { type RankedAlternative, type Ranking, type RankingRequest, rankAlternatives } from "./ranking.js";

export interface WeightsRequest extends RankingRequest {
	/** The slot whose item gets the lines. Default: `Ring 1`. */
	readonly slot?: string;
}

/** A line that the slot's item can roll; numbers are `#`. */
interface RollableLine {
	readonly line: string;
	/** The highest roll of its last number; 0 if it has no number. */
	readonly most: number;
}

export interface Weights extends Ranking {
	/** Lines that change none of the stats, so they have no weight. */
	readonly idle: readonly string[];
}

/**
 * Share of a line's highest roll that is added to measure its weight; twice as much is added to check that it is
 * linear.
 */
const stepShare = 1 / 4;
/** A line is not linear if the units of the second step are worth this share more or less than those of the first. */
const tolerance = 0.02;

/**
 * What one more unit of each modifier line that the item in a slot can roll is worth. `gains` are per unit; `Step` is
 * how many units were added to measure it, since the game's formulas round small numbers away. A line has one weight,
 * whichever affix it comes from; a line that changes nothing has none. `Linear` is "no" if a second step is worth less
 * or more than the first. Needs the calculator `pob`.
 *
 * @throws PobatchError VARIANT_INVALID if the slot takes no item that rolls lines
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
	// In an empty slot, compare with a plain item, whose own effect does not count.
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

/** Whole numbers if the line rolls whole numbers; tenths if it rolls less than one. */
function stepOf(most: number): number {
	const step = most * stepShare;
	return step >= 1 ? Math.round(step) : Math.max(0.1, Math.round(step * 10) / 10);
}

function alike(one = 0, other = 0): boolean {
	return Math.abs(one - other) <= tolerance * Math.max(Math.abs(one), Math.abs(other));
}
