import { NodeSets } from "pobatch";

/** Ids of rows; each row adds one. */
export const idsTo = (count: number) => Array.from({ length: count }, (_, i) => (i % 600) + 1);

export const setsOf = (ids: readonly number[]) => NodeSets.deltas(ids.map((id) => ({ add: [id] })));
