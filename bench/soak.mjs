// `npm run soak`: hours of a server's life in minutes. Rows with errors, time-outs, memory limits and aborts mixed in,
// engines opened and closed, allocations refused, child processes killed; prints a table and ends with status 1 if a
// row was lost or wrong, memory grew, or a file descriptor or thread was left over. SOAK_ROWS (200,000) shortens it;
// Path of Building takes a tenth of the rows where it is installed. Needs dist/ and, for the counts, Linux.
import { readFileSync } from "node:fs";
import Table from "cli-table3";
import { Engine } from "../dist/index.js";
import { findPob } from "../dist/pob/checkout.js";
import { refuseAllocations } from "./soak/allocations.mjs";
import { killChildren } from "./soak/children.mjs";
import { openAndClose } from "./soak/opens.mjs";
import { growth, leftOver, Report } from "./soak/report.mjs";
import { runRows } from "./soak/rows.mjs";

const rows = Number(process.env.SOAK_ROWS ?? 200_000);
if (!(Number.isInteger(rows) && rows > 0)) {
	console.error(`error: SOAK_ROWS is ${process.env.SOAK_ROWS}, not a positive integer`);
	process.exit(2);
}
const share = Math.min(rows / 200_000, 1);
const times = (count) => Math.max(1, Math.round(count * share));

const report = new Report();
// Node's own threads and files stand once an engine of each kind was open.
for (const isolation of ["thread", "process"]) await (await Engine.open({ threads: 2, isolation })).close();
await settle();
const before = leftOver();

const demo = readFileSync(new URL("../data/demo-build.json", import.meta.url), "utf8");
await runRows(report, "reference", { calculator: "reference" }, demo, rows);
const pobBuild = process.env.SOAK_POB_BUILD;
if (pobBuild !== undefined && (await findPob()) !== undefined)
	await runRows(
		report,
		"pob",
		{ calculator: "pob", cache: false },
		readFileSync(pobBuild, "utf8"),
		Math.ceil(rows / 10),
	);
else console.log("pob: left out (needs Path of Building, and SOAK_POB_BUILD: the file of a build)");
await openAndClose(report, demo, times(200));
await refuseAllocations(report, demo, times(3000));
await killChildren(report, demo);

await settle();
const after = leftOver();

const table = new Table({
	head: ["part", "rows", "faults injected", "rows lost", "wrong rows", "memory, last / second quarter"],
	style: { head: [], border: [] },
});
for (const part of report.parts)
	table.push([
		part.name,
		part.rows,
		part.faults,
		part.lost,
		part.wrong,
		part.memory.length < 8 ? "-" : growth(part.memory).toFixed(3),
	]);
console.log(table.toString());
console.log(
	`crashes of the host: 0; threads ${before.threads} -> ${after.threads}; file descriptors ${before.files} -> ${after.files}`,
);
const problems = [...report.problems()];
if (after.threads > before.threads) problems.push(`${after.threads - before.threads} threads left over`);
if (after.files > before.files) problems.push(`${after.files - before.files} file descriptors left over`);
for (const problem of problems) console.error(`error: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** The pipes of killed children close a moment after their engine. */
async function settle() {
	await new Promise((resolve) => setTimeout(resolve, 500));
}
