import type { ProfileAnswer } from "../operations/profile.js";
import type { Profile, ProfiledFunction, ProfiledPhase } from "../profile/profile.js";
import { fittedTable } from "./fit.js";
import { table } from "./table.js";

export function profileText({ opening, profile, rows }: ProfileAnswer, top: number): string {
	const before = opening.phases.map((phase) => [
		...phaseCells(phase, opening),
		(((phase.samples / opening.samples) * opening.elapsedMs) / 1000).toFixed(2),
	]);
	const busyMs = (profile.elapsedMs * profile.samples) / Math.max(profile.samples + profile.idle, 1);
	const perRow = profile.phases.map((phase) => [
		...phaseCells(phase, profile),
		((phase.samples / profile.samples) * (busyMs / Math.max(rows, 1))).toFixed(3),
	]);
	const functions = profile.functions.slice(0, top);
	const shares = (kind: "self" | "total") => functions.map((one) => percent(one[kind], profile.samples));
	const numbers = [1, 2, 3, 4, 5];
	return [
		table([`Opening: phase`, ...kinds, "s"], before, numbers),
		table(["Rows: phase", ...kinds, "ms/row"], perRow, numbers),
		fittedTable([
			{ head: "Self %", cells: shares("self"), right: true },
			{ head: "Total %", cells: shares("total"), right: true },
			{ head: "Function", cells: functions.map(({ name }) => name), cut: { side: "end", ...least } },
			// The end of a path says more than its beginning.
			{ head: "Where", cells: functions.map(placeOf), cut: { side: "start", ...least } },
		]).text,
	].join("\n");
}

const kinds = ["%", "compiled", "interpreted", "C"];
const least = { fair: 12, least: 12 };

function phaseCells({ name, samples, compiled, interpreted, c }: ProfiledPhase, profile: Profile): string[] {
	const parts = [samples, compiled, interpreted, c].map((count) => percent(count, profile.samples));
	return [name, ...parts];
}

function placeOf({ file, line }: ProfiledFunction): string {
	return line > 0 ? `${file}:${line}` : file;
}

function percent(count: number, all: number): string {
	return ((100 * count) / Math.max(all, 1)).toFixed(1);
}

/** Numbers of samples, and their total. */
export function profileJson({ opening, profile, rows }: ProfileAnswer, top: number): string {
	const facts = ({ samples, idle, intervalMs, elapsedMs, phases }: Profile) => ({
		samples,
		idle,
		intervalMs,
		elapsedMs,
		phases,
	});
	const answer = {
		opening: facts(opening),
		rows: { count: rows, ...facts(profile), functions: profile.functions.slice(0, top) },
	};
	return `${JSON.stringify(answer, undefined, "\t")}\n`;
}
