import type { SearchResult } from "./search.js";
import { readableShare } from "./words.js";

/** What a search changed, as lines for the build's notes. */
export function noteOf(result: SearchResult): string {
	const { goal, steps, respec, points } = result;
	if (!result.improved) return `pobatch: nothing better than this tree was found for the goal ${goal.text}.`;
	const spent = Object.entries(points).flatMap(([pool, { used }]) => (used > 0 ? [`${used} ${pool}`] : []));
	return [
		`pobatch: a better tree for the goal ${goal.text} (${readableShare(goal.after, goal.before)}).`,
		`Points: ${spent.length > 0 ? spent.join(", ") : "none"}; taken back: ${respec.used}.`,
		...steps.map(({ action, name, nodes, from, target }, i) => {
			if (action === "jewel")
				return `${i + 1}. move the jewel ${name} from socket ${from} to socket ${target}`;
			const others = nodes.length > 1 ? ` (${nodes.length} nodes)` : "";
			return `${i + 1}. ${verbs[action]} ${name}${others}`;
		}),
		"The level stays what it was, so that the numbers are those of the search.",
	].join("\n");
}

const verbs = { add: "allocate", remove: "give up", attribute: "change the attribute of" } as const;
