/** A stat with its value, as Path of Building's side bar formats it. */
export interface SheetLine {
	readonly label: string;
	readonly value: string;
}

/** A remark between the stats. */
export interface SheetNote {
	readonly note: string;
}

/** One group of lines of Path of Building's side bar. */
export interface SheetGroup {
	readonly title?: string;
	readonly rows: readonly (SheetLine | SheetNote)[];
}

export interface SheetOptions {
	/**
	 * The build's own sheet as Path of Building shows it after a change rather than as loaded: what to compare that of a
	 * node set with.
	 */
	recalculated?: boolean;
}

/** Path of Building's side bar: its groups, in its order, formatted by its own display table. */
export interface Sheet {
	readonly groups: readonly SheetGroup[];
	/** What Path of Building warns about, one sentence each. */
	readonly warnings: readonly string[];
}
