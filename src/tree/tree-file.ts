import { readFile } from "node:fs/promises";
import path from "node:path";
import { PobatchError } from "../common/errors.js";
import { JsonCheck, type JsonObject } from "../common/json-check.js";
import {
	MAX_NODE_ID,
	type TreeAscendancy,
	type TreeClass,
	type TreeCurve,
	type TreeData,
	type TreeEdge,
	type TreeGroup,
	type TreeNode,
	type TreeNodeOption,
	type TreeNodeSwitch,
	type TreeNodeType,
} from "./tree-data.js";

export * from "./tree-data.js";

const check = new JsonCheck(
	"TREE_INVALID",
	"Give the tree.json of a Path of Building PoE2 checkout (src/TreeData/<version>/tree.json).",
);

/**
 * Reads a passive tree file in Path of Building's JSON.
 *
 * The version is the file's own `version` if it has one, otherwise what the path says (`0_5/tree.json`,
 * `poe2_0_5.json`), otherwise `unknown`.
 *
 * @throws PobatchError FILE_NOT_FOUND, TREE_INVALID
 */
export async function loadTreeFile(file: string): Promise<TreeData> {
	let text: string;
	try {
		text = await readFile(file, "utf8");
	} catch (cause) {
		throw new PobatchError(
			"FILE_NOT_FOUND",
			`Cannot read the passive tree file ${file}: ${(cause as Error).message}`,
			{
				cause,
				value: file,
			},
		);
	}
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (cause) {
		throw new PobatchError(
			"TREE_INVALID",
			`The passive tree file ${file} is not JSON: ${(cause as Error).message}`,
			{
				cause,
				value: file,
			},
		);
	}
	return parseTree(json, versionOfPath(file));
}

function versionOfPath(file: string): string | undefined {
	const base = /(\d+_\d+)\.json$/i.exec(path.basename(file));
	const folder = /^\d+_\d+$/.exec(path.basename(path.dirname(path.resolve(file))));
	return base?.[1] ?? folder?.[0];
}

/**
 * Checks a parsed passive tree (Path of Building's JSON, as in its `TreeData/<version>/tree.json`) and works out which
 * edges a player can walk.
 *
 * @param json the parsed document
 * @param version used when the document has no `version` of its own
 * @throws PobatchError TREE_INVALID, naming the path of the wrong value
 */
export function parseTree(json: unknown, version?: string): TreeData {
	const root = check.object(json, "the tree");
	const ownVersion = root.version === undefined ? undefined : check.string(root.version, "version");
	const groups = readGroups(root.groups);
	const constants = check.object(root.constants, "constants");
	const radii = readRadii(constants);
	const position = positionReader(constants, radii, groups);
	const raws = new Map<number, JsonObject>();
	for (const [key, value] of Object.entries(check.object(root.nodes, "nodes"))) {
		// A pseudo node above the class starts in older trees of the same shape.
		if (key === "root") continue;
		const raw = check.object(value, `nodes.${key}`);
		const id = check.integer(raw.skill, `nodes.${key}.skill`, 0, MAX_NODE_ID);
		if (raws.has(id)) throw check.wrong("an id that no other node has", `nodes.${key}.skill`, id);
		raws.set(id, raw);
	}
	const ids = [...raws.keys()].sort((a, b) => a - b);
	if (ids.length === 0) throw check.error("Expected at least one node in nodes");
	const nodes = ids.map((id) => readNode(id, raws.get(id) as JsonObject, position));
	const byId = new Map(nodes.map((node) => [node.id, node]));
	for (const node of nodes) {
		for (const [i, id] of (node.unlockConstraint?.nodes ?? []).entries()) {
			if (!byId.has(id))
				throw check.wrong("the id of a node", `nodes.${node.id}.unlockConstraint.nodes[${i}]`, id);
		}
	}
	const { edges, exits, curves } = readConnections(raws, byId, radii);
	return {
		version: ownVersion ?? version ?? "unknown",
		nodes,
		edges,
		exits,
		curves,
		classes: readClasses(root.classes, nodes),
		groups: groups.filter((group) => group !== undefined),
	};
}

