// What re-spending ten points improves on complete builds, without new points, and with floors of 97 % for each of the
// defences and the damage.
import { basename } from "node:path";
import { summary } from "../../lib/measure.mjs";
import { open, seconds } from "./builds.mjs";

const leastLevel = 90;
const floored = ["Life", "EnergyShield", "TotalEHP", "FullDPS", "CombinedDPS"];

export async function respec() {
	const { engine, files } = await open(20);
	const gains = [];
	for (const { file, text } of files) {
		const build = await engine.load(text);
		if (build.info.level >= leastLevel) {
			const own = await build.calculate(
				{},
				{ stats: floored.filter((stat) => build.stats().includes(stat)) },
			);
			const floors = Object.entries(own).flatMap(([stat, value]) => (value > 0 ? [`${stat}=97%`] : []));
			const { goal, respec, elapsedMs, evaluations } = await build.search({
				goal: "balanced",
				points: 0,
				respec: 10,
				floors,
				jewels: false,
				timeLimitMs: seconds * 1000,
			});
			gains.push(goal.after / goal.before);
			console.log(
				`${basename(file)}: ${(goal.after / goal.before).toFixed(4)}, ${respec.used} points taken back, ` +
					`${evaluations} rows in ${(elapsedMs / 1000).toFixed(1)} s`,
			);
		}
		await build.close();
	}
	await engine.close();
	if (gains.length === 0) return [];
	const improved = gains.filter((gain) => gain > 1).length / gains.length;
	return [
		{
			what: `goal after a respec of 10 points, ${gains.length} complete builds, ${seconds} s each`,
			...summary(gains),
			unit: "x",
			better: "higher",
		},
		{
			what: "share of them that it improved",
			value: improved,
			low: improved,
			high: improved,
			unit: "",
			better: "higher",
		},
	];
}
