import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pobSource } from "../../../dist/calculators/pob/checkout.js";
import { findPob, NodeSets } from "../../../dist/index.js";
import { seededRandom } from "../../lib/workload.mjs";

const { BENCH_ROWS, BENCH_ROUNDS, BENCH_BUILDS, BENCH_TRUTH, POBATCH_BUILDS } = process.env;

const folder = POBATCH_BUILDS ?? fileURLToPath(new URL("../../../../shared/data/builds", import.meta.url));

/** Node sets per build and workload; fewer make the suite shorter and its figures coarser. */
export const rows = Number(BENCH_ROWS ?? 1000);
export const rounds = Number(BENCH_ROUNDS ?? 5);
/** Node sets per build that are compared with what Path of Building's window shows. */
export const truthRows = Number(BENCH_TRUTH ?? rows);

/** The checkouts to measure, as `src` folder and version of each; empty if there is none. */
export async function checkouts() {
	const named = process.env.POBATCH_POB?.split(delimiter).filter((folder) => folder !== "") ?? [
		await findPob(),
	];
	return Promise.all(
		named
			.filter((folder) => folder !== undefined)
			.map(async (folder) => {
				const source = await pobSource(folder);
				return { source, version: versionOf(source) };
			}),
	);
}

/** The version in a checkout's manifest, with the folder's name if that differs from the release's. */
function versionOf(source) {
	const manifest = join(source, "..", "manifest.xml");
	const number =
		existsSync(manifest) && /<Version[^>]*number="([^"]*)"/.exec(readFileSync(manifest, "utf8"))?.[1];
	return `${number || "?"} (${basename(dirname(source))})`;
}

/**
 * The real builds in the folder POBATCH_BUILDS, otherwise those next to the project; BENCH_BUILDS=titan,monk selects
 * those with one of the words in their name.
 */
export function builds() {
	const words = BENCH_BUILDS?.split(",") ?? [""];
	const files = (existsSync(folder) ? readdirSync(folder) : [])
		.filter((name) => name.endsWith(".xml") && words.some((word) => name.includes(word)))
		.sort();
	const classOf = (name) => basename(name, ".xml").split("_")[0];
	const count = (word) => files.filter((name) => classOf(name) === word).length;
	return files.map((name) => {
		const file = join(folder, name);
		const short = count(classOf(name)) === 1 ? classOf(name) : basename(name, ".xml");
		return { name: short, file, text: readFileSync(file, "utf8") };
	});
}

/**
 * Typical requests of an optimizer: a third added paths, a third removed leaves, a third swaps of a leaf for a path.
 */
export function changes(build, count = rows, seed = 1) {
	const random = seededRandom(seed);
	const pick = (list) => list[Math.floor(random() * list.length)];
	const paths = build.tree.pathsWithin(build.allocated, 5).map(({ nodes }) => [...nodes]);
	const leaves = leavesOf(build, build.allocated);
	return Array.from({ length: count }, (_, row) => {
		if (row % 3 === 0) return { add: pick(paths), remove: [] };
		if (row % 3 === 1) return { add: [], remove: [pick(leaves)] };
		const leaf = pick(leaves);
		// Without the leaf, a path that starts at it would be disconnected.
		const path = pick(paths.filter(([first]) => !build.tree.neighbours(first).includes(leaf)));
		return { add: path, remove: [leaf] };
	});
}

/**
 * The same changes with a player's choices: an attribute for two thirds of the added attribute nodes, a weapon set for
 * every sixth path that can be in one.
 */
export function clickedSets(build, count) {
	const random = seededRandom(3);
	const pick = (list) => list[Math.floor(random() * list.length)];
	const { tree } = build;
	return changes(build, count, 2).map((set) => {
		const nodes = set.add.map((id) => tree.node(id));
		const chosen = nodes.filter(({ type }) => type === "attribute" && random() < 2 / 3);
		const weaponSet = Math.floor(random() * 12) + 1;
		const ordinary = nodes.every(
			({ type, ascendancy }) => /^(normal|notable|attribute)$/.test(type) && !ascendancy,
		);
		return {
			...set,
			attributes: Object.fromEntries(chosen.map(({ id }) => [id, pick(["Str", "Dex", "Int"])])),
			weaponSets: ordinary && weaponSet <= 2 ? Object.fromEntries(set.add.map((id) => [id, weaponSet])) : {},
		};
	});
}

/** Nodes that can be removed without disconnecting another one. */
export function leavesOf({ tree, allocated: own }, allocated) {
	const stranded = tree.unreachable(own).length;
	return allocated.filter(
		(id) =>
			tree.node(id).allocatable &&
			tree.unreachable(allocated.filter((other) => other !== id)).length <= stranded,
	);
}

/** Each node within five points, with its path: the rows of node power. */
export function powerSets(build, count = rows) {
	const sets = build.tree
		.pathsWithin(build.allocated, 5)
		.map(({ nodes }) => ({ add: [...nodes], remove: [] }));
	return sets.slice(0, count);
}

/**
 * The neighbours that a hill climb examines in five steps: each node that one more point can allocate, and each leaf
 * exchanged for one of them. It moves to the best TotalEHP. Returned as changes of the build, step after step.
 */
export async function climbSets(build, count = rows, seed = 1) {
	const random = seededRandom(seed);
	const steps = [];
	let added = [];
	for (let step = 0; step < 5; step++) {
		const now = [...build.allocated, ...added];
		const frontier = [...build.tree.frontier(now)].filter(
			(id) => build.tree.node(id).ascendancy === undefined,
		);
		const leaves = leavesOf(build, now).filter((id) => !added.includes(id));
		const neighbours = frontier.map((id) => ({ add: [...added, id], remove: [] }));
		while (neighbours.length < count / 5) {
			const leaf = leaves[Math.floor(random() * leaves.length)];
			const id = frontier[Math.floor(random() * frontier.length)];
			if (build.tree.neighbours(id).includes(leaf)) continue;
			neighbours.push({ add: [...added, id], remove: [leaf] });
		}
		steps.push(...neighbours.slice(0, Math.ceil(count / 5)));
		const result = await build.calculateBatch(
			NodeSets.deltas(frontier.map((id) => ({ add: [...added, id] }))),
			{ stats: ["TotalEHP"] },
		);
		const ehp = result.column("TotalEHP");
		added = [...added, frontier[ehp.indexOf(Math.max(...ehp.filter((value) => !Number.isNaN(value))))]];
	}
	return steps;
}
