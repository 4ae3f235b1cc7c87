// The program that `npm run soak` watches: does everything in one process, as a server would, and reports to its parent
// after each part. Arguments: rows, loads, minutes.
import { readFileSync } from "node:fs";
import { Engine } from "../../dist/index.js";
import { refuseAllocations } from "./allocations.mjs";
import { buildTexts, knownBuilds } from "./builds.mjs";
import { killChildren } from "./children.mjs";
import { loadInTurn } from "./loads.mjs";
import { mixedLoad } from "./mixed.mjs";
import { openAndClose } from "./opens.mjs";
import { leftOver, Report } from "./report.mjs";
import { runRows } from "./rows.mjs";

const [rows, loads, minutes] = process.argv.slice(2).map(Number);
const share = Math.min(rows / 200_000, 1);
const times = (count) => Math.max(1, Math.round(count * share));

const report = new Report();
const tell = (done = {}) => process.send({ parts: report.parts, ...done });
// Node's own threads and files are stable once an engine of each kind was open.
for (const isolation of ["thread", "process"]) await (await Engine.open({ threads: 2, isolation })).close();
await settle();
const before = leftOver();

const demo = readFileSync(new URL("../../data/demo-build.json", import.meta.url), "utf8");
const steps = [
	() => runRows(report, "reference", { calculator: "reference" }, demo, rows),
	() => openAndClose(report, demo, times(200)),
	() => refuseAllocations(report, demo, times(3000)),
	() => killChildren(report, demo),
	...(await stepsOfPob()),
];
for (const step of steps) {
	await step();
	tell();
}
await settle();
tell({ before, after: leftOver() });
process.disconnect();

async function stepsOfPob() {
	const texts = await buildTexts();
	if (texts === undefined) return [];
	let known;
	const options = { calculator: "pob", cache: false };
	return [
		() => runRows(report, "pob", options, texts[0][1], Math.ceil(rows / 10)),
		async () => {
			known = await knownBuilds(texts);
			await loadInTurn(report, known, loads, 400);
		},
		() => mixedLoad(report, known, minutes),
	];
}

/** The pipes of killed children close shortly after their engine. */
async function settle() {
	await new Promise((resolve) => setTimeout(resolve, 500));
}
