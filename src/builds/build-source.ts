import { PobatchError } from "../common/errors.js";
import { ascendancyStartOf, startNodeOf, type TreeData } from "../tree/tree-data.js";
import { readBuildJson } from "./build-json.js";
import { recognizeBuild } from "./build-text.js";
import { readBuildXml } from "./build-xml.js";
import type { BuildSource, ReadBuildOptions } from "./types.js";
import { warning } from "./warnings.js";

/**
 * Reads a build: Path of Building's XML, a PoB code, or the small JSON of {@link readBuildJson}. The format is detected
 * from the text.
 *
 * @throws PobatchError BUILD_INVALID; UNKNOWN_CLASS if `tree` does not have the class
 *
 * @example
 * readBuildSource('{"class":"Warrior","level":80,"nodes":[47175]}').level; // 80
 */
export function readBuildSource(text: string, options: ReadBuildOptions = {}): BuildSource {
	const { kind, text: inner } = recognizeBuild(text);
	const build = kind === "json" ? readBuildJson(inner) : readBuildXml(inner, options);
	return options.tree === undefined ? build : fitToTree(build, options.tree);
}

/** Checks a build's class against a passive tree and drops the nodes that the tree does not have. */
function fitToTree(build: BuildSource, tree: TreeData): BuildSource {
	const found = tree.classes.find(({ name }) => name === build.class);
	if (found === undefined) {
		throw new PobatchError("UNKNOWN_CLASS", `The passive tree has no class ${JSON.stringify(build.class)}`, {
			value: build.class,
			hint: `Its classes are ${tree.classes.map(({ name }) => name).join(", ")}.`,
		});
	}
	const { ascendancy } = build;
	if (ascendancy !== undefined && !found.ascendancies.some(({ name }) => name === ascendancy)) {
		throw new PobatchError(
			"UNKNOWN_CLASS",
			`The class ${build.class} has no ascendancy ${JSON.stringify(ascendancy)}`,
			{
				value: ascendancy,
				hint: `Its ascendancies are ${found.ascendancies.map(({ name }) => name).join(", ")}.`,
			},
		);
	}
	const warnings = [...build.warnings];
	if (build.treeVersion !== "" && build.treeVersion !== tree.version) {
		warnings.push(
			warning(
				"TREE_VERSION",
				`the build was made for passive tree ${build.treeVersion} and is read with ${tree.version}`,
			),
		);
	}
	const known = new Set(tree.nodes.map(({ id }) => id));
	const choices = new Map(
		build.allocated.map((id, i) => [
			id,
			{ attribute: build.attributes[i] ?? 0, weaponSet: build.weaponSets[i] ?? 0 },
		]),
	);
	const missing = build.allocated.filter((id) => !known.has(id));
	if (missing.length > 0) {
		const shown = missing.length > 10 ? `${missing.slice(0, 10).join(", ")}, …` : missing.join(", ");
		warnings.push(
			warning(
				"UNKNOWN_NODES",
				`${missing.length} allocated nodes are not in passive tree ${tree.version}: ${shown}`,
			),
		);
	}
	for (const id of missing) choices.delete(id);
	for (const id of [
		startNodeOf(tree, build.class),
		ascendancy === undefined ? undefined : ascendancyStartOf(tree, ascendancy),
	]) {
		if (id !== undefined && !choices.has(id)) choices.set(id, { attribute: 0, weaponSet: 0 });
	}
	const allocated = [...choices.keys()].sort((a, b) => a - b);
	return {
		...build,
		treeVersion: build.treeVersion === "" ? tree.version : build.treeVersion,
		allocated,
		attributes: allocated.map((id) => choices.get(id)?.attribute ?? 0),
		weaponSets: allocated.map((id) => choices.get(id)?.weaponSet ?? 0),
		warnings,
	};
}
