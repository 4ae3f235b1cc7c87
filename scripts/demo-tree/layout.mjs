/**
 * Positions: attribute nodes as crossings, roads between them, and free places next to them. Lengths are in tree units,
 * y downwards.
 */

export const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/** Angle 0 is up, angles go clockwise, as in the tree's file. */
export const polar = (angle, radius) => ({ x: Math.sin(angle) * radius, y: -Math.cos(angle) * radius });

/** A crossing for each attribute node: rings around the centre, with random displacements. */
export function makeCrossings(random, count, innerRadius, spacing) {
	const rings = [];
	for (let total = 0; total < count; ) {
		const radius = innerRadius + rings.length * spacing;
		const wanted = Math.min(count - total, Math.floor((2 * Math.PI * radius) / (spacing * 1.12)));
		rings.push({ radius, wanted });
		total += wanted;
	}
	return rings.flatMap(({ radius, wanted }, ring) =>
		Array.from({ length: wanted }, (_, i) => {
			// The last ring is rarely full, but its crossings are evenly spaced as well.
			const angle = ((i + (ring % 2) / 2 + random.between(-0.18, 0.18)) / wanted) * 2 * Math.PI;
			return polar(angle, radius + random.between(-0.16, 0.16) * spacing);
		}),
	);
}

/**
 * Roads between the crossings: the relative neighbourhood graph, which is connected and has no short cuts, and some
 * edges of the Gabriel graph, so that there is more than one way to most places.
 *
 * @returns pairs of indices
 */
export function makeRoads(random, points, shareOfShortCuts) {
	const roads = [];
	for (let a = 0; a < points.length; a++) {
		for (let b = a + 1; b < points.length; b++) {
			const length = distance(points[a], points[b]);
			const middle = { x: (points[a].x + points[b].x) / 2, y: (points[a].y + points[b].y) / 2 };
			let isRelative = true;
			let isGabriel = true;
			for (let c = 0; c < points.length && isGabriel; c++) {
				if (c === a || c === b) continue;
				if (Math.max(distance(points[a], points[c]), distance(points[b], points[c])) < length)
					isRelative = false;
				if (distance(middle, points[c]) < length / 2) isGabriel = false;
			}
			if (isGabriel && (isRelative || random.chance(shareOfShortCuts))) roads.push([a, b]);
		}
	}
	return roads;
}

function distanceToSegment(point, { from, to }) {
	const length = distance(from, to) ** 2;
	const share = ((point.x - from.x) * (to.x - from.x) + (point.y - from.y) * (to.y - from.y)) / length;
	const t = Math.max(0, Math.min(1, share));
	return distance(point, { x: from.x + t * (to.x - from.x), y: from.y + t * (to.y - from.y) });
}

/** Finds places next to the crossings that keep clear of all roads and of one another. */
export class Places {
	#random;
	#crossings;
	#segments;
	#taken;
	#used;

	constructor(random, crossings, segments) {
		this.#random = random;
		this.#crossings = crossings;
		this.#segments = segments;
		this.#taken = [];
		this.#used = crossings.map(() => 0);
	}

	/**
	 * @param radius of the space that is needed
	 * @param accepts which crossings may be used
	 * @returns the crossing's index and the centre of the place, or undefined if there is no room left
	 */
	take(radius, accepts = () => true) {
		const order = this.#random
			.shuffle(this.#crossings.map((_, i) => i))
			.filter((i) => accepts(this.#crossings[i]))
			.sort((a, b) => this.#used[a] - this.#used[b]);
		for (const index of order) {
			const place = this.#bestPlace(this.#crossings[index], radius);
			if (place === undefined) continue;
			this.#used[index]++;
			this.#taken.push({ ...place, radius });
			return { crossing: index, place };
		}
		return undefined;
	}

	#bestPlace(crossing, radius) {
		const turn = this.#random.between(0, 2 * Math.PI);
		let best;
		for (const away of [radius + 130, radius + 230, radius + 340]) {
			for (let i = 0; i < 24; i++) {
				const offset = polar(turn + (i / 24) * 2 * Math.PI, away);
				const point = { x: crossing.x + offset.x, y: crossing.y + offset.y };
				const clear = this.#clearance(point) - radius;
				// Being near its crossing is worth a little clearance.
				const score = clear - away / 20;
				if (clear > 45 && (best === undefined || score > best.score)) best = { ...point, score };
			}
		}
		return best === undefined ? undefined : { x: best.x, y: best.y };
	}

	#clearance(point) {
		let clear = Infinity;
		for (const other of this.#taken) clear = Math.min(clear, distance(point, other) - other.radius);
		for (const other of this.#crossings) clear = Math.min(clear, distance(point, other));
		for (const segment of this.#segments) clear = Math.min(clear, distanceToSegment(point, segment));
		return clear;
	}
}
