import type { Tool } from "../tool.js";
import { compare, load, stats, summary } from "./build.js";
import { anoints, compareItems, supports, weights } from "./rankings.js";
import { order, searchCancel, searchResult, searchStart, searchStatus, trim } from "./search.js";
import { capabilities, exportBuild } from "./server.js";
import { explain, findNodes, power, whatIf } from "./tree.js";

/** In the order in which a model reads them. */
export const tools: readonly Tool[] = [
	load,
	summary,
	stats,
	explain,
	findNodes,
	power,
	whatIf,
	compare,
	compareItems,
	weights,
	supports,
	anoints,
	exportBuild,
	searchStart,
	searchStatus,
	searchResult,
	searchCancel,
	order,
	trim,
	capabilities,
];
