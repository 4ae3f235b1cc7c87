// With the same points, rows and time: what each algorithm has reached after 1, 5, 20 and 60 s.
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import Table from "cli-table3";
import { explore } from "../../../dist/search/explore.js";
import { prepareSearch } from "../../../dist/search/search.js";
import { linePlot } from "../../lib/plot.mjs";
import { genetic, hillClimb, randomRestarts } from "./algorithms.mjs";
import { cutBack, open, seconds } from "./builds.mjs";

const marks = [1, 5, 20, 60].filter((mark) => mark <= seconds);
const algorithms = {
	search: ({ task, objective, rows }, onBest) =>
		explore(task, objective, rows, {
			seed: 1,
			screen: undefined,
			onImproved: ({ score }) => onBest(score.worth),
		}),
	"hill climbing": hillClimb,
	"genetic, 100": genetic,
	"random restarts": randomRestarts,
};

export async function rivals() {
	const { engine, files } = await open(6);
	const table = new Table({
		head: ["Build", "Algorithm", ...marks.map((mark) => `${mark} s`), "Rows"],
		style: { head: [], border: [], compact: true },
	});
	const ratios = [];
	const panels = [];
	for (const { file, text } of files) {
		const { build, cut, points } = await cutBack(engine, text, 0.25);
		const reached = {};
		const lines = [];
		for (const [name, run] of Object.entries(algorithms)) {
			const prepared = await prepareSearch(cut, { goal: "balanced", ...points, timeLimitMs: seconds * 1000 });
			const { rows, objective } = prepared;
			const best = marks.map(() => objective.worth(objective.own, 0));
			await run(prepared, (worth) => {
				marks.forEach((mark, i) => {
					if (rows.elapsedMs <= mark * 1000) best[i] = Math.max(best[i], worth);
				});
			});
			reached[name] = best.at(-1);
			lines.push({ name, points: marks.map((mark, i) => [mark, best[i]]) });
			table.push([basename(file), name, ...best.map((worth) => worth.toFixed(4)), rows.evidence.evaluations]);
		}
		panels.push({ title: basename(file).replace(/\.\w+$/, ""), lines });
		ratios.push(
			reached.search /
				Math.max(
					...Object.entries(reached)
						.filter(([name]) => name !== "search")
						.map(([, worth]) => worth),
				),
		);
		await cut.close();
		await build.close();
	}
	await engine.close();
	console.log(table.toString());
	if (process.env.BENCH_PLOT)
		writeFileSync(process.env.BENCH_PLOT, linePlot("Goal over time, the build's own is 1", panels));
	const sorted = ratios.sort((a, b) => a - b);
	return [
		{
			what: `goal after ${marks.at(-1)} s against the best of the others`,
			value: sorted[Math.floor(sorted.length / 2)],
			low: sorted[0],
			high: sorted.at(-1),
			unit: "x",
			better: "higher",
			target: 1,
		},
	];
}
