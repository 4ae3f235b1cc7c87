import type { Profile, ProfiledFunction, ProfiledPhase } from "../profile.js";
import { table } from "./table.js";

/** What a profile's texts tell. */
export interface ProfiledRows {
	/** Of opening the calculator and loading the build. */
	opening: Profile;
	/** Of the rows. */
	profile: Profile;
	rows: number;
	/** Functions to show. */
	top: number;
}

export function profileText({ opening, profile, rows, top }: ProfiledRows): string {
	const before = opening.phases.map((phase) => [
		...phaseCells(phase, opening),
		(((phase.samples / opening.samples) * opening.elapsedMs) / 1000).toFixed(2),
	]);
	const busyMs = (profile.elapsedMs * profile.samples) / Math.max(profile.samples + profile.idle, 1);
	const perRow = profile.phases.map((phase) => [
		...phaseCells(phase, profile),
		((phase.samples / profile.samples) * (busyMs / Math.max(rows, 1))).toFixed(3),
	]);
	const functions = profile.functions
		.slice(0, top)
		.map((one) => [percent(one.self, profile.samples), percent(one.total, profile.samples), ...named(one)]);
	const numbers = [1, 2, 3, 4, 5];
	return [
		table([`Opening: phase`, ...kinds, "s"], before, numbers),
		table(["Rows: phase", ...kinds, "ms/row"], perRow, numbers),
		table(["Self %", "Total %", "Function", "Where"], functions, [0, 1]),
	].join("\n");
}

const kinds = ["%", "compiled", "interpreted", "C"];

function phaseCells({ name, samples, compiled, interpreted, c }: ProfiledPhase, profile: Profile): string[] {
	const parts = [samples, compiled, interpreted, c].map((count) => percent(count, profile.samples));
	return [name, ...parts];
}

function named({ name, file, line }: ProfiledFunction): string[] {
	return [name, line > 0 ? `${file}:${line}` : file];
}

function percent(count: number, all: number): string {
	return ((100 * count) / Math.max(all, 1)).toFixed(1);
}

/** Counts of samples, and how many there are in all. */
export function profileJson({ opening, profile, rows, top }: ProfiledRows): string {
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
