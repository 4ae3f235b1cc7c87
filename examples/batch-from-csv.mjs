// Evaluates the candidates of a CSV file (name,add,remove; node ids separated by spaces) and prints a CSV of stats.
import { readFile } from "node:fs/promises";
import { Engine, NodeSets } from "pobatch";
import { demoBuild } from "./demo-build.mjs";

const [file = "examples/candidates.csv"] = process.argv.slice(2);
const stats = ["Life", "TotalDPS", "TotalEHP"];

const engine = await Engine.open({ calculator: "reference" });
const build = await engine.load(await demoBuild());

const ids = (cell = "") => cell.split(" ").filter(Boolean).map(Number);
const [, ...lines] = (await readFile(file, "utf8")).split(/\r?\n/).filter(Boolean);
const candidates = lines.map((line) => line.split(","));
const sets = NodeSets.deltas(candidates.map(([, add, remove]) => ({ add: ids(add), remove: ids(remove) })));

// One call for all rows. A bad row has NaN in its columns and an error that says why; the others are answered.
const result = await build.calculateBatch(sets, { stats });
const errors = new Map(result.errors.map((error) => [error.row, error.message]));

console.log(["name", ...stats, "error"].join(","));
candidates.forEach(([name], row) => {
	const answer = result.row(row);
	const cells = stats.map((stat) => (errors.has(row) ? "" : answer[stat]));
	console.log([name, ...cells, JSON.stringify(errors.get(row) ?? "")].join(","));
});
await engine.close();
