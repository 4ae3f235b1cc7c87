import type { Plain } from "../native/addon.js";

/** What a warning is about. Codes are stable; docs/warnings.md explains each one. */
export type BuildWarningCode =
	| "UNSUPPORTED_ITEM_LINE"
	| "UNREADABLE_ITEM"
	| "ITEM_EFFECT_LEFT_OUT"
	| "WEAPON_DAMAGE_UNKNOWN"
	| "UNKNOWN_SOCKET"
	| "UNKNOWN_NODES"
	| "TREE_EMPTY"
	| "TREE_VERSION"
	| "POB_WARNING"
	| "POB_MESSAGE"
	| "INCOMPLETE"
	| "VALUE_CHANGED"
	| "OTHER_TREE"
	| "FIRST_CALCULATION"
	| "UNSTABLE_STATS"
	| "RULES_UNCHECKED"
	| "ITEM_PUT_DOWN"
	| "UNSUPPORTED_LINE"
	| "CALCULATOR_WARNING";

/**
 * A reason why a build's numbers may differ from what one expects: something was left out, changed or left to chance.
 */
export interface BuildWarning {
	/** A {@link BuildWarningCode}, or a code of a custom calculator. */
	readonly code: BuildWarningCode | (string & Record<never, never>);
	/** At most one sentence. */
	readonly text: string;
	/** The item, slot or part of the build that the warning is about; `build` for all of it. */
	readonly where: string;
}

export function warning(code: BuildWarningCode, text: string, where = "build"): BuildWarning {
	return { code, text, where };
}

/** A calculator's `warnings`: strings, or tables of `code`, `text` and `where`. */
export function readWarnings(list: Plain): BuildWarning[] {
	return listOf(list).flatMap((item) => {
		if (typeof item === "string") return [warning("CALCULATOR_WARNING", item)];
		if (typeof item !== "object" || item === null || Array.isArray(item)) return [];
		const { code, text, where } = item as Record<string, Plain>;
		if (typeof text !== "string") return [];
		return [
			{
				code: typeof code === "string" ? code : "CALCULATOR_WARNING",
				text,
				where: typeof where === "string" ? where : "build",
			},
		];
	});
}

function listOf(value: Plain): readonly Plain[] {
	return Array.isArray(value) ? value : [];
}

/** The warning as a single string, for instance `Doom Loop: not supported …`. */
export function warningText({ text, where }: BuildWarning): string {
	return where === "build" ? text : `${where}: ${text}`;
}
