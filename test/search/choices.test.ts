import fc from "fast-check";
import { expect, it } from "vitest";
import { nodesOfChoices, visitChoices } from "../../src/search/choices.js";
import { searchTask } from "../../src/search/task.js";
import {
	connectedChanges,
	START,
	smallCalculator,
	smallNode,
	smallTree,
	withBuild,
} from "../support/small-trees.js";

const key = (added: readonly number[], removed: readonly number[]) =>
	`+${[...added].sort((a, b) => a - b)} -${[...removed].sort((a, b) => a - b)}`;

it("visits each connected choice within the budgets once, on trees of any kind", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.nat({ max: 9 }), { minLength: 6, maxLength: 10 }),
			fc.array(fc.tuple(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 2, max: 8 })), { maxLength: 3 }),
			fc.integer({ min: 0, max: 3 }),
			fc.integer({ min: 0, max: 1 }),
			async (parents, loops, points, respec) => {
				const list = [smallNode(1), ...parents.map((_, i) => smallNode(i + 2))];
				const edges = [
					...parents.map((parent, i) => [Math.min(parent + 1, i + 1), i + 2] as const),
					...loops.filter(([a, b]) => a !== b && Math.max(a, b) <= list.length),
				];
				const tree = smallTree(list, edges);
				await withBuild(smallCalculator([1, 2], {}), tree, async (build) => {
					const task = searchTask(build, { points, respec });
					const visited: string[] = [];
					await visitChoices(task, {
						visit: (_, changes) => {
							const ids = (isAdded: boolean) =>
								changes
									.filter((change) => change.isAdded === isAdded)
									.map(({ i }) => task.graph.ids[i] as number);
							const [added, removed] = [ids(true), ids(false)];
							visited.push(key(added, removed));
							expect(removed.length).toBeLessThanOrEqual(respec);
							expect(added.length).toBeLessThanOrEqual(points + removed.length);
							const after = [1, 2, ...added].filter((id) => !removed.includes(id));
							expect(tree.unreachable(after, [START])).toHaveLength(0);
							return true;
						},
					});
					const wanted = connectedChanges(tree, [1, 2], points, respec)
						.map(({ add, remove }) => key([...(add ?? [])], [...(remove ?? [])]))
						.filter((one) => one !== key([], []));
					expect(new Set(visited).size).toBe(visited.length);
					expect(visited).toEqual(expect.arrayContaining(wanted));
					if (respec === 0) expect(visited).toHaveLength(wanted.length);
				});
			},
		),
		{ numRuns: 40 },
	);
});

it("says if there are too many", async () => {
	const tree = smallTree(
		[1, 2, 3, 4, 5].map((id) => smallNode(id)),
		[
			[1, 2],
			[2, 3],
			[2, 4],
			[2, 5],
		],
	);
	await withBuild(smallCalculator([1, 2], {}), tree, async (build) => {
		const task = searchTask(build, { points: 2 });
		// 3, 4, 5, and each two of them.
		expect(await nodesOfChoices(task, 6)).toEqual({ nodes: [2, 3, 4], withAttributes: true });
		expect(await nodesOfChoices(task, 5)).toBeUndefined();
	});
});
