import type { Build } from "../build.js";
import { Engine } from "../engine.js";
import { PobatchError } from "../errors.js";
import { located, oneLine } from "./fail.js";
import type { EngineFlags } from "./options.js";
import { nameOf, readText } from "./source.js";

/** The one place where the command line decides which calculator answers. */
export async function openEngine(flags: EngineFlags): Promise<Engine> {
	try {
		return await Engine.open({
			calculator: flags.calculator ?? "reference",
			...(flags.tree !== undefined && { tree: flags.tree }),
			...(flags.threads !== undefined && { threads: flags.threads }),
			...(flags.rowTimeout !== undefined && { rowTimeoutMs: flags.rowTimeout }),
		});
	} catch (error) {
		const inTree = error instanceof PobatchError && error.code === "TREE_INVALID" && flags.tree !== undefined;
		throw inTree && !error.message.includes(flags.tree as string)
			? located(flags.tree as string, error)
			: error;
	}
}

/** An engine with one build in it. */
export interface Opened extends AsyncDisposable {
	engine: Engine;
	build: Build;
	/**
	 * Says on stderr who answers and what reading the build left out: numbers are only as good as that. A command calls
	 * it once it knows that its input is good, so that bad input stays one line.
	 */
	announce(): void;
}

/** Opens the engine and loads the build of a command's BUILD argument. */
export async function openBuild(source: string, flags: EngineFlags): Promise<Opened> {
	const text = await readText(source, "build");
	const start = performance.now();
	const engine = await openEngine(flags);
	try {
		const build = await engine.load(text).catch((error) => {
			throw located(nameOf(source), error);
		});
		checkTree(build, engine, source, flags);
		const seconds = ((performance.now() - start) / 1000).toFixed(2);
		return {
			engine,
			build,
			announce() {
				process.stderr.write(`${describeEngine(engine, build)}, ready in ${seconds} s\n`);
				for (const warning of build.warnings)
					process.stderr.write(`warning: ${nameOf(source)}: ${oneLine(warning)}\n`);
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
	if (flags.tree !== undefined || !engine.tree || treeVersion === "" || treeVersion === engine.tree.version)
		return;
	throw new PobatchError(
		"BUILD_INVALID",
		`${nameOf(source)}: the build is of passive tree ${treeVersion}, the embedded one is made up`,
		{
			value: treeVersion,
			hint: `Give the game's with --tree: src/TreeData/${treeVersion}/tree.json of a Path of Building PoE2 checkout.`,
		},
	);
}

/** `calculator reference 1, tree 0_5, 2 threads`. */
export function describeEngine(engine: Engine, build?: Build): string {
	const tree = (build?.tree ?? engine.tree)?.version;
	return [
		`calculator ${engine.calculator.name} ${engine.calculator.version}`,
		...(tree === undefined ? [] : [`tree ${tree}`]),
		`${engine.threads} ${engine.threads === 1 ? "thread" : "threads"}`,
	].join(", ");
}
