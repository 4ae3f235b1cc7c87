#!/usr/bin/env node
/**
 * Makes the passive tree and the build that the package carries for its demo:
 * `node scripts/make-demo-tree.mjs [FOLDER]` writes demo-tree.json and
 * demo-build.json into `data` or FOLDER.
 *
 * The tree is made up. It has the shape and size of the game's, so that it costs the same to evaluate, but none of its
 * content. The same seed makes the same bytes on every machine.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { addAscendancies } from "./demo-tree/ascendancies.mjs";
import { makeDemoBuild } from "./demo-tree/build.mjs";
import { CLUSTER_RADIUS, ClusterMaker } from "./demo-tree/clusters.mjs";
import { distance, makeCrossings, makeRoads, Places, polar } from "./demo-tree/layout.mjs";
import { seededRandom } from "./demo-tree/random.mjs";
import { TreeWriter } from "./demo-tree/tree.mjs";
import {
	ATTRIBUTES,
	CLASSES,
	KEYSTONE_LINES,
	nameMaker,
	rollLine,
	STARTS,
	THEMES,
} from "./demo-tree/words.mjs";

const SEED = 20_240_612;
const CROSSINGS = 290;
const CLUSTERS = 366;
const KEYSTONES = 33;
const JEWEL_SOCKETS = 18;
const SWITCHED_NODES = 40;
const LOCKED_CLUSTERS = 3;
const START_RADIUS = 950;

function makeDemoTree() {
	const random = seededRandom(SEED);
	const tree = new TreeWriter(random);
	const nameOf = nameMaker(random);
	const clusters = new ClusterMaker(random, tree, nameOf);

	const crossings = makeCrossings(random, CROSSINGS, 2150, 1290);
	// Three options each, with ids of their own, as in the game's file.
	const options = ATTRIBUTES.map((name, i) => ({ id: i + 1, name, stats: [`+5 to ${name}`] }));
	const attributeNodes = crossings.map((point) =>
		tree.single(point, { name: "Attribute", isAttribute: true, stats: ["+5 to any Attribute"], options }),
	);
	const segments = [];
	for (const [a, b] of makeRoads(random, crossings, 0.12)) {
		const [from, to] = [crossings[a], crossings[b]];
		segments.push({ from, to });
		if (distance(from, to) < 1420) {
			tree.join(attributeNodes[a], attributeNodes[b]);
			continue;
		}
		// A long road has a small node in the middle.
		const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
		const node = tree.single(middle, clusters.small(pickTheme(random, middle)));
		tree.join(attributeNodes[a], node);
		tree.join(node, attributeNodes[b]);
	}

	const starts = STARTS.map(({ name, classes }, i) => {
		const angle = (i / STARTS.length) * 2 * Math.PI;
		const start = tree.single(polar(angle, START_RADIUS), { name, classesStart: classes, stats: [] });
		const first = [-0.22, 0.22].map((side) => {
			const point = polar(angle + side, START_RADIUS + 520);
			const node = tree.single(point, clusters.small(pickTheme(random, point)));
			tree.join(start, node);
			const nearest = crossings.reduce(
				(best, other, j) => (distance(point, other) < distance(point, crossings[best]) ? j : best),
				0,
			);
			tree.join(node, attributeNodes[nearest]);
			segments.push({ from: point, to: crossings[nearest] });
			return node;
		});
		return { start, first, classes };
	});

	const places = new Places(random, crossings, segments);
	const inClusters = [];
	for (let i = 0; i < KEYSTONES; i++) {
		// Keystones are far from the starts.
		const { crossing, place } = places.take(60, (point) => Math.hypot(point.x, point.y) > 6000);
		const stats = KEYSTONE_LINES[i % KEYSTONE_LINES.length].map((line) => rollLine(random, line));
		tree.join(attributeNodes[crossing], tree.single(place, { name: nameOf(), isKeystone: true, stats }));
	}
	for (let i = 0; i < JEWEL_SOCKETS; i++) {
		const { crossing, place } = places.take(60, (point) => Math.hypot(point.x, point.y) > 3000);
		tree.join(
			attributeNodes[crossing],
			tree.single(place, { name: "Jewel Socket", isJewelSocket: true, stats: [] }),
		);
	}
	for (let i = 0; i < CLUSTERS; i++) {
		const found = places.take(CLUSTER_RADIUS);
		if (found === undefined) throw new Error(`no place for cluster ${i + 1}`);
		const before = tree.nodes.length;
		const entrance = clusters.make(pickTheme(random, found.place), found.place, crossings[found.crossing]);
		tree.join(attributeNodes[found.crossing], entrance);
		inClusters.push(tree.nodes.slice(before));
	}

	const ascendancies = addAscendancies(random, tree, clusters, CLASSES);
	for (const { owner, start } of ascendancies) {
		tree.join(starts.find(({ classes }) => classes.includes(owner)).start, start);
	}
	addSpecialNodes(random, tree, { clusters, starts, ascendancies, inClusters });

	return tree.toJson(
		CLASSES.map(({ name, base: [str, dex, int], ascendancies: names }, i) => ({
			name,
			integerId: i + 1,
			base_str: str,
			base_dex: dex,
			base_int: int,
			ascendancies: names.map((ascendancy, j) => ({
				id: ascendancy,
				name: ascendancy,
				internalId: `${name}${j + 1}`,
			})),
		})),
	);
}

/** Chooses a theme for a position: each start's direction has its own attributes. */
function pickTheme(random, { x, y }) {
	const angle = Math.atan2(x, -y);
	const lean = [0, 0, 0];
	for (const [i, start] of STARTS.entries()) {
		const near = Math.max(0, Math.cos(angle - (i / STARTS.length) * 2 * Math.PI));
		for (const axis of lean.keys()) lean[axis] += near * start.lean[axis];
	}
	return random.weighted(
		THEMES,
		(theme) => 0.15 + theme.lean.reduce((sum, value, axis) => sum + value * lean[axis] ** 2, 0),
	);
}

