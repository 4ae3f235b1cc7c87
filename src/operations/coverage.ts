import { PobatchError } from "../common/errors.js";
import { type EngineRequest, openEngine } from "./open.js";

/** Which of a passive tree's stat lines the reference calculator understands (lua/reference/coverage.lua). */
export interface Coverage {
	/** The tree's version. */
	readonly tree: string | undefined;
	/**
	 * Distinct stat lines of the tree, how many of them are understood, and both numbers for their occurrences on nodes.
	 */
	readonly lines: number;
	readonly understood: number;
	readonly share: number;
	readonly occurrences: number;
	readonly understoodOccurrences: number;
	readonly occurrenceShare: number;
	/** Most frequent first. */
	readonly unknown: readonly {
		readonly line: string;
		readonly count: number;
		readonly nodes: readonly number[];
	}[];
}

export async function coverage(request: Pick<EngineRequest, "tree">): Promise<Coverage> {
	await using engine = await openEngine({ ...request, calculator: "reference", threads: 1 });
	const answer = (await engine.command("coverage")) as unknown as Omit<Coverage, "tree"> | null;
	if (!answer) throw new PobatchError("LUA_ERROR", "The calculator answered no coverage");
	// An empty Lua table arrives as an object.
	const unknown = Array.isArray(answer.unknown) ? answer.unknown : [];
	return { tree: engine.tree?.version, ...answer, unknown };
}
