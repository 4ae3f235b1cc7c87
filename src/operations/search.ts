import { PobatchError } from "../common/errors.js";
import type { Build, BuildSearchResult } from "../engine/build.js";
import { Engine } from "../engine/engine.js";
import type { EngineOptions } from "../engine/options.js";
import type { SearchOptions } from "../search/search.js";
import { treeToSvg } from "../tree/svg/tree-svg.js";

/** As for `Build.search`; `screen` names the calculator that first ranks single nodes. */
export interface SearchRequest extends Omit<SearchOptions, "screen"> {
	readonly screen?: "reference";
	/** The build's text, for the screening calculator. */
	readonly text: string;
	readonly spec?: number;
	/** Options of the engine that is opened for the screening. */
	readonly screenEngine?: Pick<EngineOptions, "threads" | "isolation" | "memoryLimitMB" | "rowTimeoutMs">;
}

/** @throws PobatchError like `searchTree` */
export async function searchBuild(
	build: Build,
	{ screen, text, spec, screenEngine, ...options }: SearchRequest,
): Promise<BuildSearchResult> {
	checkTree(build);
	if (screen === undefined) return build.search(options);
	if (build.info.calculator === "reference") {
		throw new PobatchError("INVALID_ARGUMENT", "The reference calculator cannot screen for itself", {
			value: screen,
			hint: "Search without a screen: it is for Path of Building.",
		});
	}
	await using engine = await Engine.open({
		...screenEngine,
		calculator: "reference",
		tree: build.tree as NonNullable<Build["tree"]>,
	});
	const screening = await engine.load(text, spec === undefined ? {} : { spec });
	return await build.search({ ...options, screen: screening });
}

/** @throws PobatchError TREE_INVALID */
export function checkTree(build: Build): void {
	if (build.tree) return;
	throw new PobatchError("TREE_INVALID", "A search needs a passive tree", { hint: "Give one with --tree." });
}

/** The passive tree as SVG, showing what a search added and gave up. */
export function drawSearch(build: Build, { set }: Pick<BuildSearchResult, "set">, title: string): string {
	const added = new Set(set.add ?? []);
	const removed = [...(set.remove ?? [])].filter((id) => !added.has(id));
	const own = new Set(build.allocated);
	const gone = new Set(removed);
	return treeToSvg(build.tree as NonNullable<Build["tree"]>, {
		highlight: [...[...own].filter((id) => !gone.has(id)), ...[...added].filter((id) => !own.has(id))],
		added,
		removed,
		title,
	});
}
