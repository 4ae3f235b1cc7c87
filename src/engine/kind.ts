import { arithmeticSource, loopSource } from "../calculators/lua-files.js";
import type { CalculatorSource } from "../calculators/source.js";
import { digest } from "../common/digest.js";
import { ThreadExecutor } from "../executors/thread-executor.js";
import type { Identity } from "../native/addon.js";
import { versions } from "../native/versions.js";

/**
 * Everything that the exact bits of an engine's rows depend on, except the build. Two engines produce bit-identical
 * results if all parts are equal.
 */
export interface EngineKind {
	/** The version of this package. */
	readonly pobatch: string;
	/** The calculator's name and version, as reported by the calculator. */
	readonly calculator: string;
	/** SHA-256 of the calculator's files, its tree and its options. */
	readonly contents: string;
	readonly luajit: string;
	/** For instance `linux x64`. */
	readonly platform: string;
	/** SHA-256 of the results of the machine's math functions. */
	readonly arithmetic: string;
}

export async function engineKind(source: CalculatorSource, { name, version }: Identity): Promise<EngineKind> {
	const { pobatch, luajit } = versions();
	const [contents, arithmetic] = await Promise.all([source.contents(), arithmeticDigest()]);
	return {
		pobatch,
		calculator: `${name} ${version}`,
		contents: digest(contents, source.rollback ? "rollback" : ""),
		luajit,
		platform: `${process.platform} ${process.arch}`,
		arithmetic,
	};
}

/** One SHA-256 for the whole kind. */
export function kindDigest(kind: EngineKind): string {
	const { pobatch, calculator, contents, luajit, platform, arithmetic } = kind;
	return digest(pobatch, calculator, contents, luajit, platform, arithmetic);
}

async function arithmeticDigest(): Promise<string> {
	const executor = new ThreadExecutor(
		{
			threads: 1,
			loopSource: await loopSource(),
			source: await arithmeticSource(),
			sandboxSource: "",
			rollback: false,
			chunkName: "@pobatch/lua/arithmetic.lua",
			packagePath: "",
			options: {},
			memoryLimit: 0,
		},
		() => {},
	);
	try {
		await executor.open();
		return digest(String(await executor.command({ name: "digits", build: 0, args: {} })));
	} finally {
		executor.close();
	}
}
