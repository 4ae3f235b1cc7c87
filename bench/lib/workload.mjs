import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Engine, NodeSets, PassiveTree } from "../../dist/index.js";

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const realTree = file("../../../shared/data/tree/poe2_0_5.json");
const realBuild = file("../../../shared/data/builds/titan_falling_thunder_99.xml");

/** The game's tree and a real build if they are next to the project, otherwise the embedded ones. */
export async function treeAndBuild() {
	const real = existsSync(realTree) && existsSync(realBuild);
	return {
		tree: real ? await PassiveTree.load(realTree) : await PassiveTree.embedded(),
		build: readFileSync(real ? realBuild : file("../../data/demo-build.json"), "utf8"),
		note: real
			? "over the game's tree 0_5 and a real build"
			: "over the embedded made-up tree and build: the game's were not found in ../shared/data",
	};
}

/**
 * The trivial calculator: `Calculate` sums ids. It has no tree and nothing to roll back, so only the crossing costs
 * anything.
 */
export async function sumBuild(threads = 1) {
	const engine = await Engine.open({ calculator: file("../calculators/sum.lua"), threads, rollback: false });
	return { engine, build: await engine.load("") };
}

/** Numbers from 0 up to but excluding 1, the same in every run (mulberry32). */
export function seededRandom(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Lists of distinct random ids. */
export function randomIds(sets, size, seed = 1) {
	const random = seededRandom(seed);
	return Array.from({ length: sets }, () => {
		const ids = new Set();
		while (ids.size < size) ids.add(1 + Math.floor(random() * 65_000));
		return [...ids].sort((a, b) => a - b);
	});
}

/** Connected full sets of `size` nodes, grown at random from the build's class start. */
export function grownSets(tree, build, sets, size, seed = 1) {
	const random = seededRandom(seed);
	const start = tree.startOf(build.info.class);
	const neighbours = new Map(
		tree.nodes.map(({ id }) => [id, [...tree.neighbours(id)].filter((other) => isMain(tree.node(other)))]),
	);
	return NodeSets.full(
		Array.from({ length: sets }, () => {
			const have = new Set([start]);
			const edge = [...neighbours.get(start)];
			while (have.size < size + 1 && edge.length > 0) {
				const at = Math.floor(random() * edge.length);
				const id = edge[at];
				edge[at] = edge[edge.length - 1];
				edge.pop();
				if (have.has(id)) continue;
				have.add(id);
				edge.push(...neighbours.get(id));
			}
			return { nodes: have };
		}),
	);
}

function isMain(node) {
	return node.allocatable && node.passable && node.ascendancy === undefined && !node.unlockConstraint;
}
