// The cost of undoing a row's changes: the sum of 100 ids, by a calculator that keeps few tables or many.
import { fileURLToPath } from "node:url";
import { Engine, NodeSets } from "../../../dist/index.js";
import { measure, summary } from "../../lib/measure.mjs";
import { randomIds } from "../../lib/workload.mjs";

const calculator = fileURLToPath(new URL("../../calculators/keeping.lua", import.meta.url));
const rows = 1000;

export async function rollback() {
	const sets = NodeSets.deltas(randomIds(rows, 100).map((add) => ({ add })));
	const off = await Engine.open({ calculator, threads: 1, rollback: false });
	const on = await Engine.open({ calculator, threads: 1 });
	const builds = { off: await off.load("0"), few: await on.load("0"), many: await on.load("1000") };
	const cases = Object.entries(builds).map(([name, build]) => [
		name,
		() => void build.calculateBatchSync(sets),
	]);
	const times = await measure(Object.fromEntries(cases));
	await Promise.all([off.close(), on.close()]);

	const dearer = (key, what, name, than) => ({
		key: `rollback-${key}`,
		what,
		...summary(times[name].map((ms, round) => (1000 * (ms - times[than][round])) / rows)),
		unit: "µs",
		better: "lower",
	});
	return [
		dearer("row", "Rollback: what a row of 100 ids costs more", "few", "off"),
		dearer("tables", "Rollback: per 1,000 tables that the calculator keeps", "many", "few"),
	];
}