/** Adds what few nodes have: other stats for one class, locks, exits from an ascendancy. */
function addSpecialNodes(random, tree, { clusters, starts, ascendancies, inClusters }) {
	const shared = starts.filter(({ classes }) => classes.length > 1);
	for (const { start, classes } of shared) {
		const from = tree.position(start);
		const near = inClusters
			.flat()
			.filter((node) => !node.isOnlyImage)
			.sort((a, b) => distance(from, tree.position(a.skill)) - distance(from, tree.position(b.skill)))
			.slice(0, SWITCHED_NODES / shared.length);
		for (const node of near) {
			const theme = random.pick(THEMES);
			const { name, stats } = node.isNotable ? clusters.notable(theme) : clusters.small(theme);
			Object.assign(node, { isSwitchable: true, options: { [classes[1]]: { name, stats } } });
		}
	}
	const [unlocking] = ascendancies;
	for (const nodes of random.shuffle(inClusters).slice(0, LOCKED_CLUSTERS)) {
		for (const node of nodes) {
			if (!node.isOnlyImage)
				node.unlockConstraint = { ascendancy: unlocking.name, nodes: [unlocking.ids[1]] };
		}
	}
	const exit = ascendancies.find(({ options }) => options.length > 0);
	const foreign = starts.find(({ classes }) => !classes.includes(exit.owner));
	tree.get(exit.options[0]).stats = [
		`Can Allocate Passive Skills from the ${foreign.classes[0]}'s starting point`,
	];
	for (const node of foreign.first) tree.join(exit.options[0], node);
}

const folder = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, "..", "data"));
const tree = makeDemoTree();
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, "demo-tree.json"), `${JSON.stringify(tree)}\n`);
writeFileSync(
	path.join(folder, "demo-build.json"),
	`${JSON.stringify(makeDemoBuild(tree), undefined, "\t")}\n`,
);
