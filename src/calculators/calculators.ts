import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { readBuildSource } from "../builds/build-source.js";
import { firstGame, recognizeBuild, unreadable } from "../builds/build-text.js";
import type { BuildWarning } from "../builds/warnings.js";
import { childOf, childrenOf, MAX_WORK, nestedTooDeep, scanXml, type XmlElement } from "../builds/xml.js";
import { PobatchError } from "../common/errors.js";
import { type Plain, packageFolder } from "../native/addon.js";
import type { PassiveTree } from "../tree/passive-tree.js";
import { treeForCalculator } from "../tree/tree-data.js";
import { digest, luaDigest, manifestDigest } from "./identity.js";
import { findPob, installHint, pobSource, pobTree } from "./pob/checkout.js";

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
	/** Another error for one of its `open` or `load`, where it is about the calculator's own files. */
	explain?(error: unknown): PobatchError | undefined;
}

const luaFolder = join(packageFolder, "lua");

/** The text of lua/calculator.lua: the contract's Lua half, the same for every calculator. */
export async function loopSource(): Promise<string> {
	return readFile(join(luaFolder, "calculator.lua"), "utf8");
}

/** The text of lua/sandbox.lua, for a calculator that is not trusted. */
export async function sandboxSource(): Promise<string> {
	return readFile(join(luaFolder, "sandbox.lua"), "utf8");
}

/** The embedded reference calculator over a passive tree. */
export async function referenceCalculator(tree: PassiveTree): Promise<CalculatorSource> {
	return {
		...(await embedded("reference/init.lua")),
		chunkFolder: undefined,
		options: { tree: treeForCalculator(tree.data) as unknown as Plain },
		tree,
		treeOf: async () => tree,
		identity: async () => digest(await luaDigest(luaFolder), JSON.stringify(tree.data)),
		prepare(text, { spec }) {
			const { warnings, ...source } = readBuildSource(text, {
				tree: tree.data,
				...(spec !== undefined && { spec }),
			});
			return { source: source as unknown as Plain, warnings };
		},
	};
}

/**
 * Path of Building, unmodified, from a checkout.
 *
 * @param folder the checkout; found by {@link findPob} if not given
 * @param options of the engine; they go before `defaults`, which no answer depends on
 * @throws PobatchError POB_NOT_FOUND, POB_INVALID
 */
export async function pobCalculator(
	folder: string | undefined,
	options: Plain,
	defaults: { rowCache: boolean; verify: number },
): Promise<CalculatorSource> {
	const found = await findPob(folder);
	if (found === undefined)
		throw new PobatchError("POB_NOT_FOUND", "No Path of Building checkout was found", { hint: installHint });
	const source = await pobSource(found);
	const trees = new Map<string, Promise<PassiveTree | undefined>>();
	const treeOf = (version: string) => {
		let tree = trees.get(version);
		if (!tree) {
			tree = pobTree(source, version);
			trees.set(version, tree);
		}
		return tree;
	};
	return {
		...(await embedded("pob/calculator.lua")),
		chunkFolder: source,
		options: { ...defaults, ...(options as object), dir: source },
		tree: undefined,
		treeOf,
		identity: async () =>
			digest(await luaDigest(luaFolder), await manifestDigest(source), JSON.stringify(options)),
		prepare(text, { spec }) {
			const { kind, text: xml } = recognizeBuild(text);
			if (kind === "json") throw jsonForPob();
			const { root, fault, tooDeep, work } = scanXml(xml);
			if (tooDeep !== undefined) throw nestedTooDeep(tooDeep);
			if (work > MAX_WORK) throw tooMuchWork();
			if (root?.name === "PathOfBuilding") throw firstGame();
			const version = treeVersionOf(root, spec);
			// Read while the states load the build. Whoever needs it asks again, and is told what went wrong.
			if (version !== undefined) treeOf(version).catch(() => {});
			const source = {
				xml,
				...(spec !== undefined && { spec }),
				// Whether the text can be read is for Path of Building's own reader to say, which knows no lines.
				...(fault !== undefined && { fault: `line ${fault.line}: ${fault.reason}` }),
			};
			return { source, warnings: [] };
		},
		explain(error) {
			// What lua/pob refuses in its own words; an error with a place in its code is a fault of ours, and stays one.
			if (!(error instanceof PobatchError) || !/^(?:CALCULATOR_ERROR|BUILD_INVALID)$/.test(error.code))
				return undefined;
			if (!/^Path of Building (?:in|was not found) /.test(error.message)) return undefined;
			return new PobatchError("POB_INVALID", error.message, {
				value: found,
				hint: / LuaJIT inside/.test(error.message) ? luajitHint : installHint,
			});
		},
	};
}

const luajitHint =
	"Update pobatch, or build its addon with a newer LuaJIT: name its source tree by LUAJIT_SOURCE_DIR and run `npx pobatch build-addon`.";

function jsonForPob(): PobatchError {
	return unreadable(
		"it is JSON, which Path of Building does not read",
		'pobatch\'s own JSON is for the reference calculator ("reference", --calculator reference). Other JSON is not read: ' +
			"export the build from Path of Building as XML or as a code.",
	);
}

function tooMuchWork(): PobatchError {
	return unreadable(
		"Path of Building's XML reader would take minutes for it",
		"White space in a row, or an unclosed comment, attribute or tag, is too long: save the build in Path of Building again.",
	);
}

/** The version of the tree that a build of Path of Building uses; undefined where the build does not tell. */
function treeVersionOf(document: XmlElement | undefined, spec: number | undefined): string | undefined {
	const tree = childOf(document, "Tree");
	const wanted = spec ?? Number(tree?.attributes.get("activeSpec") ?? 1);
	return childrenOf(tree, "Spec")[wanted - 1]?.attributes.get("treeVersion");
}

/** A user's own Lua file. `require` finds its neighbours. */
export async function fileCalculator(
	file: string,
	options: Plain,
	tree: PassiveTree | undefined,
	{ sandbox, rollback }: { sandbox: boolean; rollback: boolean },
): Promise<CalculatorSource> {
	const path = resolve(file);
	let source: string;
	try {
		source = await readFile(path, "utf8");
	} catch (cause) {
		throw new PobatchError("FILE_NOT_FOUND", `The calculator ${file} cannot be read`, {
			cause,
			value: file,
			hint: 'Name a Lua file, or one of the embedded calculators: "reference", "pob".',
		});
	}
	const folder = dirname(path);
	return {
		source,
		trusted: !sandbox,
		rollback,
		chunkName: `@${path}`,
		packagePath: `${folder}/?.lua;${folder}/?/init.lua`,
		chunkFolder: undefined,
		options,
		tree,
		treeOf: async () => tree,
		identity: async () => digest(source, JSON.stringify(options), tree ? JSON.stringify(tree.data) : ""),
		prepare: (text) => ({ source: text, warnings: [] }),
	};
}

/** A Lua file of the package's own lua/. */
export async function embedded(
	file: string,
): Promise<Pick<CalculatorSource, "source" | "trusted" | "rollback" | "chunkName" | "packagePath">> {
	return {
		source: await readFile(join(luaFolder, file), "utf8"),
		trusted: true,
		rollback: false,
		chunkName: `@pobatch/lua/${file}`,
		packagePath: `${luaFolder}/?.lua;${luaFolder}/?/init.lua`,
	};
}