type Position = (
	node: { group?: number; orbit: number; orbitIndex: number },
	at: string,
) => { x: number; y: number };

function readGroups(value: unknown): (TreeGroup | undefined)[] {
	return check.array(value, "groups").map((entry, index) => {
		// Group numbers have gaps, which JSON shows as null.
		if (entry === null) return undefined;
		const at = `groups[${index}]`;
		const group = check.object(entry, at);
		return {
			id: index + 1,
			x: check.number(group.x, `${at}.x`),
			y: check.number(group.y, `${at}.y`),
			orbits: readIntegers(group.orbits, `${at}.orbits`, 255),
			nodes: readIntegers(group.nodes, `${at}.nodes`, MAX_NODE_ID),
		};
	});
}

function readIntegers(value: unknown, at: string, max: number): number[] {
	return check
		.array(value, at, "an array of integers")
		.map((member, i) => check.integer(member, `${at}[${i}]`, 0, max));
}

/** In tree units, by orbit. */
function readRadii(constants: JsonObject): number[] {
	return check
		.array(constants.orbitRadii, "constants.orbitRadii")
		.map((radius, i) => check.number(radius, `constants.orbitRadii[${i}]`));
}

/** A node lies on a circle around its group; angle 0 is up, and angles grow clockwise. */
function positionReader(
	constants: JsonObject,
	radii: readonly number[],
	groups: readonly (TreeGroup | undefined)[],
): Position {
	const angles = check.array(constants.orbitAnglesByOrbit, "constants.orbitAnglesByOrbit").map((list, i) => {
		const at = `constants.orbitAnglesByOrbit[${i}]`;
		return check.array(list, at).map((angle, j) => check.number(angle, `${at}[${j}]`));
	});
	return (node, at) => {
		if (node.group === undefined) return { x: 0, y: 0 };
		const group = groups[node.group - 1];
		if (group === undefined) throw check.wrong("the number of a group", `${at}.group`, node.group);
		const radius = radii[node.orbit];
		const angle = angles[node.orbit]?.[node.orbitIndex];
		if (radius === undefined)
			throw check.wrong("an orbit that constants.orbitRadii has", `${at}.orbit`, node.orbit);
		if (angle === undefined) {
			throw check.wrong(
				"an index that constants.orbitAnglesByOrbit has",
				`${at}.orbitIndex`,
				node.orbitIndex,
			);
		}
		return { x: group.x + Math.sin(angle) * radius, y: group.y - Math.cos(angle) * radius };
	};
}

