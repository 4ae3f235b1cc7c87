import { compareOperation } from "./compare.js";
import { exportOperation } from "./export.js";
import type { Operation } from "./operation.js";
import { powerOperation } from "./power.js";
import { rankingOperations } from "./rankings.js";
import { orderOperation, paretoOperation, searchOperation, trimOperation } from "./search.js";
import { skillsOperation } from "./skills.js";
import { sheetOperation, statsOperation } from "./stats.js";

/** Everything that can be requested about a build: a POST route each, and the work of jobs. */
export const operations: ReadonlyMap<string, Operation> = new Map(
	[
		statsOperation,
		sheetOperation,
		powerOperation,
		searchOperation,
		paretoOperation,
		orderOperation,
		trimOperation,
		...rankingOperations,
		compareOperation,
		skillsOperation,
		exportOperation,
	].map((one) => [one.name, one]),
);
