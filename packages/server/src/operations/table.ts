import { exportOperation } from "./export.js";
import type { Operation } from "./operation.js";
import { powerOperation } from "./power.js";
import { sheetOperation, statsOperation } from "./stats.js";

/** Whatever can be asked of a build: a POST route each, and the work of jobs. */
export const operations: ReadonlyMap<string, Operation> = new Map(
	[statsOperation, sheetOperation, powerOperation, exportOperation].map((one) => [one.name, one]),
);
