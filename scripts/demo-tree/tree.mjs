/** Gathers nodes and groups and writes them in the shape of a passive tree file. */

/** Radius and number of places of each orbit around a group's centre. */
const ORBITS = [
	[0, 1],
	[95, 8],
	[185, 16],
	[300, 24],
	[430, 36],
	[600, 48],
	[780, 60],
];
export const PLACES = ORBITS.map(([, places]) => places);
export const RADII = ORBITS.map(([radius]) => radius);

const rounded = (value, decimals) => Number(value.toFixed(decimals));
const angleOf = (orbit, index) => rounded((index / PLACES[orbit]) * 2 * Math.PI, 10);

/** Leaves out defaults: the file is part of the package. */
function compact({ stats, orbit, orbitIndex, connections, ...node }) {
	return {
		...node,
		...(stats.length > 0 && { stats }),
		...(orbit > 0 && { orbit }),
		...(orbitIndex > 0 && { orbitIndex }),
		...(connections.length > 0 && { connections }),
	};
}

export class TreeWriter {
	#ids;
	#nodes = [];
	#groups = [];

	constructor(random) {
		// As in a real tree, ids say nothing about place or kind.
		this.#ids = random.shuffle(Array.from({ length: 65_500 }, (_, i) => i + 10));
	}

	group({ x, y }) {
		this.#groups.push({ x: Math.round(x), y: Math.round(y), orbits: [], nodes: [] });
		return this.#groups.length;
	}

	/** Adds a node and returns its id; `fields` are the file's fields other than place and connections. */
	node(group, orbit, index, fields) {
		const id = this.#ids.pop();
		const orbitIndex = ((index % PLACES[orbit]) + PLACES[orbit]) % PLACES[orbit];
		const entry = this.#groups[group - 1];
		entry.nodes.push(id);
		if (!entry.orbits.includes(orbit)) entry.orbits.push(orbit);
		this.#nodes.push({ skill: id, ...fields, group, orbit, orbitIndex, connections: [] });
		return id;
	}

	/** A node that is a group of its own. */
	single(point, fields) {
		return this.node(this.group(point), 0, 0, fields);
	}

	join(from, to) {
		this.get(from).connections.push({ id: to });
	}

	get(id) {
		return this.#nodes.find((node) => node.skill === id);
	}

	get nodes() {
		return this.#nodes;
	}

	position(id) {
		const node = this.get(id);
		const { x, y } = this.#groups[node.group - 1];
		const angle = angleOf(node.orbit, node.orbitIndex);
		return { x: x + Math.sin(angle) * RADII[node.orbit], y: y - Math.cos(angle) * RADII[node.orbit] };
	}

	/** The finished file's content. */
	toJson(classes) {
		const nodes = [...this.#nodes].sort((a, b) => a.skill - b.skill);
		const points = nodes.map((node) => this.position(node.skill));
		const bound = (pick, axis) => rounded(pick(...points.map((point) => point[axis])), 2);
		return {
			version: "demo",
			tree: "Demo",
			min_x: bound(Math.min, "x"),
			min_y: bound(Math.min, "y"),
			max_x: bound(Math.max, "x"),
			max_y: bound(Math.max, "y"),
			constants: {
				orbitRadii: RADII,
				skillsPerOrbit: PLACES,
				orbitAnglesByOrbit: PLACES.map((places, orbit) =>
					Array.from({ length: places }, (_, i) => angleOf(orbit, i)),
				),
			},
			classes,
			groups: this.#groups.map((group) => ({ ...group, orbits: group.orbits.sort((a, b) => a - b) })),
			jewelSlots: nodes.filter((node) => node.isJewelSocket).map((node) => node.skill),
			nodes: Object.fromEntries(nodes.map((node) => [node.skill, compact(node)])),
		};
	}
}
