/**
 * A small seeded generator (mulberry32), so that every machine makes the same
 * tree: Math.random cannot be seeded.
 *
 * @param {number} seed a 32-bit integer
 */
export function seededRandom(seed) {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
	return {
		/** From 0 up to but excluding 1. */
		next,
		/** An integer from `min` to `max`, both included. */
		integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
		/** A number from `min` to `max`. */
		between: (min, max) => min + next() * (max - min),
		chance: (share) => next() < share,
		pick: (list) => list[Math.floor(next() * list.length)],
		/** One of `list`, with a probability proportional to its weight. */
		weighted(list, weightOf) {
			let rest = next() * list.reduce((sum, entry) => sum + weightOf(entry), 0);
			for (const entry of list) {
				rest -= weightOf(entry);
				if (rest < 0) return entry;
			}
			return list.at(-1);
		},
		shuffle(list) {
			const copy = [...list];
			for (let i = copy.length - 1; i > 0; i--) {
				const j = Math.floor(next() * (i + 1));
				[copy[i], copy[j]] = [copy[j], copy[i]];
			}
			return copy;
		},
	};
}
