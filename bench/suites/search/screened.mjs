// How often the exact winner among all paths of up to five points is in the reference calculator's top k.
import { basename } from "node:path";
import { Engine, NodeSets, PassiveTree } from "../../../dist/index.js";
import { open } from "./builds.mjs";

const ranks = [1, 5, 20, 100];
/** The reference calculator calculates a single hit, for which Path of Building's CombinedDPS is the closest stat. */
const screenStats = { TotalEHP: "TotalEHP", CombinedDPS: "TotalDPS" };

export async function screened() {
	if (process.env.POBATCH_BUILDS === undefined) return [];
	const { engine, files } = await open(20);
	const found = Object.keys(screenStats).map((stat) => ({ stat, places: [], candidates: 0 }));
	for (const { file, text } of files) {
		const build = await engine.load(text);
		const tree = new PassiveTree(build.tree.data);
		const reference = await Engine.open({ calculator: "reference", tree, threads: 1, cache: false });
		try {
			const screen = await reference.load(text);
			const paths = build.tree.pathsWithin(build.allocated, 5).map(({ nodes }) => ({ add: [...nodes] }));
			const known = new Set(screen.stats());
			for (const entry of found) {
				const exact = await order(build, paths, entry.stat);
				const guess =
					known.has(screenStats[entry.stat]) && (await order(screen, paths, screenStats[entry.stat]));
				if (!exact || !guess) continue;
				entry.places.push(guess.indexOf(exact[0]));
				entry.candidates += paths.length;
			}
		} catch (error) {
			console.log(`${basename(file)}: not calculated by the reference calculator (${error.message})`);
		} finally {
			await reference.close();
			await build.close();
		}
	}
	await engine.close();
	return found.flatMap(({ stat, places, candidates }) =>
		ranks.map((rank) => {
			const share = places.filter((place) => place < rank).length / places.length;
			return {
				what: `${stat}: the exact winner is among the screened first ${rank} (${places.length} builds, ${Math.round(candidates / places.length)} candidates each)`,
				value: share,
				low: share,
				high: share,
				unit: "",
				better: "higher",
			};
		}),
	);
}

/** Indices of paths by their gain per point, best first; undefined if none changes the stat. */
async function order(build, paths, stat) {
	const result = await build.calculateBatch(NodeSets.deltas([{}, ...paths]), { stats: [stat] });
	const own = result.values[0];
	const gains = paths.map(({ add }, i) => (result.ok(i + 1) ? (result.values[i + 1] - own) / add.length : 0));
	if (!gains.some((gain) => gain > 0)) return undefined;
	return gains.map((_, i) => i).sort((a, b) => gains[b] - gains[a] || a - b);
}
