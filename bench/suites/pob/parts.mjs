// What suites that compare with Path of Building have in common: parts by name, each for every checkout.
import { builds, checkouts } from "./workload.mjs";

/**
 * The parts that BENCH_PARTS names, for each checkout; none, after a word of it, where there is no checkout or no build.
 *
 * @param all name -> part, which takes a checkout's `src` and that of the first one and answers figures
 * @param byDefault names of the parts that run where none are named
 */
export async function pobParts(all, byDefault = Object.keys(all)) {
	const named = process.env.BENCH_PARTS?.split(",") ?? byDefault;
	const unknown = named.find((name) => !(name in all));
	if (unknown !== undefined)
		throw new Error(`BENCH_PARTS: unknown part ${unknown} (There are ${Object.keys(all).join(", ")}.)`);
	const list = await checkouts();
	if (list.length === 0 || builds().length === 0) {
		console.log(
			"Skipped: needs Path of Building (`pobatch pob install`, or the variable POBATCH_POB) and builds in ../shared/data/builds",
		);
		return [];
	}
	return list.flatMap(({ source, version }) =>
		named.map((name) => async () => {
			const figures = await all[name](source, list[0].source);
			return list.length === 1 ? figures : figures.map((figure) => ofVersion(figure, version));
		}),
	);
}

/** Figures of several checkouts are told apart by the version. */
function ofVersion(figure, version) {
	return { ...figure, key: `${figure.key}@${version}`, what: `${version}: ${figure.what}` };
}
