import { type BuildWarning, type BuildWarningCode, warningText } from "../builds/warnings.js";
import { oneLine } from "../common/errors.js";
import type { Build } from "../engine/build.js";
import { terminalWidth } from "./fit.js";

const hint = (count: number) => `(\`--warnings\` lists ${count === 1 ? "it" : "them"})`;

/**
 * What a command prints on stderr about the build's warnings: all of them, or one line per kind with its count. A
 * single warning that fits on one line is shown instead of counted.
 */
export function warningLines(build: Build, all: boolean): string {
	const lines = all ? listed(build) : counted(build);
	return lines.map((line) => `${line}\n`).join("");
}

function listed({ warnings, unstableStats }: Build): string[] {
	return warnings.flatMap((warning) => {
		// If there are many, the text only names the first ones.
		const isShort = warning.code === "UNSTABLE_STATS" && !warning.text.includes(unstableStats.at(-1) ?? "");
		return [shown(warning), ...(isShort ? [`all of these stats: ${unstableStats.join(", ")}`] : [])];
	});
}

function counted(build: Build): string[] {
	const groups = new Map<string, BuildWarning[]>();
	for (const warning of build.warnings)
		groups.set(warning.code, [...(groups.get(warning.code) ?? []), warning]);
	let hidden = 0;
	const lines = Array.from(groups.values(), (group) => {
		const [first] = group as [BuildWarning];
		if (group.length === 1 && shown(first).length <= terminalWidth()) return shown(first);
		hidden += group.length;
		return count(build, first, group.length);
	});
	if (hidden === 0) return lines;
	const last = `${lines.at(-1)} ${hint(hidden)}`;
	// The hint gets a line of its own if it does not fit on the last one.
	return last.length <= terminalWidth() ? [...lines.slice(0, -1), last] : [...lines, hint(hidden)];
}

function shown(warning: BuildWarning): string {
	return `warning: ${oneLine(warningText(warning))}`;
}

/** Singular and plural of what is counted. */
const nouns: Partial<Record<BuildWarningCode, readonly [string, string]>> = {
	UNREADABLE_ITEM: ["item cannot be read and is left out", "items cannot be read and are left out"],
	ITEM_EFFECT_LEFT_OUT: ["effect of an item is left out", "effects of items are left out"],
	WEAPON_DAMAGE_UNKNOWN: ["weapon does not say what it deals", "weapons do not say what they deal"],
	UNKNOWN_SOCKET: ["jewel's socket is not in the tree", "jewels' sockets are not in the tree"],
	POB_WARNING: ["warning of Path of Building's own", "warnings of Path of Building's own"],
	POB_MESSAGE: ["message of Path of Building's", "messages of Path of Building's"],
};

const authors: Readonly<Record<string, string>> = {
	pob: "Path of Building",
	reference: "the reference calculator",
};

function count(build: Build, { code }: BuildWarning, warnings: number): string {
	const { unstableStats, info } = build;
	if (code === "UNSTABLE_STATS")
		return `${unstableStats.length} stats are left to chance by Path of Building itself`;
	if (code === "FIRST_CALCULATION") return "numbers differ once Path of Building recalculates";
	if (code === "UNSUPPORTED_ITEM_LINE") {
		const who = authors[info.calculator] ?? `the calculator ${info.calculator}`;
		return `${warnings} item ${warnings === 1 ? "line is" : "lines are"} not supported by ${who}`;
	}
	const [one, several] = nouns[code as BuildWarningCode] ?? ["warning", "warnings"];
	return `${warnings} ${warnings === 1 ? one : several}`;
}
