import { PobatchError, type PobatchErrorCode } from "../common/errors.js";
import { JsonCheck } from "../common/json-check.js";
import { MAX_NODE_ID } from "../tree/tree-data.js";
import type { FullNodeSet, NodeSetDelta } from "./node-sets.js";

/** Why a row is not calculated even though its line is well-formed. */
export interface RowFailure {
	code: PobatchErrorCode;
	message: string;
}

/** One line of a node set file. */
export interface SetLine {
	set: NodeSetDelta | FullNodeSet;
	kind: "delta" | "full";
	/** The variant that the line applies to: its name, or its change in the form that `build.variant` checks. */
	variant?: string | object;
	failure?: RowFailure;
}

const example = 'A line is {"add":[1],"remove":[2],"attributes":{"1":"Str"}} or {"nodes":[1,2]}.';
const check = new JsonCheck("SETS_INVALID", example);
const members = ["add", "remove", "nodes", "attributes", "weaponSets"];

/**
 * Reads one line of node sets.
 *
 * @param takesVariant whether a line may name a variant
 * @throws PobatchError SETS_INVALID if it is not JSON or not a node set. A node id that no tree can contain only fails
 * that row, like one that is missing from this build's tree.
 */
export function readSetLine(line: string, takesVariant = false): SetLine {
	let json: unknown;
	try {
		json = JSON.parse(line);
	} catch (cause) {
		throw new PobatchError("SETS_INVALID", `Not JSON: ${(cause as Error).message}`, { cause, hint: example });
	}
	const value = check.object(json, "a node set");
	check.onlyKeys(value, "", takesVariant ? [...members, "variant"] : members);
	const kind = value.nodes === undefined ? "delta" : "full";
	if (kind === "full" && (value.add !== undefined || value.remove !== undefined))
		throw check.error("A node set has either nodes or add and remove");
	const added = kind === "full" ? readIds(value.nodes, "nodes") : readIds(value.add, "add");
	const removed = readIds(value.remove, "remove");
	const attributes = readChoices(value.attributes, "attributes", "Str, Dex or Int", ["Str", "Dex", "Int"]);
	const weaponSets = readChoices(value.weaponSets, "weaponSets", "1 or 2", [1, 2]);
	const failure =
		tooLarge(added) ?? tooLarge(removed) ?? homeless(attributes, added) ?? homeless(weaponSets, added);
	const variant = readVariant(value.variant);
	if (failure) return { set: kind === "full" ? { nodes: [] } : {}, kind, failure };
	const choices = {
		...(attributes && { attributes: attributes as NonNullable<NodeSetDelta["attributes"]> }),
		...(weaponSets && { weaponSets: weaponSets as NonNullable<NodeSetDelta["weaponSets"]> }),
	};
	return {
		set: kind === "full" ? { nodes: added, ...choices } : { add: added, remove: removed, ...choices },
		kind,
		...(variant !== undefined && { variant }),
	};
}

function readVariant(value: unknown): string | object | undefined {
	if (value === undefined || typeof value === "string") return value;
	return check.object(value, "variant", "a variant's name or an object");
}

function readIds(value: unknown, name: string): readonly number[] {
	if (value === undefined) return [];
	const list = check.array(value, name, "an array of node ids");
	for (let i = 0; i < list.length; i++) {
		const id = list[i];
		if (!Number.isSafeInteger(id) || (id as number) < 0)
			throw check.wrong("a node id (0 to 65535)", `${name}[${i}]`, id);
	}
	return list as readonly number[];
}

function readChoices(
	value: unknown,
	name: string,
	what: string,
	allowed: readonly unknown[],
): Record<string, unknown> | undefined {
	if (value === undefined) return undefined;
	const choices = check.object(value, name, "an object of node ids");
	for (const [id, choice] of Object.entries(choices)) {
		if (!/^\d+$/.test(id)) throw check.wrong("a node id", `a member's name in ${name}`, id);
		if (!allowed.includes(choice)) throw check.wrong(what, `${name}.${id}`, choice);
	}
	return choices;
}

function tooLarge(ids: readonly number[]): RowFailure | undefined {
	const id = ids.find((candidate) => candidate > MAX_NODE_ID);
	return id === undefined ? undefined : { code: "UNKNOWN_NODE", message: `node ${id} is not in the tree` };
}

// A choice for a node that is not added would have no effect, so it is more likely a mistake than intended.
function homeless(
	choices: Record<string, unknown> | undefined,
	added: readonly number[],
): RowFailure | undefined {
	if (!choices) return undefined;
	const have = new Set(added);
	const id = Object.keys(choices).find((key) => !have.has(Number(key)));
	if (id === undefined) return undefined;
	return {
		code: "INVALID_NODE_SET",
		message: `node ${id} has a choice but is not added; to change an allocated node's choice, add it again`,
	};
}
