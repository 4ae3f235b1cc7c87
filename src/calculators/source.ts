import type { BuildWarning } from "../builds/warnings.js";
import type { EngineWarning } from "../common/engine-warning.js";
import type { PobatchError } from "../common/errors.js";
import type { Plain } from "../native/addon.js";
import type { PassiveTree } from "../tree/passive-tree.js";

/** A change of a build as `normalChange` answers it. */
type Members = { readonly [part: string]: Plain };

/** How a build's text is read. */
export interface LoadOptions {
	/**
	 * Which passive tree of a Path of Building build, counted from 1; the active one if not given. A level that follows the
	 * points is then that of this tree.
	 */
	spec?: number;
	/** Milliseconds that loading may take. */
	timeoutMs?: number;
}

/** One calculator as an engine opens it: its Lua half, and what its builds' texts become before they cross to Lua. */
export interface CalculatorSource {
	/** Text of the Lua file. */
	source: string;
	/** False for code that is not ours: it then gets no access to files, processes, the FFI and the like. */
	trusted: boolean;
	/** True if what a row changes is undone after it. */
	rollback: boolean;
	/** Name in tracebacks. */
	chunkName: string;
	/** `package.path` of its states. */
	packagePath: string;
	/** Where chunks lie that are named by a relative path, for profiles; undefined where there are none. */
	chunkFolder: string | undefined;
	/** Of its `open`. */
	options: Plain;
	/** The tree that nodes are looked up in before a build is loaded; undefined where a calculator has none. */
	tree: PassiveTree | undefined;
	/** The tree of a build, by the version that its info names. */
	treeOf(version: string): Promise<PassiveTree | undefined>;
	/** Of all that the answers depend on besides the build and what the calculator says of itself. */
	identity(): Promise<string>;
	/** What its `load` gets for a text, and what was noticed on the way. */
	prepare(text: string, options: LoadOptions): { source: Plain; warnings: BuildWarning[] };
	/** What its states compile, kept for later processes; undefined where states compile each for themselves. */
	readonly compiled?: {
		/** What an earlier process kept; empty where there is nothing. */
		read(): Promise<Uint8Array>;
		write(compiled: Uint8Array): Promise<void>;
	};
	/** Where it uses what may turn out to be wrong: how rows are checked while it is in use. */
	readonly verification?: {
		/** Share of the rows, 0 to 1. */
		readonly share: number;
		/** Options of `open` of the states that check rows, and of those that take over where one differs. */
		readonly originals: Plain;
		readonly doubting: Plain;
		/** Remembers a difference; answers what to tell the user. */
		onDifference(why: string): string;
	};
	/** What its `derive` gets of a variant's change; the change itself where there is no such function. */
	prepareChange?(change: Members): Members;
	/** After the first build was loaded: `command` calls one of the calculator's commands. */
	loaded?(command: (name: string) => Promise<Plain>, warn: (warning: EngineWarning) => void): Promise<void>;
	/** After every some thousand rows. */
	calculated?(command: (name: string) => Promise<Plain>): Promise<void>;
	/** Another error for one of its `open` or `load`, where it is about the calculator's own files. */
	explain?(error: unknown): PobatchError | undefined;
}
