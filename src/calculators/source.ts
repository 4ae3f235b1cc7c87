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

/** How far a certification is. */
export interface CertifyProgress {
	step: "originals" | "comparing" | "one part at a time";
	/** Builds done, of all. */
	done: number;
	total: number;
}

/** States that may turn out to be wrong, and what checks them. */
export interface Verified {
	/** Share of the rows, 0 to 1. */
	readonly share: number;
	/** Options of `open` of the states that check rows, and of those that take over where one differs. */
	readonly originals: Plain;
	readonly doubting: Plain;
	/** Remembers a difference; answers what to tell the user. */
	onDifference(why: string): string;
}

/** Who is told of a certification. */
export interface CertificationListeners {
	onProgress(progress: CertifyProgress): void;
	warn(warning: EngineWarning): void;
}

/** A certification that goes on in the background. */
export interface Certifying {
	/** Never rejects. */
	readonly done: Promise<Certified>;
	/** A program that has nothing else to do goes on until it is certified. */
	keepAlive(): void;
	/** It is needed no longer; resolves when nothing of it goes on. */
	end(): Promise<void>;
}

/** What came of it. */
export interface Certified {
	/** For people. */
	readonly text: string;
	/** The parts that were found to answer the same. */
	readonly certified: readonly string[];
	/** Options of `open` of states that use these, which take the place of those that are there. */
	readonly states?: { readonly options: Plain; readonly verification: Verified };
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
	/** The same by contents alone: equal on all machines that have the same. */
	contents(): Promise<string>;
	/** What its `load` gets for a text, and what was noticed on the way. */
	prepare(text: string, options: LoadOptions): { source: Plain; warnings: BuildWarning[] };
	/** What its states compile, kept for later processes; undefined where states compile each for themselves. */
	readonly compiled?: {
		/** What an earlier process kept; empty where there is nothing. */
		read(): Promise<Uint8Array>;
		write(compiled: Uint8Array): Promise<void>;
	};
	/** Where it uses what may turn out to be wrong: how rows are checked while it is in use. */
	readonly verification?: Verified;
	/**
	 * Where it may use more than it does once that has been found out by calculating. After the first build was loaded; undefined
	 * where there is nothing to find out.
	 */
	certify?(
		command: (name: string) => Promise<Plain>,
		text: string,
		tell: CertificationListeners,
	): Promise<Certifying | undefined>;
	/** What its `derive` gets of a variant's change; the change itself where there is no such function. */
	prepareChange?(change: Members): Members;
	/** After the first build was loaded: `command` calls one of the calculator's commands. */
	loaded?(command: (name: string) => Promise<Plain>): Promise<void>;
	/** After every some thousand rows. */
	calculated?(command: (name: string) => Promise<Plain>): Promise<void>;
	/** Another error for one of its `open` or `load`, where it is about the calculator's own files. */
	explain?(error: unknown): PobatchError | undefined;
}
