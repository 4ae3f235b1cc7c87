/** Stats to ask for instead of one that is 0: Full DPS is 0 as long as no skill group counts in it. */
const instead: Readonly<Record<string, readonly string[]>> = {
	FullDPS: ["CombinedDPS", "TotalDPS"],
	FullDotDPS: ["TotalDotDPS", "TotalDot"],
	CombinedDPS: ["TotalDPS", "AverageHit"],
	TotalDPS: ["CombinedDPS", "AverageHit"],
};

const fullDps = /^Full(Dot)?DPS$/;

interface Row {
	readonly gains: Readonly<Record<string, number>>;
}

/**
 * Advice for requested stats that are 0 for the build and that no row changes: which stats to request instead. Rows are
 * not sorted by a stat that none of them changes, so `order` lists first the stats that some row changes.
 *
 * @param base the build's own stats, including some that were not requested
 */
export function adviceOnStats(
	stats: readonly string[],
	base: Readonly<Record<string, number>>,
	rows: readonly Row[],
): { order: readonly string[]; advice: readonly string[] } {
	const isChanged = (stat: string) =>
		rows.some(({ gains }) => gains[stat] !== 0 && !Number.isNaN(gains[stat] as number));
	const changed = stats.filter(isChanged);
	const idle = stats.filter((stat) => !changed.includes(stat));
	const advice = rows.length === 0 ? [] : idle.map((stat) => sentence(stat, base));
	const [first] = stats as [string];
	if (changed.length > 0 && changed[0] !== first)
		advice.push(`No row changes ${first}: sorted by ${changed[0]} instead.`);
	return { order: [...changed, ...idle], advice };
}

function sentence(stat: string, base: Readonly<Record<string, number>>): string {
	if (base[stat] !== 0) return `Nothing here changes ${stat}.`;
	const others = (instead[stat] ?? []).filter((other) => Number.isFinite(base[other]) && base[other] !== 0);
	const why = fullDps.test(stat) ? ", since no skill group counts in Full DPS" : "";
	const hints = [
		...(others.length > 0 ? [`ask for ${others.join(" or ")}`] : []),
		...(why ? ["take --full-dps auto"] : []),
	];
	return `${stat} is 0 for this build and every row${why}${hints.length > 0 ? `: ${hints.join(", or ")}` : ""}.`;
}
