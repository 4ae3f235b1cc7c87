import { type Build, PobatchError, type VariantChange } from "pobatch";
import { fullDpsChange, mergeChanges } from "pobatch/operations";
import type { FullDps } from "./schemas.js";

/** A change, with the skill groups that are to count in Full DPS. @throws PobatchError INVALID_ARGUMENT */
export async function withFullDps(
	build: Build,
	change: VariantChange | undefined,
	fullDps: FullDps | undefined,
): Promise<VariantChange | undefined> {
	if (fullDps === undefined) return change;
	needPob(build, "choose skills for Full DPS");
	const wanted =
		typeof fullDps === "string" && fullDps !== "auto"
			? fullDps.split(",").map(Number)
			: (fullDps as "auto" | number[]);
	const groups = await fullDpsChange(build, wanted);
	return groups && change ? mergeChanges(groups, change) : (groups ?? change);
}

/** @throws PobatchError INVALID_ARGUMENT unless Path of Building answers */
export function needPob({ info: { calculator } }: Build, what: string): void {
	if (calculator === "pob") return;
	throw new PobatchError("INVALID_ARGUMENT", `The calculator ${calculator} cannot ${what}`, {
		value: calculator,
		hint: "Path of Building can: load the build with a calculator that has a checkout.",
	});
}
