// 1,000 rows of `pobatch batch` against 1,000 of Path of Building's what-ifs, each including the start of its process.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Engine } from "../../../dist/index.js";
import { Naive } from "../pob/naive.mjs";
import { builds, changes, rows } from "../pob/workload.mjs";
import { sideBySide } from "./figures.mjs";
import { pobatch, withFolder } from "./run.mjs";

export function batchRuns(pob) {
	return withFolder(async (home) => {
		const list = builds();
		const runs = [];
		const workloads = await workload(pob, list);
		for (const [i, { name, file }] of list.entries()) {
			const sets = join(home, `${i}.jsonl`);
			writeFileSync(sets, workloads[i].map((set) => `${JSON.stringify(set)}\n`).join(""));
			const args = ["batch", file, "--sets", sets, "--threads", "2", "--pob", pob];
			const start = performance.now();
			const window = await Naive.start(pob);
			await window.load(file);
			await window.sets(workloads[i]);
			await window.naive();
			const processor = await window.processor();
			await window.stop();
			const theirs = { wall: performance.now() - start, processor };
			const own = join(home, String(i));
			const first = pobatch(args, own);
			const later = pobatch(args, own);
			if (later.output.trimEnd().split("\n").length !== rows) throw new Error(`${name}: rows are missing`);
			runs.push({ name, theirs, first, later });
		}
		const what = `${rows} rows of \`pobatch batch\`, 2 threads, against start and what-ifs of Path of Building`;
		return sideBySide("batch", what, runs, 0.3);
	});
}

async function workload(pob, list) {
	const engine = await Engine.open({ calculator: "pob", pob, threads: 1 });
	try {
		const sets = [];
		for (const { text } of list) {
			const build = await engine.load(text);
			sets.push(changes(build));
			await build.close();
		}
		return sets;
	} finally {
		await engine.close();
	}
}
