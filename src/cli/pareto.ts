import type { OpenedBuild } from "../operations/open.js";
import { checkTree } from "../operations/search.js";
import { csvField, exact } from "../rows/row-writers.js";
import type { ParetoResult, ParetoTree } from "../search/pareto.js";
import { paretoPlot } from "../search/pareto-plot.js";
import { describeBuild } from "./describe.js";
import { announce } from "./open.js";
import { openOutput, writeWhole } from "./output.js";
import { type SearchFlags, searchOptions, withProgress } from "./search-run.js";
import { jsonText, searchSummary } from "./search-text.js";
import { readable, table } from "./table.js";

/** `pobatch search --pareto`. */
export async function runPareto(
	source: string,
	opened: OpenedBuild,
	flags: SearchFlags,
	of: [string, string],
): Promise<void> {
	const { build } = opened;
	checkTree(build);
	const result = await withProgress((more) =>
		build.searchPareto({
			...searchOptions(flags),
			...more,
			of,
			...(flags.trees !== undefined && { trees: flags.trees }),
		}),
	);
	announce(opened, flags);
	const output = await openOutput(undefined, []);
	if (flags.format === "json") await output.write(`${jsonText(result)}\n`);
	else if (flags.format === "csv") await output.write(csv(result));
	else await output.write(`${describeBuild(build)}\n\n${text(result)}`);
	if (flags.svg !== undefined) {
		await writeWhole(flags.svg, paretoPlot(result, `${describeBuild(build)}: ${of.join(" and ")}`), [source]);
		process.stderr.write(`Drawn in ${flags.svg}\n`);
	}
	process.stderr.write(searchSummary(result));
}

function text({ of, front }: ParetoResult): string {
	const rows = front.map(({ stats, points, respec, isBuild }, i) => [
		String(i + 1),
		...of.map((stat) => readable(stats[stat] as number)),
		String(points),
		String(respec),
		isBuild ? "your tree" : "",
	]);
	const list = table(["", ...of, "Points", "Respec", ""], rows, [0, 1, 2, 3, 4]);
	return front.length === 1
		? `${list}No tree was found that is better in one stat and not worse in the other.\n`
		: list;
}

/** All digits; node sets as JSON, as accepted by `pobatch calc --set`. */
function csv({ of, front }: ParetoResult): string {
	const line = ({ stats, points, respec, set }: ParetoTree) => [
		...of.map((stat) => exact(stats[stat] as number)),
		String(points),
		String(respec),
		JSON.stringify(set),
	];
	return [[...of, "points", "respec", "set"], ...front.map(line)]
		.map((cells) => `${cells.map(csvField).join(",")}\n`)
		.join("");
}
