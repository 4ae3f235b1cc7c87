// Shared by the suites that compare with Path of Building: parts by name, run for each checkout.
import { builds, checkouts } from "./workload.mjs";

/**
 * Runs the parts named by BENCH_PARTS for each checkout; without a checkout or build, prints a message and runs none.
 *
 * @param all name -> part, which takes a checkout's `src` and that of the first one, and returns figures
 * @param byDefault names of the parts that run if none are named
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

/** Marks the figures of several checkouts with their version. */
function ofVersion(figure, version) {
	return { ...figure, key: `${figure.key}@${version}`, what: `${version}: ${figure.what}` };
}
