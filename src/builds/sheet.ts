/** A stat with its value, as formatted in Path of Building's sidebar. */
export interface SheetLine {
	readonly label: string;
	readonly value: string;
}

/** A note between the stats. */
export interface SheetNote {
	readonly note: string;
}

/** One group of lines in Path of Building's sidebar. */
export interface SheetGroup {
	readonly title?: string;
	readonly rows: readonly (SheetLine | SheetNote)[];
}

export interface SheetOptions {
	/**
	 * True if these are the build's own stats as Path of Building shows them after a change rather than right after
	 * loading: what the sheet of a node set should be compared with.
	 */
	recalculated?: boolean;
}

/** Path of Building's sidebar: its groups, in its order, formatted by its own display table. */
export interface Sheet {
	readonly groups: readonly SheetGroup[];
	/** Path of Building's warnings, one sentence each. */
	readonly warnings: readonly string[];
}
