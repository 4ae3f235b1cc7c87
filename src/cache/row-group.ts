import { digest } from "../common/digest.js";

/** What rows depend on, in addition to their node sets. */
export interface GroupFacts {
	/** Hash of the calculator with all its files, of LuaJIT and of the platform. */
	readonly calculator: string;
	/** The calculator's name and version, for display. */
	readonly name: string;
	/** Hash of the build. */
	readonly build: string;
	readonly stats: readonly string[];
}

/** The rows of one calculator, build and list of stats. */
export class RowGroup {
	/** 128 bits: a hash of the facts. */
	readonly bytes: Uint8Array;
	/** Number of values per row. */
	readonly width: number;

	constructor(readonly facts: GroupFacts) {
		const { calculator, build, stats } = facts;
		this.bytes = Uint8Array.from(Buffer.from(digest(calculator, build, ...stats).slice(0, 32), "hex"));
		this.width = stats.length;
	}
}

/** Selects the groups that match every given criterion. */
export interface GroupFilter {
	/** Hash of a calculator. */
	readonly calculator?: string;
	/** Part of a calculator's name and version. */
	readonly name?: string;
	/** Hashes of builds. */
	readonly builds?: readonly string[];
	/** Any of these stats. */
	readonly stats?: readonly string[];
}

export function isMeant(facts: GroupFacts, { calculator, name, builds, stats }: GroupFilter): boolean {
	return (
		(calculator === undefined || facts.calculator === calculator) &&
		(name === undefined || facts.name.includes(name)) &&
		(builds === undefined || builds.includes(facts.build)) &&
		(stats === undefined || stats.some((stat) => facts.stats.includes(stat)))
	);
}

/** Hash of a build's text as loaded, and of the selected passive tree. */
export function buildHash(text: string, spec: string | number | undefined): string {
	return digest(text, String(spec ?? ""));
}
