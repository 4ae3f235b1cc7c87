// Takes away the farthest 10, 25 and 45 % of a build's points, returns them as a budget, and compares what the search
// makes of them with the player's tree.
import { basename } from "node:path";
import { Goal } from "../../../dist/search/goal.js";
import { summary } from "../../lib/measure.mjs";
import { cutBack, open, seconds, wholeSet } from "./builds.mjs";

const shares = [0.1, 0.25, 0.45];

export async function recovery() {
	const { engine, files } = await open(20);
	const ratios = [];
	for (const { file, text } of files) {
		for (const share of shares) {
			const { build, cut, points } = await cutBack(engine, text, share);
			// Some builds have no passives.
			if (Object.values(points).every((count) => count === 0)) continue;
			const result = await cut.search({
				goal: "balanced",
				...points,
				// The player's jewels stay in place, so that only trees are compared.
				jewels: false,
				timeLimitMs: seconds * 1000,
				stats: [],
			});
			const known = new Set(cut.stats());
			const goal = new Goal("balanced").bind(result.before, known);
			const whole = await cut.calculate(wholeSet(build), { stats: [...goal.stats] });
			const rival = goal.worth(
				goal.stats.map((stat) => whole[stat]),
				0,
			);
			const ratio = result.goal.after / rival;
			ratios.push(ratio);
			const given = Object.values(points).join("/");
			console.log(
				`${basename(file)} ${100 * share} %, ${given} points: ${ratio.toFixed(4)} of the player's, ` +
					`${result.evaluations} rows in ${(result.elapsedMs / 1000).toFixed(1)} s`,
			);
			await cut.close();
			await build.close();
		}
	}
	await engine.close();
	const reached = ratios.filter((ratio) => ratio >= 1).length;
	const all = summary(ratios);
	return [
		{
			...all,
			what: `goal after ${seconds} s against the player's tree, ${ratios.length} trees that were cut back`,
			unit: "x",
			better: "higher",
			target: 1.03,
		},
		{
			what: "share of them at least as good as the player's",
			value: reached / ratios.length,
			low: reached / ratios.length,
			high: reached / ratios.length,
			unit: "",
			better: "higher",
			target: 55 / 60,
		},
	];
}
