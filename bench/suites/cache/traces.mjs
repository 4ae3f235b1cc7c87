// Traces of requests to the row cache: keys, batch by batch.
import { RowCache } from "../../../dist/cache/row-cache.js";
import { Engine, NodeSets } from "../../../dist/index.js";
import { seededRandom, treeAndBuild } from "../../lib/workload.mjs";

const goal = "Life + 0.5 * TotalEHP";
const stats = ["Life", "TotalEHP", "TotalDPS"];
const climbSteps = 12;
const searchRows = 6000;
const serverRequests = 20_000;

/**
 * @returns traces by name: `power` (a climb in which node power chooses each point), `climb` (hill climbing from
 * several starts that converge), `search` (the search with three seeds), `server` (many users request rows of few
 * builds, and one request in 300 is for all nodes: made up, following Zipf's law)
 */
export async function recordTraces() {
	const { tree, build: text, note } = await treeAndBuild();
	const engine = await Engine.open({
		calculator: "reference",
		tree,
		threads: 1,
		cache: { maxMB: 1024 },
	});
	const build = await engine.load(text);
	const candidates = (await build.power({ stats: ["Life"], depth: 3 })).nodes.map(({ nodes }) => [...nodes]);
	const traces = new Map([
		["power", await recorded(() => powers(build, candidates))],
		["climb", await recorded(() => climbs(build, candidates))],
		["search", await recorded(() => searches(build))],
		["server", server(candidates.length)],
	]);
	await engine.close();
	return { traces, note: `Recorded with the reference calculator ${note}.` };
}

/** Keys of all rows that are looked up while `run` runs. */
async function recorded(run) {
	const trace = [];
	const { find, findSync } = RowCache.prototype;
	const watch = (original) =>
		function (group, hashes, firstEqual) {
			const units = new Uint16Array(hashes.buffer, hashes.byteOffset, 4 * hashes.length);
			const keys = [];
			for (let row = 0; row < hashes.length / 2; row++)
				if (!firstEqual || firstEqual[row] === row)
					keys.push(String.fromCharCode(...units.subarray(8 * row, 8 * row + 8), ...group.bytes));
			trace.push(keys);
			return original.call(this, group, hashes, firstEqual);
		};
	RowCache.prototype.find = watch(find);
	RowCache.prototype.findSync = watch(findSync);
	try {
		await run();
	} finally {
		Object.assign(RowCache.prototype, { find, findSync });
	}
	return trace;
}

/** All candidates after those taken so far, and the previous ones again, as a planner's window does. */
async function powers(build, candidates) {
	const taken = new Set();
	for (let step = 0; step < climbSteps; step++) {
		const result = await build.calculateBatch(withEach(taken, candidates), { stats });
		for (const id of candidates[best(result, candidates, taken)]) taken.add(id);
		await build.power({ stats: ["Life"], depth: 3 });
	}
}

async function climbs(build, candidates) {
	const random = seededRandom(7);
	for (let start = 0; start < 8; start++) {
		const taken = new Set(candidates[Math.floor(random() * candidates.length)]);
		for (let step = 0; step < climbSteps; step++) {
			const result = await build.calculateBatch(withEach(taken, candidates), { stats });
			for (const id of candidates[best(result, candidates, taken)]) taken.add(id);
		}
	}
}

function withEach(taken, candidates) {
	return NodeSets.deltas(candidates.map((nodes) => ({ add: [...new Set([...taken, ...nodes])] })));
}

/** The candidate with the most Life per point, of those that are not taken. */
function best(result, candidates, taken) {
	const life = result.column("Life");
	let chosen = 0;
	let most = Number.NEGATIVE_INFINITY;
	candidates.forEach((nodes, i) => {
		const points = nodes.filter((id) => !taken.has(id)).length;
		if (points > 0 && life[i] / points > most) [most, chosen] = [life[i] / points, i];
	});
	return chosen;
}

async function searches(build) {
	for (const seed of [1, 2, 3])
		await build.search({ goal, points: 12, respec: 6, evaluations: searchRows, seed });
}

function server(nodes) {
	const random = seededRandom(11);
	// Zipf's law: the rank into whose share of all requests the random number falls.
	const zipf = (count) => Math.floor(count ** random()) - 1;
	const trace = [];
	for (let i = 0; i < serverRequests; i++) {
		const build = zipf(200);
		if (random() < 1 / 300) trace.push(Array.from({ length: nodes }, (_, node) => `${build} power ${node}`));
		else trace.push(Array.from({ length: 4 }, () => `${build} ${zipf(500)}`));
	}
	return trace.map((keys) => [...new Set(keys)]);
}
