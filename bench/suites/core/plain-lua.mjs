// The cost of a batch against a plain loop in one Lua state with the same `Calculate` and no JavaScript. Both run in
// the same state, on the same canonical sets, and fill an array with the same stats; only the batch checks node ids,
// isolates a row's error and crosses to JavaScript and back.
import { fileURLToPath } from "node:url";
import { readBuildSource } from "../../../dist/builds/build-source.js";
import { Engine, NodeSets } from "../../../dist/index.js";
import { treeForCalculator } from "../../../dist/tree/tree-data.js";
import { measure, ratios, summary } from "../../lib/measure.mjs";
import { grownSets, randomIds, treeAndBuild } from "../../lib/workload.mjs";

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const rows = 1000;

export async function plainLua() {
	return [...(await trivial()), ...(await reference())];
}

async function trivial() {
	const { engine, build } = await open(file("../../calculators/sum.lua"), {});
	const sets = randomIds(rows, 100).map((add) => ({ add, remove: [] }));
	const figures = await against(engine, build, sets, ["Sum"], "sum", "Sum of 100 ids");
	await engine.close();
	return figures;
}

async function reference() {
	const { tree, build: text, note } = await treeAndBuild();
	const { engine, build } = await open(
		file("../../../lua/reference/init.lua"),
		{ tree: treeForCalculator(tree.data) },
		readBuildSource(text, { tree: tree.data }),
		tree,
	);
	const stats = build.stats().slice();
	const sets = canonical(grownSets(tree, build, rows, 120), build.allocated);
	const figures = await against(engine, build, sets, stats, "reference", "Reference calculator, 120 nodes");
	await engine.close();
	figures[0].note = `The reference calculator's rows have ${stats.length} stats and are ${note}.`;
	return figures;
}

async function open(calculator, options, source, tree) {
	const engine = await Engine.open({
		calculator: file("../../calculators/plain-loop.lua"),
		sandbox: false,
		threads: 1,
		options: { calculator, options, source, packagePath: `${file("../../../lua")}/?.lua` },
		...(tree && { tree }),
	});
	return { engine, build: await engine.load("") };
}

async function against(engine, build, sets, stats, key, name) {
	const nodeSets = NodeSets.deltas(sets);
	await engine.command("keep", {
		words: Array.from(nodeSets.words),
		offsets: Array.from(nodeSets.offsets),
	});
	const loop = (over) => engine.command("loop", { over, stats });
	const sum = build.calculateBatchSync(nodeSets, { stats }).values.reduce((a, b) => a + b, 0);
	for (const over of ["tables", "arrays"]) {
		const plain = (await loop(over)).sum;
		if (!Object.is(plain, sum))
			throw new Error(`${name}: the plain loop over ${over} answers ${plain}, not ${sum}`);
	}
	const times = await measure({
		batch: () => void build.calculateBatchSync(nodeSets, { stats }),
		tables: async () => 1000 * (await loop("tables")).seconds,
		arrays: async () => 1000 * (await loop("arrays")).seconds,
	});
	const each = (list) => summary(list.map((ms) => (1000 * ms) / sets.length));
	return [
		{
			key: `plain-${key}-arrays`,
			what: `${name}: batch against a plain loop over FFI arrays`,
			...summary(ratios(times.batch, times.arrays)),
			unit: "x",
			better: "lower",
			target: 1.05,
		},
		{
			key: `plain-${key}-tables`,
			what: `${name}: batch against a plain loop over Lua tables`,
			...summary(ratios(times.batch, times.tables)),
			unit: "x",
			better: "lower",
			target: 1.05,
		},
		{
			key: `plain-${key}-batch`,
			what: "  a set in the batch",
			...each(times.batch),
			unit: "µs",
			better: "lower",
		},
		{
			key: `plain-${key}-loop`,
			what: "  a set in the loop over FFI arrays",
			...each(times.arrays),
			unit: "µs",
			better: "lower",
		},
		{
			key: `plain-${key}-loop-tables`,
			what: "  a set in the loop over Lua tables",
			...each(times.tables),
			unit: "µs",
			better: "lower",
		},
	];
}

/** Full sets as changes of the allocated nodes: the form in which `Calculate` gets them. */
function canonical(sets, allocated) {
	const base = new Set(allocated);
	return Array.from({ length: sets.length }, (_, row) => {
		const nodes = new Set(sets.row(row).nodes);
		return {
			add: [...nodes].filter((id) => !base.has(id)),
			remove: allocated.filter((id) => !nodes.has(id)),
		};
	});
}
