import { fileURLToPath } from "node:url";
import { Engine, NodeSets } from "../../dist/index.js";
import { dice, randomSets } from "./report.mjs";

const batchRows = 500;
const samples = 200;
const faulty = fileURLToPath(new URL("../calculators/faulty.lua", import.meta.url));

/**
 * Rows of one calculator, compared bit by bit with the first results of the same sets; in between, batches that are
 * aborted, rows with unknown nodes, and rows of a second engine that raise, loop and use up memory.
 */
export async function runRows(report, name, options, text, rows) {
	const part = report.part(`rows: ${name}`);
	const roll = dice(5);
	const engine = await Engine.open({ ...options, threads: 2 });
	const bad = await Engine.open({ calculator: faulty, threads: 2, memoryLimitMB: 16, rowTimeoutMs: 250 });
	const build = await engine.load(text);
	const badBuild = await bad.load("");
	const known = randomSets(build, 1000, roll);
	const stats = build.defaultStats;
	const width = stats.length;
	const right = bits(await build.calculateBatch(NodeSets.deltas(known)));
	const isRight = (result, row, of) => {
		const values = bits(result);
		for (let i = 0; i < width; i++) if (values[row * width + i] !== right[of * width + i]) return false;
		return true;
	};
	const unknown = [...Array(65536).keys()].find((id) => !build.tree.has(id));
	const every = Math.max(1, Math.floor(rows / batchRows / samples));

	for (let batch = 0; part.rows < rows; batch++) {
		const picks = Array.from({ length: batchRows }, () => roll(known.length));
		const broken = batch % 5 === 1 ? roll(batchRows) : -1;
		const sets = picks.map((pick, row) => (row === broken ? { add: [unknown] } : known[pick]));
		const controller = new AbortController();
		const aborts = batch % 7 === 3;
		if (aborts) setTimeout(() => controller.abort(), roll(4));
		const result = await build.calculateBatch(NodeSets.deltas(sets), { signal: controller.signal });
		if (aborts || broken >= 0) part.faults++;
		const failed = new Set(result.errors.map(({ row }) => row));
		picks.forEach((pick, row) => {
			if (row === broken) part.wrong += result.ok(row) ? 1 : 0;
			else if (result.ok(row)) part.wrong += isRight(result, row, pick) ? 0 : 1;
			else part.lost += failed.has(row) || result.stopped === undefined ? 1 : 0;
		});
		part.rows += batchRows;
		if (batch % 10 === 0) await faults(part, badBuild, roll);
		if (batch % every === 0) part.sample();
	}
	await engine.close();
	await bad.close();
}

const bits = (result) =>
	new BigUint64Array(result.values.buffer, result.values.byteOffset, result.values.length);

// Nodes 7, 8, 9 use up memory, loop, raise; others return their id. On a busy machine a row may time out before it has
// used up its memory.
const codes = { 7: ["MEMORY", "TIMEOUT"], 8: ["TIMEOUT"], 9: ["CALCULATOR_ERROR"] };

async function faults(part, build, roll) {
	const ids = Array.from({ length: 40 }, (_, i) => (i % 13 === 12 ? 7 + roll(3) : 10 + roll(1000)));
	const result = await build.calculateBatch(NodeSets.deltas(ids.map((id) => ({ add: [id] }))));
	const failures = new Map(result.errors.map(({ row, code }) => [row, code]));
	ids.forEach((id, row) => {
		const expected = codes[id];
		if (expected) part.faults++;
		if (!(expected ?? [undefined]).includes(failures.get(row))) part.lost++;
		else if (!expected && result.row(row).Node !== id) part.wrong++;
	});
}
