import { polar } from "./layout.mjs";
import { THEMES } from "./words.mjs";

/** Distance of the ascendancies' centres from the tree's centre. */
const RADIUS = 16_500;

/**
 * Adds each class's ascendancies, in a circle outside the main tree: a start, and arms of small node, notable, small
 * node, notable. Some have what real ones have: a free node, a choice of one node among several.
 *
 * @returns the ascendancies with the ids of their starts and nodes, in order
 */
export function addAscendancies(random, tree, clusters, classes) {
	const owners = classes.flatMap((owner) => owner.ascendancies.map((name) => ({ owner: owner.name, name })));
	return owners.map(({ owner, name }, index) => {
		const middle = polar(((index + 0.5) / owners.length) * 2 * Math.PI, RADIUS);
		const group = tree.group(middle);
		const own = { ascendancyName: name };
		const start = tree.node(group, 0, 0, { name, ...own, isAscendancyStart: true, stats: [] });
		const arms = random.pick([4, 5]);
		const ids = [];
		const notables = [];
		const add = (orbit, place, fields) => {
			const id = tree.node(group, orbit, place, { ...fields, ...own });
			ids.push(id);
			return id;
		};
		for (let arm = 0; arm < arms; arm++) {
			const theme = random.pick(THEMES);
			// 24, 36, 48 and 60 places: the same fraction of a turn on each orbit.
			const turn = arm / arms;
			const steps = [
				add(3, Math.round(turn * 24), clusters.small(theme)),
				add(4, Math.round(turn * 36), clusters.notable(theme)),
				add(5, Math.round(turn * 48), clusters.small(theme)),
				add(6, Math.round(turn * 60), clusters.notable(theme)),
			];
			let last = start;
			for (const id of steps) {
				tree.join(last, id);
				last = id;
			}
			notables.push(steps[1], steps[3]);
		}
		if (index % 5 === 0) {
			const free = add(2, 8, clusters.notable(random.pick(THEMES)));
			tree.get(free).isFreeAllocate = true;
			tree.join(start, free);
		}
		const options = [];
		if (index % 4 === 1) {
			const choice = notables[1];
			Object.assign(tree.get(choice), { isMultipleChoice: true, stats: [] });
			for (const side of [-2, 2]) {
				const option = add(6, side, {
					...clusters.notable(random.pick(THEMES)),
					isMultipleChoiceOption: true,
				});
				delete tree.get(option).isNotable;
				tree.join(choice, option);
				options.push(option);
			}
		}
		return { owner, name, start, ids, options };
	});
}
