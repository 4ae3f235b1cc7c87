import type { BuildWarning } from "../builds/warnings.js";
import type { EngineWarning } from "../common/engine-warning.js";
import type { PobatchError } from "../common/errors.js";
import type { Plain } from "../native/addon.js";
import type { PassiveTree } from "../tree/passive-tree.js";

/** A change of a build, as `normalChange` returns it. */
type Members = { readonly [part: string]: Plain };

/** Options for reading a build's text. */
export interface LoadOptions {
	/**
	 * Which passive tree of a Path of Building build, counted from 1; by default the active one. If the level follows
	 * from the points, it is that of this tree.
	 */
	spec?: number;
	/** Time limit for loading, in milliseconds. */
	timeoutMs?: number;
}

/** Progress of a certification. */
export interface CertifyProgress {
	step: "originals" | "comparing" | "one part at a time";
	/** Finished builds, and their total number. */
	done: number;
	total: number;
}

/** States that may turn out to be wrong, and how they are checked. */
export interface Verified {
	/** Share of the rows that are checked, 0 to 1. */
	readonly share: number;
	/** `open` options of the states that check rows, and of those that take over if a row differs. */
	readonly originals: Plain;
	readonly doubting: Plain;
	/** Records a difference; returns the message for the user. */
	onDifference(why: string): string;
}

/** Who is informed about a certification. */
export interface CertificationListeners {
	onProgress(progress: CertifyProgress): void;
	warn(warning: EngineWarning): void;
}

/** A certification that runs in the background. */
export interface Certifying {
	/** Never rejects. */
	readonly done: Promise<Certified>;
	/** Keeps the program alive until the certification is done. */
	keepAlive(): void;
	/** Stops waiting for it; resolves when nothing of it runs any more. */
	end(): Promise<void>;
}

/** The outcome of a certification. */
export interface Certified {
	/** A description for people. */
	readonly text: string;
	/** The parts that were found to give the same results. */
	readonly certified: readonly string[];
	/** `open` options of states that use these parts and replace the current ones. */
	readonly states?: { readonly options: Plain; readonly verification: Verified };
}

/** A calculator as an engine opens it: its Lua file, and how build texts are prepared for Lua. */
export interface CalculatorSource {
	/** Text of the Lua file. */
	source: string;
	/** False for code that is not ours: it then has no access to files, processes, the FFI and the like. */
	trusted: boolean;
	/** Whether a row's changes to the state are undone after it. */
	rollback: boolean;
	/** Name in tracebacks. */
	chunkName: string;
	/** `package.path` of its states. */
	packagePath: string;
	/** Folder of chunks whose names are relative paths, for profiles; undefined if there are none. */
	chunkFolder: string | undefined;
	/** Options of its `open`. */
	options: Plain;
	/** The tree in which nodes are looked up before a build is loaded; undefined if the calculator has none. */
	tree: PassiveTree | undefined;
	/** A build's tree, by the version that the build's info names. */
	treeOf(version: string): Promise<PassiveTree | undefined>;
	/** Hash of everything that results depend on, except the build and what the calculator says about itself. */
	identity(): Promise<string>;
	/** The same from file contents only: equal on all machines with equal contents. */
	contents(): Promise<string>;
	/** What its `load` gets for a text, and warnings found on the way. */
	prepare(text: string, options: LoadOptions): { source: Plain; warnings: BuildWarning[] };
	/** Where the bytecode of its states is kept for later processes; undefined if each state compiles for itself. */
	readonly compiled?: {
		/** What an earlier process kept; empty if nothing. */
		read(): Promise<Uint8Array>;
		write(compiled: Uint8Array): Promise<void>;
	};
	/** If it uses parts that may turn out to be wrong: how rows are checked meanwhile. */
	readonly verification?: Verified;
	/**
	 * Called after the first build was loaded, if certification could allow the calculator to use more of its parts.
	 * Returns undefined if there is nothing to certify.
	 */
	certify?(
		command: (name: string) => Promise<Plain>,
		text: string,
		tell: CertificationListeners,
	): Promise<Certifying | undefined>;
	/** Turns a variant's change into the argument of `derive`; by default the change itself. */
	prepareChange?(change: Members): Members;
	/** Called after the first build was loaded; `command` calls one of the calculator's commands. */
	loaded?(command: (name: string) => Promise<Plain>): Promise<void>;
	/** Called after every few thousand rows. */
	calculated?(command: (name: string) => Promise<Plain>): Promise<void>;
	/** Returns another error for one of its `open` or `load`, if the calculator's own files are the cause. */
	explain?(error: unknown): PobatchError | undefined;
}
