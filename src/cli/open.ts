import type { BuildInfo } from "../builds/build-info.js";
import { cacheFolder } from "../cache/row-cache.js";
import { findPob } from "../calculators/pob/checkout.js";
import { oneLine, PobatchError } from "../common/errors.js";
import type { Build } from "../engine/build.js";
import { Engine, type EngineOptions } from "../engine/engine.js";
import { located } from "./fail.js";
import type { EngineFlags } from "./options.js";
import { waiting } from "./progress.js";
import { nameOfBuild, readBuild } from "./source.js";
import { warningLines } from "./warnings.js";

/** The one place where the command line opens an engine. */
export async function openEngine(flags: EngineFlags): Promise<Engine> {
	return (await openChosen(flags)).engine;
}

async function openChosen(flags: EngineFlags, text = ""): Promise<{ engine: Engine; choice: Choice }> {
	const choice = await chooseCalculator(flags, text);
	const { threads, rowTimeout, tree, isolation, cache, profile } = flags;
	const options: EngineOptions = {
		calculator: choice.calculator,
		...(choice.pob !== undefined && { pob: choice.pob }),
		...(tree !== undefined && { tree }),
		...(threads !== undefined && { threads }),
		...(rowTimeout !== undefined && { rowTimeoutMs: rowTimeout }),
		...(isolation !== undefined && { isolation }),
		...(profile !== undefined && { profile }),
		...(cache === false && { cache: false }),
		...(cache === true && { cache: { dir: cacheFolder() } }),
		...(typeof cache === "string" && { cache: { dir: cache } }),
		onWarning: ({ text }) => process.stderr.write(`warning: ${oneLine(text)}\n`),
	};
	try {
		return { engine: await Engine.open(options), choice };
	} catch (error) {
		const inTree = error instanceof PobatchError && error.code === "TREE_INVALID" && tree !== undefined;
		throw inTree && !error.message.includes(tree) ? located(tree, error) : error;
	}
}

interface Choice {
	calculator: string;
	/** The checkout, where Path of Building answers. */
	pob?: string;
	/** Why the reference calculator answers although nobody asked for it. */
	why?: string;
}

/** Path of Building wherever it can answer, unless told otherwise. */
async function chooseCalculator({ calculator, pob, tree }: EngineFlags, text: string): Promise<Choice> {
	const named = calculator ?? (pob === undefined ? undefined : "pob");
	if (named !== undefined && named !== "pob") {
		if (pob !== undefined)
			throw contradiction("--pob", pob, `the calculator ${named}`, "It names where Path of Building is.");
		return { calculator: named };
	}
	if (named === "pob" && tree !== undefined)
		throw contradiction("--tree", tree, "Path of Building", "Its checkout has the tree of each build.");
	if (tree !== undefined) return { calculator: "reference", why: "since --tree is its option" };
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

/** An engine with one build in it. */
export interface Opened extends AsyncDisposable {
	engine: Engine;
	build: Build;
	/**
	 * Says on stderr who answers and what to know of the build's numbers, which are only as good as that. A command calls
	 * it once it knows that its input is good, so that bad input stays one line.
	 */
	announce(): void;
}

/** Opens the engine and loads the build of a command's BUILD argument. */
export async function openBuild(source: string, flags: EngineFlags): Promise<Opened> {
	const text = await readBuild(source);
	const start = performance.now();
	using _line = waiting("opening the build …");
	const { engine, choice } = await openChosen(flags, text);
	try {
		const load = flags.spec === undefined ? {} : { spec: flags.spec };
		const build = await engine.load(text, load).catch((error) => {
			const isForeign =
				error instanceof PobatchError && error.code === "UNKNOWN_CLASS" && isEmbeddedTree(engine, flags);
			throw isForeign ? madeUpTree(source, "another passive tree") : located(nameOfBuild(source), error);
		});
		checkTree(build, engine, source, flags);
		const pob =
			choice.pob === undefined ? "" : ` (Path of Building ${await pobVersion(engine)} in ${choice.pob})`;
		const seconds = ((performance.now() - start) / 1000).toFixed(2);
		return {
			engine,
			build,
			announce() {
				if (choice.why) process.stderr.write(`The reference calculator answers, ${choice.why}.\n`);
				process.stderr.write(`${describeEngine(engine, build, pob)}, ready in ${seconds} s\n`);
				process.stderr.write(warningLines(build, flags.warnings === true));
			},
			[Symbol.asyncDispose]: () => engine.close(),
		};
	} catch (error) {
		await engine.close();
		throw error;
	}
}

// The embedded tree has none of the game's nodes: a real build on it would be answered without its passives.
function checkTree(build: Build, engine: Engine, source: string, flags: EngineFlags): void {
	const { treeVersion } = build.info;
	if (!isEmbeddedTree(engine, flags) || treeVersion === "" || treeVersion === engine.tree?.version) return;
	throw madeUpTree(source, `passive tree ${treeVersion}`, treeVersion);
}

function isEmbeddedTree(engine: Engine, { tree }: EngineFlags): boolean {
	return tree === undefined && engine.tree !== undefined;
}

function madeUpTree(source: string, tree: string, version = "<version>"): PobatchError {
	return new PobatchError(
		"BUILD_INVALID",
		`${nameOfBuild(source)}: the build is of ${tree}, the embedded one is made up`,
		{
			value: version,
			hint:
				`Give the game's with --tree: src/TreeData/${version}/tree.json of a Path of Building PoE2 checkout; ` +
				"or let Path of Building itself answer: `pobatch pob install`.",
		},
	);
}

/** `Titan (Warrior), level 99, 120 nodes`; what Path of Building tells beyond that, if it does. */
export function describeBuild({ info, allocated }: Build): string {
	const who = info.ascendancy
		? `${info.ascendancy} (${info.class})`
		: info.class || "A build without a class";
	const { mainSkill, specs, activeSpec } = info as PobInfo;
	return [
		who,
		`level ${info.level}`,
		`${allocated.length} nodes`,
		...(mainSkill ? [`main skill ${mainSkill}`] : []),
		...(specs && specs > 1 ? [`tree ${activeSpec} of ${specs}`] : []),
	].join(", ");
}

/** What lua/pob/info.lua adds to a build's info. */
interface PobInfo extends BuildInfo {
	mainSkill?: string;
	specs?: number;
	activeSpec?: number;
}

/** `calculator reference 1, tree 0_5, 2 threads`. */
export function describeEngine(engine: Engine, build?: Build, pob = ""): string {
	const tree = (build?.tree ?? engine.tree)?.version;
	return [
		`calculator ${engine.calculator.name} ${engine.calculator.version}${pob}`,
		...(tree === undefined ? [] : [`tree ${tree}`]),
		`${engine.threads} ${engine.threads === 1 ? "thread" : "threads"}`,
	].join(", ");
}

async function pobVersion(engine: Engine): Promise<string> {
	const { version } = (await engine.command("doctor")) as { version?: string };
	return version ?? "?";
}