function readNode(id: number, raw: JsonObject, position: Position): TreeNode {
	const at = `nodes.${id}`;
	const flag = (name: string): true | undefined =>
		raw[name] !== undefined && check.boolean(raw[name], `${at}.${name}`) ? true : undefined;
	const name = check.string(raw.name, `${at}.name`);
	const stats = readStats(raw.stats ?? [], `${at}.stats`);
	const classesStart =
		raw.classesStart === undefined ? undefined : check.strings(raw.classesStart, `${at}.classesStart`);
	const type: TreeNodeType =
		classesStart !== undefined
			? "classStart"
			: flag("isAscendancyStart")
				? "ascendancyStart"
				: flag("isOnlyImage")
					? "mastery"
					: flag("isJewelSocket")
						? "jewelSocket"
						: flag("isKeystone")
							? "keystone"
							: flag("isNotable")
								? "notable"
								: flag("isAttribute")
									? "attribute"
									: "normal";
	const place = {
		...(raw.group !== undefined &&
			raw.group !== null && { group: check.integer(raw.group, `${at}.group`, 1, 1 << 20) }),
		orbit: check.integer(raw.orbit ?? 0, `${at}.orbit`, 0, 255),
		orbitIndex: check.integer(raw.orbitIndex ?? 0, `${at}.orbitIndex`, 0, 1023),
	};
	const isStart = type === "classStart" || type === "ascendancyStart";
	const allocatable = !isStart && type !== "mastery" && place.group !== undefined;
	const node: { -readonly [K in keyof TreeNode]: TreeNode[K] } = {
		id,
		name,
		type,
		stats,
		...place,
		...position(place, at),
		allocatable,
		passable: allocatable,
	};
	if (raw.ascendancyName !== undefined)
		node.ascendancy = check.string(raw.ascendancyName, `${at}.ascendancyName`);
	if (type === "ascendancyStart" && node.ascendancy === undefined) {
		throw check.wrong("a string", `${at}.ascendancyName`, undefined);
	}
	if (classesStart !== undefined) node.classesStart = classesStart;
	if (type === "attribute") node.options = readOptions(raw.options, `${at}.options`);
	else if (flag("isSwitchable")) node.switches = readSwitches(raw.options, `${at}.options`, name, stats);
	if (raw.unlockConstraint !== undefined) {
		const constraint = check.object(raw.unlockConstraint, `${at}.unlockConstraint`);
		const { ascendancy } = constraint;
		node.unlockConstraint = {
			...(ascendancy !== undefined && {
				ascendancy: check.string(ascendancy, `${at}.unlockConstraint.ascendancy`),
			}),
			nodes: readIntegers(constraint.nodes, `${at}.unlockConstraint.nodes`, MAX_NODE_ID),
		};
	}
	for (const name of [
		"isMultipleChoice",
		"isMultipleChoiceOption",
		"isFreeAllocate",
		"containJewelSocket",
		"noRadius",
	] as const) {
		if (flag(name)) node[name] = true;
	}
	return node;
}

/** Some lines of the game's data contain a line feed and are two lines. */
function readStats(value: unknown, at: string): string[] {
	return check.strings(value, at).flatMap((line) => line.split("\n").filter((part) => part !== ""));
}

function readOptions(value: unknown, at: string): TreeNodeOption[] {
	const list = check.array(value, at, "an array of three options (Strength, Dexterity, Intelligence)");
	if (list.length !== 3)
		throw check.wrong("an array of three options (Strength, Dexterity, Intelligence)", at, value);
	return list.map((entry, i) => {
		const option = check.object(entry, `${at}[${i}]`);
		return {
			id: check.integer(option.id, `${at}[${i}].id`, 0, MAX_NODE_ID),
			name: check.string(option.name, `${at}[${i}].name`),
			stats: readStats(option.stats, `${at}[${i}].stats`),
		};
	});
}

/** An option without a name or stats has those of the node: often only the picture differs. */
function readSwitches(value: unknown, at: string, name: string, stats: readonly string[]): TreeNodeSwitch[] {
	return Object.entries(check.object(value, at)).map(([owner, entry]) => {
		const option = check.object(entry, `${at}.${owner}`);
		return {
			for: owner,
			name: option.name === undefined ? name : check.string(option.name, `${at}.${owner}.name`),
			stats: option.stats === undefined ? stats : readStats(option.stats, `${at}.${owner}.stats`),
		};
	});
}

