import { availableParallelism } from "node:os";
import { cacheOfEnvironment, type RowCacheOptions } from "../cache/cache-options.js";
import { fileCalculator } from "../calculators/file.js";
import { loopSource, sandboxSource } from "../calculators/lua-files.js";
import { pobCalculator } from "../calculators/pob/calculator.js";
import { referenceCalculator } from "../calculators/reference.js";
import type { CalculatorSource, Verified } from "../calculators/source.js";
import { emitWarning } from "../common/engine-warning.js";
import { invalidArgument } from "../common/errors.js";
import type { Executor } from "../executors/executor.js";
import { ProcessExecutor } from "../executors/process/process-executor.js";
import { ReplaceableExecutor } from "../executors/replaceable-executor.js";
import { ThreadExecutor } from "../executors/thread-executor.js";
import { VerifiedExecutor } from "../executors/verified-executor.js";
import type { Plain } from "../native/addon.js";
import { PassiveTree } from "../tree/passive-tree.js";
import type { EngineOptions } from "./options.js";

const maxThreads = 256;

/** The states of this machine, not yet open, and their calculator. */
export interface States {
	readonly source: CalculatorSource;
	readonly executor: Executor;
	readonly threads: number;
	/** Creates states with other options, and with the given verification of their rows. */
	readonly executorOf: (options: Plain, verification: Verified | undefined) => Executor;
	readonly log: (text: string) => void;
}

/** @throws PobatchError INVALID_ARGUMENT, FILE_NOT_FOUND, TREE_INVALID, POB_NOT_FOUND, POB_INVALID, ADDON_NOT_FOUND */
export async function createStates(options: EngineOptions): Promise<States> {
	const { calculator = "reference", threads = availableParallelism(), memoryLimitMB, onLog } = options;
	if (typeof calculator !== "string" || calculator === "")
		throw invalidArgument('"reference" or the path of a Lua file', "calculator", calculator);
	if (!Number.isInteger(threads) || threads < 1 || threads > maxThreads)
		throw invalidArgument(`an integer from 1 to ${maxThreads}`, "threads", threads);
	const { rowTimeoutMs, openTimeoutMs, isolation = "thread" } = options;
	for (const [name, value] of Object.entries({ memoryLimitMB, rowTimeoutMs, openTimeoutMs })) {
		if (value !== undefined && !(Number.isFinite(value) && value > 0))
			throw invalidArgument("a positive number", name, value);
	}
	const source = await resolveCalculator(calculator, options, threads);
	if (isolation !== "thread" && isolation !== "process")
		throw invalidArgument('"thread" or "process"', "isolation", isolation);
	const StateExecutor = isolation === "process" ? ProcessExecutor : ThreadExecutor;
	const log = onLog ?? (() => {});
	const warn = options.onWarning ?? emitWarning;
	const ownConfig = {
		loopSource: await loopSource(),
		source: source.source,
		sandboxSource: source.trusted ? "" : await sandboxSource(),
		rollback: source.rollback,
		chunkName: source.chunkName,
		packagePath: source.packagePath,
		memoryLimit: Math.round((memoryLimitMB ?? 0) * 2 ** 20),
	};
	const config = { ...ownConfig, ...(source.compiled && { compiled: await source.compiled.read() }) };
	const states = (count: number, own: Plain): Executor =>
		new StateExecutor({ ...config, threads: count, options: own }, log);
	const executorOf = (own: Plain, verification: Verified | undefined) =>
		verification
			? new VerifiedExecutor({
					share: verification.share,
					trusting: () => states(threads, own),
					// The states that others are compared with, so nothing is shared between them.
					originals: () =>
						new StateExecutor({ ...ownConfig, threads: 1, options: verification.originals }, log),
					doubting: () => states(threads, verification.doubting),
					onDifference(why) {
						const text = verification.onDifference(why);
						log(text);
						warn({ code: "CERTIFICATE_WITHDRAWN", text, where: source.chunkFolder ?? "" });
					},
				})
			: states(threads, own);
	const first = executorOf(source.options, source.verification);
	// With a fleet, rows are calculated by workers, whose kind must not change in the meantime.
	const isReplaceable = source.certify !== undefined && options.executor === undefined;
	const executor = isReplaceable ? new ReplaceableExecutor(first) : first;
	return { source, executor, threads, executorOf, log };
}

/** Whether and how rows are cached. */
export function cacheOption({ cache, calculator }: EngineOptions): boolean | RowCacheOptions {
	return cache ?? cacheOfEnvironment(calculator === "pob");
}

async function resolveCalculator(
	calculator: string,
	options: EngineOptions,
	threads: number,
): Promise<CalculatorSource> {
	const { tree, pob, options: own = {}, sandbox = true, rollback = sandbox } = options;
	if (calculator === "pob") {
		const cache = cacheOption(options);
		const verify = typeof cache === "object" ? (cache.verify ?? 0) : 0;
		return pobCalculator(pob, own, { rowCache: cache !== false, verify, states: threads });
	}
	if (calculator === "reference") return referenceCalculator(await resolveTree(tree));
	if (typeof rollback !== "boolean") throw invalidArgument("a boolean", "rollback", rollback);
	if (rollback && !sandbox)
		throw invalidArgument(
			"false, or the sandbox on: outside of it not all can be undone",
			"rollback",
			rollback,
		);
	const nodes = tree === undefined ? undefined : await resolveTree(tree);
	return fileCalculator(calculator, own, nodes, { sandbox, rollback });
}

async function resolveTree(tree: EngineOptions["tree"]): Promise<PassiveTree> {
	if (tree === undefined) return PassiveTree.embedded();
	if (tree instanceof PassiveTree) return tree;
	if (typeof tree === "string") return PassiveTree.load(tree);
	if (typeof tree === "object" && tree !== null && Array.isArray(tree.nodes)) return new PassiveTree(tree);
	throw invalidArgument("a PassiveTree, its data or a file's path", "tree", tree);
}
