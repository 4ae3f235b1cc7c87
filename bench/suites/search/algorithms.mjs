// Algorithms that others use for passive trees, on the same plans and rows as the search. They only add points.
import { Connection, Plan } from "../../../dist/search/plan.js";
import { seededRandom } from "../../lib/workload.mjs";

/** Nodes that one more point can allocate, and the weapon set that each would belong to. */
function frontier(task, plan) {
	const { graph } = task;
	const found = [];
	for (let i = 0; i < graph.size; i++) {
		if (plan.mode[i] || !task.addable[i] || graph.ascendancy[i]) continue;
		for (const mode of [1, 2, 3]) {
			if (plan.left(mode - 1) <= 0 || (mode > 1 && !graph.weaponSet[i])) continue;
			for (let e = graph.offsets[i]; e < graph.offsets[i + 1]; e++) {
				const own = plan.mode[graph.links[e]] || (graph.roots.includes(graph.links[e]) ? 1 : 0);
				if (own === 1 || own === mode) {
					found.push({ i, mode });
					break;
				}
			}
		}
	}
	return found;
}

const attributeFor = (task, i, random) => (task.graph.attribute[i] ? 1 + Math.floor(random() * 3) : 0);

function grow(task, plan, random, isWanted = () => true) {
	for (;;) {
		const all = frontier(task, plan);
		if (all.length === 0) return plan;
		const wanted = all.filter(({ i }) => isWanted(i));
		const list = wanted.length > 0 ? wanted : all;
		const { i, mode } = list[Math.floor(random() * list.length)];
		plan.add(i, mode, attributeFor(task, i, random));
	}
}

async function worths({ objective, rows }, plans) {
	const answers = await rows.values(plans);
	return answers.map((values) => objective.worth(values, 0) - 10 * objective.lack(values, 0));
}

/** Steepest hill climbing: the best of all nodes that can be added, then the best exchange of one point. */
export async function hillClimb(context, onBest) {
	const { task, rows } = context;
	const connection = new Connection(task);
	const random = seededRandom(1);
	let plan = Plan.ofBuild(task);
	let best = Number.NEGATIVE_INFINITY;
	while (rows.look() === undefined) {
		const next = [];
		const isFull = frontier(task, plan).length === 0;
		const bases = isFull ? withoutOne(task, plan, connection) : [plan];
		for (const base of bases)
			for (const { i, mode } of frontier(task, base)) {
				const other = base.copy();
				other.add(i, mode, attributeFor(task, i, random));
				next.push(other);
			}
		let found = -1;
		let most = Number.NEGATIVE_INFINITY;
		for (let from = 0; from < next.length && rows.look() === undefined; from += 512) {
			const part = await worths(context, next.slice(from, from + 512));
			part.forEach((worth, k) => {
				if (worth > most) {
					most = worth;
					found = from + k;
				}
			});
		}
		// A point without gain may lead to one that has some; an exchange must gain something.
		if (found < 0 || (isFull && most <= best)) return;
		best = most;
		plan = next[found];
		onBest(most);
	}
}

function withoutOne(task, plan, connection) {
	const list = [];
	for (let i = 0; i < task.graph.size; i++) {
		if (!plan.mode[i] || task.mode[i]) continue;
		const other = plan.copy();
		other.remove(i);
		if (connection.lost(other).length === 0) list.push(other);
	}
	return list;
}

/**
 * A population of 100: tournaments of three, children with the nodes of both parents, one node in ten chosen anywhere.
 */
export async function genetic(context, onBest) {
	const { task, rows } = context;
	const random = seededRandom(1);
	let population = Array.from({ length: 100 }, () => grow(task, Plan.ofBuild(task), random));
	let fitness = await worths(context, population);
	const pick = () => {
		let best = Math.floor(random() * population.length);
		for (let k = 0; k < 2; k++) {
			const other = Math.floor(random() * population.length);
			if (fitness[other] > fitness[best]) best = other;
		}
		return population[best];
	};
	while (rows.look() === undefined) {
		onBest(Math.max(...fitness));
		const order = population.map((_, k) => k).sort((a, b) => fitness[b] - fitness[a]);
		const elite = order.slice(0, 10).map((k) => population[k]);
		const children = Array.from({ length: 90 }, () => {
			const [a, b] = [pick(), pick()];
			return grow(task, Plan.ofBuild(task), random, (i) => random() < 0.1 || a.mode[i] || b.mode[i]);
		});
		population = [...elite, ...children];
		fitness = await worths(context, population);
	}
	onBest(Math.max(...fitness));
}

/** Random trees, a hundred at a time. */
export async function randomRestarts(context, onBest) {
	const { task, rows } = context;
	const random = seededRandom(1);
	while (rows.look() === undefined) {
		const plans = Array.from({ length: 100 }, () => grow(task, Plan.ofBuild(task), random));
		onBest(Math.max(...(await worths(context, plans))));
	}
}
