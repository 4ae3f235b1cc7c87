import { gainOf, percentOf } from "../common/gain.js";
import type { BuildSearchResult } from "../engine/build.js";
import { jsonNumber } from "../rows/row-writers.js";
import type { SearchResult } from "../search/search.js";
import type { SearchStep } from "../search/steps.js";
import { fittedTable } from "./fit.js";
import { readable, signed, table } from "./table.js";

const verbs = { add: "allocate", remove: "give up", attribute: "attribute", jewel: "move jewel" } as const;
const endings = {
	time: "the time limit",
	evaluations: "the limit of evaluations",
	signal: "an interruption",
	nothingLeft: "nothing: no remaining change promised an improvement",
} as const;
const poolNames = {
	normal: "passive points",
	weaponSet1: "points of weapon set 1",
	weaponSet2: "points of weapon set 2",
	ascendancy: "ascendancy points",
} as const;

/** The result for people: the goal reached, the clicks, and the stats before and after. */
export function searchTable(result: BuildSearchResult): string {
	const { goal, steps, before, after, improved, missed } = result;
	const lines = [
		improved
			? `Goal ${goal.text}: ${readable(goal.before, 4)} -> ${readable(goal.after, 4)} (${percent(goal.after, goal.before)})`
			: `Goal ${goal.text}: your tree is already the best found.`,
		...goal.notes,
		...(missed.length > 0 ? [`Not kept: ${missed.join(", ")}`] : []),
		"",
	];
	const parts = [`${lines.join("\n")}\n`];
	if (steps.length > 0) parts.push(stepTable(steps), "\n");
	parts.push(statTable(before, after), `\n${pointsLine(result)}`);
	return parts.join("");
}

function stepTable(steps: readonly SearchStep[]): string {
	const column = (head: string, cell: (step: SearchStep, i: number) => string, more = {}) => ({
		head,
		cells: steps.map(cell),
		...more,
	});
	return fittedTable([
		column("", (_, i) => String(i + 1), { right: true }),
		column("Click", ({ action }) => verbs[action]),
		column("Node", nodeText, { cut: { side: "end", fair: 20, least: 12 } }),
		column("Id", ({ target }) => String(target), { right: true, optional: 2 }),
		column("Type", ({ type }) => type, { optional: 1 }),
		column("Points", ({ points, pool }) => `${points}${pool === "normal" ? "" : ` ${short[pool]}`}`, {
			right: true,
		}),
		column("Gain", ({ gain }) => signed(Number(gain.toFixed(4))), { right: true }),
		column("Goal", ({ goal }) => readable(goal, 4), { right: true }),
		column("Choices", choices, { optional: 0 }),
	]).text;
}

function nodeText({ action, name, from, target }: SearchStep): string {
	return action === "jewel" ? `${name}, from socket ${from} to ${target}` : name;
}

const short = { weaponSet1: "set 1", weaponSet2: "set 2", ascendancy: "asc." } as const;

function choices({ nodes }: SearchStep): string {
	const count = new Map<string, number>();
	for (const { attribute } of nodes) if (attribute) count.set(attribute, (count.get(attribute) ?? 0) + 1);
	return [...count].map(([name, times]) => (times > 1 ? `${times} ${name}` : name)).join(", ");
}

function statTable(before: SearchResult["before"], after: SearchResult["after"]): string {
	const rows = Object.entries(before).map(([stat, value]) => {
		const now = after[stat] as number;
		return [stat, readable(value), readable(now), signed(gainOf(now, value)), percent(now, value)];
	});
	return table(["Stat", "Build", "Result", "Change", "%"], rows, [1, 2, 3, 4]);
}

function pointsLine({ points, respec }: SearchResult): string {
	const used = Object.entries(points)
		.filter(([, { given }]) => given > 0)
		.map(([pool, { used, given }]) => `${used} of ${given} ${poolNames[pool as keyof typeof poolNames]}`);
	if (respec.given > 0) used.push(`${respec.used} of ${respec.given} nodes taken back`);
	return used.length === 0
		? "No points to spend: --points and --respec say how many.\n"
		: `Used: ${used.join(", ")}.\n`;
}

function percent(after: number, before: number): string {
	const share = percentOf(gainOf(after, before), before);
	return share === undefined ? "" : `${share > 0 ? "+" : ""}${share.toFixed(2)} %`;
}

/** `12873 evaluations, 60.0 s, 214 rows/s, 5012 memoized, ...; ended by the time limit`. */
export function searchSummary(
	result: Pick<SearchResult, "evaluations" | "cached" | "memoized" | "failed" | "elapsedMs" | "limitedBy"> &
		Partial<Pick<SearchResult, "screened">>,
): string {
	const { evaluations, cached, memoized, failed, elapsedMs, limitedBy, screened = 0 } = result;
	const seconds = elapsedMs / 1000;
	return (
		`${evaluations} evaluations, ${seconds.toFixed(1)} s, ${(evaluations / seconds).toFixed(0)} rows/s, ` +
		`${cached} from the cache, ${memoized} memoized` +
		(failed > 0 ? `, ${failed} failed` : "") +
		(screened > 0 ? `, ${screened} rows screened` : "") +
		`; limited by ${endings[limitedBy]}\n`
	);
}

/** Everything except the XML, which `--xml` writes. */
export function searchJson({ xml: _, ...result }: BuildSearchResult): string {
	return `${jsonText(result)}\n`;
}

/** JSON with all digits, infinite numbers included. */
export function jsonText(value: unknown): string {
	if (typeof value === "number") return jsonNumber(value);
	if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
	if (typeof value === "object" && value !== null) {
		const members = Object.entries(value)
			.filter(([, member]) => member !== undefined)
			.map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`);
		return `{${members.join(",")}}`;
	}
	return JSON.stringify(value);
}
