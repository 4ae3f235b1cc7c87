import { distance } from "fastest-levenshtein";

/** The candidates that look most like a mistyped name, at most three. */
export function nearest(name: string, candidates: readonly string[]): string[] {
	const wanted = name.toLowerCase();
	return candidates
		.map((candidate) => {
			const lower = candidate.toLowerCase();
			const edits = distance(wanted, lower);
			return { candidate, score: lower.includes(wanted) ? Math.min(edits, 2) : edits };
		})
		.filter(({ score }) => score <= Math.max(2, name.length / 3))
		.sort((a, b) => a.score - b.score)
		.slice(0, 3)
		.map(({ candidate }) => candidate);
}
