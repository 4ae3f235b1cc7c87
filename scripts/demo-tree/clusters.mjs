import { PLACES } from "./tree.mjs";
import { rollLine } from "./words.mjs";

/** Radius of a cluster. */
export const CLUSTER_RADIUS = 215;

/**
 * Fills clusters of nodes: small ones around a picture, with a notable where an arm ends. The kinds differ in the
 * course of the arms; each cluster is entered at one node.
 */
export class ClusterMaker {
	#random;
	#tree;
	#nameOf;

	constructor(random, tree, nameOf) {
		this.#random = random;
		this.#tree = tree;
		this.#nameOf = nameOf;
	}

	small(theme) {
		return { name: theme.name, stats: [rollLine(this.#random, this.#random.pick(theme.small))] };
	}

	notable(theme) {
		const random = this.#random;
		const count = random.weighted([1, 2, 3], (lines) => [7, 12, 1][lines - 1]);
		const lines = random.shuffle(theme.notable).slice(0, count);
		return { name: this.#nameOf(), isNotable: true, stats: lines.map((line) => rollLine(random, line)) };
	}

	/**
	 * @param place the centre
	 * @param towards the point from which the cluster is entered
	 * @returns the id of the entrance node
	 */
	make(theme, place, towards) {
		const group = this.#tree.group(place);
		const turn = Math.atan2(towards.x - place.x, place.y - towards.y) / (2 * Math.PI);
		const entrance = Math.round(turn * PLACES[2]);
		const at = (step) => ({
			group,
			entrance: entrance + step,
			small: () => this.#tree.node(group, 2, entrance + step, this.small(theme)),
			notable: () => this.#tree.node(group, 2, entrance + step, this.notable(theme)),
			inner: () => this.#tree.node(group, 1, Math.round((entrance + step) / 2), this.notable(theme)),
		});
		this.#tree.node(group, 0, 0, { name: theme.name, isOnlyImage: true, stats: [] });
		const first = at(0).small();
		const kind = this.#random.pick(["ring", "ring", "fork", "spiral", "spiral", "crown"]);
		this[`_${kind}`](first, at);
		return first;
	}

	#chain(from, ids) {
		let last = from;
		for (const id of ids) {
			this.#tree.join(last, id);
			last = id;
		}
		return last;
	}

	/** Two arms that meet at a notable, each with another notable inside. */
	_ring(first, at) {
		const left = [at(-2).small(), at(-4).small(), at(-6).small()];
		const right = [at(2).small(), at(4).small(), at(6).small()];
		const far = at(8).notable();
		this.#chain(first, [...left, far]);
		this.#chain(first, [...right, far]);
		this.#tree.join(left[1], at(-4).inner());
		this.#tree.join(right[1], at(4).inner());
	}

	/** Two open arms with a notable at each end and one in the middle of each. */
	_fork(first, at) {
		this.#chain(first, [at(-2).small(), at(-4).small(), at(-5).small(), at(-7).notable()]);
		const right = [at(2).small(), at(4).small(), at(5).small()];
		this.#chain(first, [...right, at(7).notable()]);
		if (this.#random.chance(0.3)) this.#tree.join(right[1], at(4).inner());
	}

	/** One long arm around, with a notable half-way, one at the end, and one inside. */
	_spiral(first, at) {
		const arm = [
			at(2).small(),
			at(4).small(),
			at(6).notable(),
			at(8).small(),
			at(10).small(),
			at(12).small(),
		];
		this.#chain(first, [...arm, at(14).notable()]);
		this.#tree.join(arm[4], at(10).inner());
		if (this.#random.chance(0.1)) this.#tree.join(arm[1], at(4).inner());
	}

	/** A ring of small nodes with notables inside. */
	_crown(first, at) {
		const ring = [at(2), at(4), at(6), at(8), at(10), at(12), at(14)].map((place) => place.small());
		this.#tree.join(this.#chain(first, ring), first);
		for (const step of this.#random.shuffle([4, 8, 12]).slice(0, this.#random.integer(2, 3))) {
			this.#tree.join(ring[step / 2 - 1], at(step).inner());
		}
	}
}
