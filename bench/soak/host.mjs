// The program that `npm run soak` watches: does everything in one process, as somebody's server would, and tells its
// parent after each part. Arguments: rows.
import { readFileSync } from "node:fs";
import { Engine } from "../../dist/index.js";
import { findPob } from "../../dist/pob/checkout.js";
import { refuseAllocations } from "./allocations.mjs";
import { killChildren } from "./children.mjs";
import { openAndClose } from "./opens.mjs";
import { leftOver, Report } from "./report.mjs";
import { runRows } from "./rows.mjs";

const rows = Number(process.argv[2]);
const share = Math.min(rows / 200_000, 1);
const times = (count) => Math.max(1, Math.round(count * share));

const report = new Report();
const tell = (done = {}) => process.send({ parts: report.parts, ...done });
// Node's own threads and files stand once an engine of each kind was open.
for (const isolation of ["thread", "process"]) await (await Engine.open({ threads: 2, isolation })).close();
await settle();
const before = leftOver();

const demo = readFileSync(new URL("../../data/demo-build.json", import.meta.url), "utf8");
const steps = [
	() => runRows(report, "reference", { calculator: "reference" }, demo, rows),
	runPob,
	() => openAndClose(report, demo, times(200)),
	() => refuseAllocations(report, demo, times(3000)),
	() => killChildren(report, demo),
];
for (const step of steps) {
	await step();
	tell();
}
await settle();
tell({ before, after: leftOver() });
process.disconnect();

async function runPob() {
	const file = process.env.SOAK_POB_BUILD;
	if (file === undefined || (await findPob()) === undefined) {
		console.log("pob: left out (needs Path of Building, and SOAK_POB_BUILD: the file of a build)");
		return;
	}
	const options = { calculator: "pob", cache: false };
	await runRows(report, "pob", options, readFileSync(file, "utf8"), Math.ceil(rows / 10));
}

/** The pipes of killed children close a moment after their engine. */
async function settle() {
	await new Promise((resolve) => setTimeout(resolve, 500));
}
