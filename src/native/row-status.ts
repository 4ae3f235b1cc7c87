/** How a row ended, by number, as in binding/state/chunk.hpp: compared with the addon's own list when it is loaded. */
export const rowStatuses = [
	"pending",
	"ok",
	"failed",
	"badResult",
	"unknownNode",
	"invalidSet",
	"timeout",
	"memory",
	"crash",
	"noState",
	"badVariant",
] as const;

export type RowStatusName = (typeof rowStatuses)[number];

/** The number of each status in `NativeBatchResult.status`. */
export const rowStatus = Object.fromEntries(rowStatuses.map((name, number) => [name, number])) as Readonly<
	Record<RowStatusName, number>
>;
