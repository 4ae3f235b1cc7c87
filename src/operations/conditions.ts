import type { Build } from "../engine/build.js";
import type { ConfigOption } from "../engine/variant.js";
import { type Alternative, type Ranking, type RankingRequest, rankAlternatives } from "./ranking.js";

export interface ConditionsRequest extends RankingRequest {
	/** Include options that the window hides for this build because nothing in it needs them. */
	readonly hidden?: boolean;
}

/**
 * What each configuration option alone is worth: a box ticked or cleared, each other value of a list. Numbers and texts
 * are left out. An option that is on and gains 0 does not affect the requested stats. Needs the calculator `pob`.
 */
export async function rankConditions(
	build: Build,
	{ hidden = false, ...request }: ConditionsRequest,
): Promise<Ranking> {
	const options = (await build.configOptions()).filter(({ shown }) => hidden || shown);
	return rankAlternatives(build, options.flatMap(alternativesOf), request);
}

function alternativesOf({ name, label, type, value, values = [] }: ConfigOption): Alternative[] {
	const of = (from: string, to: string, wanted: boolean | number | string): Alternative => ({
		label: { Option: label.replace(/[:?]\s*$/, ""), To: to, Now: from, Variable: name },
		change: { config: { [name]: wanted } },
	});
	if (type === "boolean") return [of(value ? "on" : "off", value ? "off" : "on", !value)];
	if (type !== "list") return [];
	const shown = (wanted: unknown) => {
		const known = values.find((entry) => entry.value === wanted);
		return known?.label ?? String(wanted ?? "");
	};
	return values
		.filter((entry) => entry.value !== value)
		.map((entry) => of(shown(value), shown(entry.value), entry.value));
}
