import { InvalidArgumentError } from "commander";
import type { FullNodeSet, NodeSetDelta } from "../rows/node-sets.js";
import { readSetLine } from "../rows/set-line.js";

export type OneSet = NodeSetDelta | FullNodeSet;

/** For commander's argParser: one node set, in the form of a line of a file of node sets. */
export function readSetOption(text: string): OneSet {
	let line: ReturnType<typeof readSetLine>;
	try {
		line = readSetLine(text);
	} catch (error) {
		throw new InvalidArgumentError((error as Error).message);
	}
	if (line.failure) throw new InvalidArgumentError(line.failure.message);
	return line.set;
}
