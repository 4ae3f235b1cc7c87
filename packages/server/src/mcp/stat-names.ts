import type { Build } from "pobatch";

/** Stats by the names that a model gives: of any case, with blanks; what is meant by none is left as it is, to be refused. */
export function statNames(build: Build, given: readonly string[] | undefined): string[] {
	if (given === undefined || given.length === 0) return [...build.defaultStats];
	const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
	const known = new Map(build.stats().map((name) => [plain(name), name]));
	return [...new Set(given.map((name) => known.get(plain(name)) ?? name))];
}

/** A number as a model can use it: seven digits tell what ten do not. */
export function rounded(value: number): number {
	return Number.isFinite(value) ? Number(value.toPrecision(7)) : value;
}

export function roundedStats(stats: Readonly<Record<string, number>>): Record<string, number> {
	return Object.fromEntries(Object.entries(stats).map(([name, value]) => [name, rounded(value)]));
}
