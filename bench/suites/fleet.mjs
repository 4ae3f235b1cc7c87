// The cost of a queue: two workers with one thread each and their own Redis or Valkey server, against one engine with
// two threads. Rows of the reference calculator; also of Path of Building if POBATCH_POB names a checkout and
// ../shared/data has builds. Needs the third package (npm run build) and a redis-server. BENCH_ROUNDS, BENCH_ROWS (of
// the reference calculator) and BENCH_POB_ROWS change its length.
import { readFileSync } from "node:fs";
import { Engine, NodeSets } from "../../dist/index.js";
import { RedisServer, redisProgram, Worker } from "../lib/fleet.mjs";
import { summary } from "../lib/measure.mjs";
import { builds } from "./pob/workload.mjs";

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);

/** Pairs of short paths: changes as a search requests them. Different ones each round, since workers remember rows. */
function pathSets(tree, build, count, round) {
	const paths = tree.pathsWithin(build.allocated, 6);
	return NodeSets.deltas(
		Array.from({ length: count }, (_, row) => {
			const i = round * count + row;
			const other = Math.floor((i * 7919) / paths.length) % paths.length;
			return { add: new Set([...paths[i % paths.length].nodes, ...paths[other].nodes]) };
		}),
	);
}

const sameBits = (a, b) =>
	Buffer.compare(new Uint8Array(a.values.buffer), new Uint8Array(b.values.buffer)) === 0;

async function compare(key, what, options, flags, text, rows, stats) {
	const server = await RedisServer.start();
	const workers = await Promise.all([1, 2].map(() => Worker.start(server.url, "--threads", "1", ...flags)));
	const own = await Engine.open({ ...options, threads: 2 });
	const fleet = await Engine.open({ ...options, executor: { queue: server.url } });
	try {
		const [ownBuild, fleetBuild] = [await own.load(text), await fleet.load(text)];
		const figures = { own: [], fleet: [], ratio: [] };
		for (let round = 0; round <= rounds; round++) {
			const sets = pathSets(ownBuild.tree, ownBuild, rows, round);
			const there = await fleetBuild.calculateBatch(sets, { stats });
			const here = await ownBuild.calculateBatch(sets, { stats });
			if (!sameBits(there, here) || there.errors.length !== here.errors.length) throw new Error("other bits");
			// The first round compiles, and measures how fast rows are.
			if (round === 0) continue;
			figures.own.push(here.elapsedMs);
			figures.fleet.push(there.elapsedMs);
			figures.ratio.push(there.elapsedMs / here.elapsedMs);
		}
		const time = { unit: "ms", better: "lower" };
		return [
			{
				key: `${key} own`,
				what: `${rows} ${what}, one engine with two threads`,
				...time,
				...summary(figures.own),
			},
			{
				key: `${key} fleet`,
				what: "the same by two workers over a queue",
				...time,
				...summary(figures.fleet),
			},
			{
				key: `${key} ratio`,
				what: "time of the workers / of the engine",
				unit: "",
				better: "lower",
				target: 1.15,
				...summary(figures.ratio),
			},
		];
	} finally {
		await Promise.all([own.close(), fleet.close()]);
		await Promise.all(workers.map((worker) => worker.end()));
		await server.end();
	}
}

async function reference() {
	const text = readFileSync(new URL("../../data/demo-build.json", import.meta.url), "utf8");
	const rows = Number(process.env.BENCH_ROWS ?? 1_000_000);
	const [options, flags] = [{ calculator: "reference" }, ["--calculator", "reference"]];
	return compare("fleet reference", "rows of the reference calculator", options, flags, text, rows, [
		"Life",
		"TotalEHP",
		"TotalDPS",
	]);
}

async function pob() {
	const [first] = builds();
	const folder = process.env.POBATCH_POB;
	const rows = Number(process.env.BENCH_POB_ROWS ?? 3000);
	return compare(
		"fleet pob",
		`rows of Path of Building (${first.name})`,
		{ calculator: "pob", pob: folder },
		["--pob", folder],
		first.text,
		rows,
		["FullDPS", "TotalEHP"],
	);
}

if (!redisProgram) console.log("Skipped: needs redis-server or valkey-server");
const withPob = process.env.POBATCH_POB && builds().length > 0;
export const parts = redisProgram ? [reference, ...(withPob ? [pob] : [])] : [];
