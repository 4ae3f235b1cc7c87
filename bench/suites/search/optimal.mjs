// Whether the search finds the optimum where it can be known: all connected choices of 1, 2 and 3 added points, and of
// one point taken back and spent again, are calculated. Also counts the rows that the search needs for it.
import { basename } from "node:path";
import { NodeSets } from "../../../dist/index.js";
import { isBetter } from "../../../dist/search/objective.js";
import { Connection, Plan } from "../../../dist/search/plan.js";
import { prepareSearch } from "../../../dist/search/search.js";
import { seededRandom } from "../../lib/workload.mjs";
import { open } from "./builds.mjs";

const goals = ["balanced", "dps", "ehp"];
const budgets = {
	"1 point": { points: 1 },
	"2 points": { points: 2 },
	"3 points": { points: 3 },
	"1 exchange": { points: 0, respec: 1 },
};
/**
 * Maximum number of choices that is practical. If there are more, nodes chosen at random are avoided until there are
 * few enough.
 */
const mostChoices = Number(process.env.BENCH_CHOICES ?? 12_000);
const wanted = (process.env.BENCH_BUDGETS ?? Object.keys(budgets).join()).split(",");

export async function optimal() {
	const { engine, files } = await open(6);
	const shares = Object.fromEntries(wanted.map((name) => [name, []]));
	let missed = 0;
	for (const { file, text } of files) {
		const build = await engine.load(text);
		for (const name of wanted) {
			const { options, plans } = await manageable(build, budgets[name]);
			const objectives = [];
			for (const goal of goals) objectives.push(await objectiveOf(build, { ...options, goal }));
			const known = objectives.filter((objective) => objective !== undefined);
			const rows = await calculated(build, plans, [...new Set(known.flatMap(({ stats }) => stats))]);
			for (const [g, goal] of goals.entries()) {
				if (!objectives[g]) continue;
				const best = bestOf(objectives[g], rows, plans);
				const result = await build.search({
					...options,
					goal,
					stats: [],
					jewels: false,
					timeLimitMs: 600_000,
				});
				const found = Object.values(result.after);
				const [worth, lack] = [objectives[g].worth(found, 0), objectives[g].lack(found, 0)];
				const isOptimal = lack < best.lack || (lack === best.lack && worth >= best.worth);
				if (!isOptimal) missed++;
				shares[name].push(result.evaluations / plans.length);
				console.log(
					`${basename(file)}, ${name}, ${goal}: ${isOptimal ? "the optimum" : `MISSED by ${(best.worth - worth).toExponential(2)}`}, ` +
						`${result.evaluations} rows of ${plans.length} (${((100 * result.evaluations) / plans.length).toFixed(2)} %)`,
				);
			}
		}
		await build.close();
	}
	await engine.close();
	const value = (what, number, target) => ({
		what,
		value: number,
		low: number,
		high: number,
		unit: "",
		better: "lower",
		target,
	});
	return [
		value(`of ${Object.values(shares).flat().length} cases without the optimum`, missed, 0),
		...Object.entries(shares).map(([name, list]) => ({
			...value(`rows of all connected choices, ${name}`, median(list), 0.02),
			low: Math.min(...list),
			high: Math.max(...list),
		})),
	];
}

/** Undefined for a damage goal if the build does no damage. */
async function objectiveOf(build, options) {
	try {
		return (await prepareSearch(build, options)).objective;
	} catch (error) {
		if (error.code === "INVALID_ARGUMENT") return undefined;
		throw error;
	}
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** Options of a search, and all its connected choices. */
async function manageable(build, budget) {
	const random = seededRandom(7);
	for (let share = 0; ; share = 1 - (1 - share) * 0.75) {
		const avoid = build.tree.nodes
			.filter(({ id }) => random() < share && !build.allocated.includes(id))
			.map(({ id }) => id);
		const options = { ...budget, avoid };
		const { task } = await prepareSearch(build, { ...options, goal: "balanced" });
		const plans = choices(task);
		if (plans && plans.length <= mostChoices) return { options, plans };
	}
}

/** All connected plans within the budgets except the build itself; undefined if there are too many. */
function choices(task) {
	const { graph, budgets } = task;
	const connection = new Connection(task);
	const found = new Map();
	const grow = (plan) => {
		if (found.size > mostChoices || found.has(plan.key)) return;
		if (connection.lost(plan).length === 0) found.set(plan.key, plan.copy());
		if (plan.left(0) <= 0) return;
		const reached = connection.reached(plan).slice();
		for (let i = 0; i < graph.size; i++) {
			if (plan.mode[i] || !task.addable[i] || graph.ascendancy[i]) continue;
			let touches = false;
			for (let e = graph.offsets[i]; e < graph.offsets[i + 1]; e++) {
				const other = graph.links[e];
				if (reached[other] && (plan.mode[other] || 1) === 1) touches = true;
			}
			if (!touches) continue;
			for (const attribute of graph.attribute[i] ? [1, 2, 3] : [0]) {
				const next = plan.copy();
				next.add(i, 1, attribute);
				if (next.respecs <= budgets.respec) grow(next);
			}
		}
	};
	const build = Plan.ofBuild(task);
	grow(build);
	if (budgets.respec > 0)
		for (let i = 0; i < graph.size; i++) {
			if (!build.canRemove(i) || graph.ascendancy[i] || build.mode[i] !== 1) continue;
			const without = build.copy();
			without.remove(i);
			grow(without);
		}
	if (found.size > mostChoices) return undefined;
	found.delete(build.key);
	return [...found.values()];
}

/** For each plan the stats by name, undefined if the row failed. */
async function calculated(build, plans, stats) {
	const rows = [];
	for (let from = 0; from < plans.length; from += 2048) {
		const lists = plans.slice(from, from + 2048).map((plan) => plan.words());
		const offsets = new Uint32Array(lists.length + 1);
		lists.forEach((list, i) => {
			offsets[i + 1] = offsets[i] + list.length;
		});
		const sets = NodeSets.from("full", Uint32Array.from(lists.flat()), offsets);
		const result = await build.calculateBatch(sets, { stats });
		for (let i = 0; i < lists.length; i++) rows.push(result.ok(i) ? result.row(i) : undefined);
	}
	return rows;
}

function bestOf(objective, rows, plans) {
	let best = { worth: objective.worth(objective.own, 0), lack: objective.lack(objective.own, 0), cost: 0 };
	rows.forEach((row, i) => {
		if (!row) return;
		const values = objective.stats.map((stat) => row[stat]);
		const score = { worth: objective.worth(values, 0), lack: objective.lack(values, 0), cost: plans[i].cost };
		if (isBetter(score, best)) best = score;
	});
	return best;
}
