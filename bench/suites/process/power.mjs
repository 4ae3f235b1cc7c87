// `pobatch power --depth 5` against the power report of Path of Building's window, with the same stat and depth. The
// report calculates two rows for most nodes (the node alone, and its path), and what each allocated node is worth;
// `pobatch power` calculates one row for each path. The results are compared for paths without attribute nodes, since
// the window's report chooses no attribute there and its clicks do.
import { join } from "node:path";
import { Naive } from "../pob/naive.mjs";
import { builds } from "../pob/workload.mjs";
import { sideBySide } from "./figures.mjs";
import { pobatch, withFolder } from "./run.mjs";

const stat = process.env.BENCH_STAT ?? "FullDPS";
const depth = 5;

export function powerRuns(pob) {
	return withFolder(async (home) => {
		const args = (file) => [
			"power",
			file,
			...["--stat", stat, "--depth", String(depth), "--threads", "2", "--format", "json", "--pob", pob],
		];
		const runs = [];
		const nodes = { both: 0, compared: 0, equal: 0 };
		for (const [i, { name, file }] of builds().entries()) {
			const start = performance.now();
			const window = await Naive.start(pob);
			await window.load(file);
			const power = await window.power(stat, depth);
			const processor = await window.processor();
			await window.stop();
			const theirs = { wall: performance.now() - start, processor };
			const first = pobatch(args(file), join(home, String(i)));
			const later = pobatch(args(file), join(home, String(i)));
			compare(JSON.parse(later.output), power, nodes);
			runs.push({ name, theirs, first, later });
		}
		console.log(
			`${nodes.both} nodes in both reports; of ${nodes.compared} without an attribute node on their path ${nodes.equal} have the same power`,
		);
		const what = `\`pobatch power --depth ${depth} --stat ${stat}\`, 2 threads, against the window's own power report`;
		return sideBySide("power", what, runs, 0.25);
	});
}

/** Adds to `nodes` what both reports contain. */
function compare(report, power, nodes) {
	const types = new Map(report.nodes.map(({ id, type }) => [id, type]));
	for (const { id, gains, nodes: path } of report.nodes) {
		if (!power.has(id)) continue;
		nodes.both++;
		if (path.some((node) => types.get(node) === "attribute")) continue;
		nodes.compared++;
		if (Math.abs(gains[stat] - power.get(id)) <= 1e-9 * Math.abs(power.get(id))) nodes.equal++;
	}
}