function readConnections(
	raws: ReadonlyMap<number, JsonObject>,
	byId: ReadonlyMap<number, TreeNode>,
	radii: readonly number[],
): Required<Pick<TreeData, "edges" | "exits" | "curves">> {
	// A pair is stored as one number: a Set of arrays would compare identities.
	const edges = new Set<number>();
	const exits = new Set<number>();
	const curves: TreeCurve[] = [];
	const key = (a: number, b: number): number => a * (MAX_NODE_ID + 1) + b;
	for (const [id, raw] of raws) {
		const node = byId.get(id) as TreeNode;
		const at = `nodes.${id}.connections`;
		for (const [i, entry] of check.array(raw.connections ?? [], at).entries()) {
			const connection = check.object(entry, `${at}[${i}]`);
			const otherId = check.integer(connection.id, `${at}[${i}].id`, 0, MAX_NODE_ID);
			const orbit = check.number(connection.orbit ?? 0, `${at}[${i}].orbit`);
			const other = byId.get(otherId);
			// The published trees name a few nodes that they do not contain, and one node that is joined to itself.
			if (other === undefined || other === node) continue;
			if (!canBeJoined(node) || !canBeJoined(other)) continue;
			if (node.ascendancy === other.ascendancy) {
				edges.add(key(Math.min(id, otherId), Math.max(id, otherId)));
				// The sign says on which side the centre lies. An orbit without a radius means a straight line.
				if (orbit !== 0)
					curves.push({ from: id, to: otherId, radius: Math.sign(orbit) * (radii[Math.abs(orbit)] ?? 0) });
			} else if (node.ascendancy !== undefined && other.ascendancy === undefined && other.passable)
				exits.add(key(id, otherId));
			else if (other.ascendancy !== undefined && node.ascendancy === undefined && node.passable)
				exits.add(key(otherId, id));
		}
	}
	const pairs = (set: ReadonlySet<number>): TreeEdge[] =>
		[...set]
			.sort((a, b) => a - b)
			.map((pair) => [Math.floor(pair / (MAX_NODE_ID + 1)), pair % (MAX_NODE_ID + 1)] as const);
	return { edges: pairs(edges), exits: pairs(exits), curves };
}

/** Like Path of Building, leaves masteries and nodes without a group out of the graph. */
function canBeJoined(node: TreeNode): boolean {
	return node.type !== "mastery" && node.group !== undefined;
}

function readClasses(value: unknown, nodes: readonly TreeNode[]): TreeClass[] {
	const starts = new Map<string, number>();
	const ascendancyStarts = new Map<string, TreeNode>();
	for (const node of nodes) {
		for (const name of node.classesStart ?? []) starts.set(name, node.id);
		if (node.type !== "ascendancyStart") continue;
		ascendancyStarts.set(node.ascendancy as string, node);
		for (const other of node.switches ?? []) ascendancyStarts.set(other.for, node);
	}
	const names = new Set<string>();
	const classes = check.array(value, "classes").map((entry, index) => {
		const at = `classes[${index}]`;
		const raw = check.object(entry, at);
		const name = check.string(raw.name, `${at}.name`);
		if (names.has(name)) throw check.wrong("a name that no other class has", `${at}.name`, name);
		names.add(name);
		const startNodeId = starts.get(name);
		if (startNodeId === undefined)
			throw check.wrong("a name that some node's classesStart has", `${at}.name`, name);
		const ascendancies = check
			.array(raw.ascendancies, `${at}.ascendancies`)
			.flatMap((item, i): TreeAscendancy[] => {
				const where = `${at}.ascendancies[${i}]`;
				const ascendancy = check.object(item, where);
				// Nodes and builds name an ascendancy by its id if it has one.
				const id = check.string(ascendancy.id ?? ascendancy.name, `${where}.name`);
				const start = ascendancyStarts.get(id);
				// Some versions list ascendancies that have no nodes yet.
				if (start === undefined) return [];
				const { internalId } = ascendancy;
				return [
					{
						name: id,
						...(internalId !== undefined && { internalId: check.string(internalId, `${where}.internalId`) }),
						startNodeId: start.id,
						nodesOf: start.ascendancy as string,
					},
				];
			});
		return {
			name,
			...(raw.integerId !== undefined && {
				integerId: check.integer(raw.integerId, `${at}.integerId`, 0, 255),
			}),
			baseStr: check.integer(raw.base_str, `${at}.base_str`, 0, 1000),
			baseDex: check.integer(raw.base_dex, `${at}.base_dex`, 0, 1000),
			baseInt: check.integer(raw.base_int, `${at}.base_int`, 0, 1000),
			startNodeId,
			ascendancies,
		};
	});
	if (classes.length === 0) throw check.error("Expected at least one class in classes");
	return classes;
}
