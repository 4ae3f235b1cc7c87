import { findPob } from "../calculators/pob/checkout.js";
import { located, PobatchError } from "../common/errors.js";
import type { Build } from "../engine/build.js";
import { Engine } from "../engine/engine.js";
import type { EngineOptions } from "../engine/options.js";

/** Which calculator, how many states, and which cache. Missing options have the engine's defaults. */
export interface EngineRequest
	extends Pick<
		EngineOptions,
		| "threads"
		| "rowTimeoutMs"
		| "isolation"
		| "executor"
		| "cache"
		| "profile"
		| "onWarning"
		| "onCertifying"
		| "pob"
	> {
	/** As for an engine; by default Path of Building if it can be used. */
	readonly calculator?: string;
	/** With Path of Building: which parts may be used with an unknown release; see `options.trust` of an engine. */
	readonly trust?: "known" | "certified";
	/** A tree file, for the reference calculator or the user's own. */
	readonly tree?: string;
}

export interface BuildRequest extends EngineRequest {
	/** The build's text, in any form that `Engine.load` takes. */
	readonly text: string;
	/** How errors name the text. */
	readonly name: string;
	/** Which passive tree of the build, counted from 1. */
	readonly spec?: number;
}

/** An engine with one loaded build; disposing of it closes the engine. */
export interface OpenedBuild extends AsyncDisposable {
	readonly engine: Engine;
	readonly build: Build;
	/** Why the reference calculator is used without having been requested. */
	readonly why?: string;
	/** The checkout, if Path of Building is used. */
	readonly pob?: { readonly folder: string; readonly version: string };
	/** Time from the start until the build is loaded. */
	readonly elapsedMs: number;
}

/** @throws PobatchError like `Engine.open`; INVALID_ARGUMENT if two options contradict each other */
export async function openEngine(request: EngineRequest): Promise<Engine> {
	return (await openChosen(request)).engine;
}

/** Opens the engine and loads the build. @throws PobatchError like {@link openEngine} and `Engine.load` */
export async function openBuild({ text, name, spec, ...request }: BuildRequest): Promise<OpenedBuild> {
	const start = performance.now();
	const { engine, choice } = await openChosen(request, text);
	try {
		const build = await engine.load(text, spec === undefined ? {} : { spec }).catch((error) => {
			const isForeign =
				error instanceof PobatchError && error.code === "UNKNOWN_CLASS" && isEmbeddedTree(engine, request);
			throw isForeign ? madeUpTree(name, "another passive tree") : located(name, error);
		});
		checkTree(build, engine, name, request);
		return {
			engine,
			build,
			...(choice.why !== undefined && { why: choice.why }),
			...(choice.pob !== undefined && { pob: { folder: choice.pob, version: await pobVersion(engine) } }),
			elapsedMs: performance.now() - start,
			[Symbol.asyncDispose]: () => engine.close(),
		};
	} catch (error) {
		await engine.close();
		throw error;
	}
}

async function openChosen(request: EngineRequest, text = ""): Promise<{ engine: Engine; choice: Choice }> {
	const { calculator: _, pob: __, trust, ...options } = request;
	const { tree } = options;
	const choice = await chooseCalculator(request, text);
	const { calculator, pob } = choice;
	try {
		const engine = await Engine.open({
			...options,
			calculator,
			...(pob !== undefined && { pob }),
			...(calculator === "pob" && trust !== undefined && { options: { trust } }),
		});
		return { engine, choice };
	} catch (error) {
		const inTree = error instanceof PobatchError && error.code === "TREE_INVALID" && tree !== undefined;
		throw inTree && !error.message.includes(tree) ? located(tree, error) : error;
	}
}

interface Choice {
	calculator: string;
	/** The checkout, if Path of Building is used. */
	pob?: string;
	/** Why the reference calculator is used without having been requested. */
	why?: string;
}

/** Chooses Path of Building if it can be used and nothing else is requested. */
async function chooseCalculator({ calculator, pob, tree }: EngineRequest, text: string): Promise<Choice> {
	const named = calculator ?? (pob === undefined ? undefined : "pob");
	if (named !== undefined && named !== "pob") {
		if (pob !== undefined)
			throw contradiction("--pob", pob, `the calculator ${named}`, "It names where Path of Building is.");
		return { calculator: named };
	}
	if (named === "pob" && tree !== undefined)
		throw contradiction("--tree", tree, "Path of Building", "Its checkout has the tree of each build.");
	if (tree !== undefined) return { calculator: "reference", why: "since --tree is one of its options" };
	const found = await findPob(pob);
	if (named === "pob") return { calculator: "pob", ...(found !== undefined && { pob: found }) };
	if (found === undefined) {
		return {
			calculator: "reference",
			why: "since no Path of Building was found: `pobatch pob install` gets it",
		};
	}
	if (/^\s*\{/.test(text))
		return { calculator: "reference", why: "since Path of Building does not read this kind of build" };
	return { calculator: "pob", pob: found };
}

function contradiction(option: string, value: string, other: string, hint: string): PobatchError {
	return new PobatchError("INVALID_ARGUMENT", `${option} ${value} is of no use to ${other}`, { value, hint });
}

// The embedded tree has none of the game's nodes: a real build would be calculated without its passives.
function checkTree(build: Build, engine: Engine, name: string, request: EngineRequest): void {
	const { treeVersion } = build.info;
	if (!isEmbeddedTree(engine, request) || treeVersion === "" || treeVersion === engine.tree?.version) return;
	throw madeUpTree(name, `passive tree ${treeVersion}`, treeVersion);
}

function isEmbeddedTree(engine: Engine, { tree }: EngineRequest): boolean {
	return tree === undefined && engine.tree !== undefined;
}

function madeUpTree(name: string, tree: string, version = "<version>"): PobatchError {
	return new PobatchError("BUILD_INVALID", `${name}: the build is of ${tree}, the embedded one is made up`, {
		value: version,
		hint:
			`Give the game's with --tree: src/TreeData/${version}/tree.json of a Path of Building PoE2 checkout; ` +
			"or let Path of Building itself answer: `pobatch pob install`.",
	});
}

async function pobVersion(engine: Engine): Promise<string> {
	const version = await engine.command("version");
	return typeof version === "string" ? version : "?";
}
