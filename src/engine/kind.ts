import { arithmeticSource, loopSource } from "../calculators/lua-files.js";
import type { CalculatorSource } from "../calculators/source.js";
import { digest } from "../common/digest.js";
import { ThreadExecutor } from "../executors/thread-executor.js";
import type { Identity } from "../native/addon.js";
import { versions } from "../native/versions.js";

/**
 * All that the bits of an engine's rows depend on besides the build, part by part: two engines answer the same bits where all
 * parts are equal.
 */
export interface EngineKind {
	/** The version of this package. */
	readonly pobatch: string;
	/** The calculator's name and version, as it gives them. */
	readonly calculator: string;
	/** Of the calculator's files, its tree and its options: a SHA-256. */
	readonly contents: string;
	readonly luajit: string;
	/** `linux x64` for instance. */
	readonly platform: string;
	/** Of what the machine's mathematical functions answer: a SHA-256. */
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

/** One SHA-256 for a kind. */
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
