import { cacheFolder } from "../cache/cache-options.js";
import { oneLine, PobatchError } from "../common/errors.js";
import { type EngineRequest, type OpenedBuild, openBuild as open } from "../operations/open.js";
import { describeEngine } from "./describe.js";
import type { EngineFlags } from "./options.js";
import { tellAside, waiting } from "./progress.js";
import { nameOfBuild, readBuild } from "./source.js";
import { warningLines } from "./warnings.js";

/** Translates a command's options for an engine. */
function engineRequest(flags: EngineFlags): EngineRequest {
	const { calculator, pob, tree, threads, rowTimeout, isolation, cache, profile, trust, queue } = flags;
	return {
		...(calculator !== undefined && { calculator }),
		...(pob !== undefined && { pob }),
		...(tree !== undefined && { tree }),
		...(threads !== undefined && { threads }),
		...(rowTimeout !== undefined && { rowTimeoutMs: rowTimeout }),
		...(isolation !== undefined && { isolation }),
		...(queue !== undefined && { executor: { queue: addressOf(queue) } }),
		...(profile !== undefined && { profile }),
		...(trust !== undefined && { trust }),
		...(cache === false && { cache: false }),
		...(cache === true && { cache: { dir: cacheFolder() } }),
		...(typeof cache === "string" && { cache: { dir: cache } }),
		onCertifying: ({ step, done, total }) => tellAside(`certifying: ${step}, ${done} of ${total} builds`),
		onWarning: ({ text }) => process.stderr.write(`warning: ${oneLine(text)}\n`),
	};
}

function addressOf(queue: string | true): string {
	const address = queue === true ? process.env.POBATCH_QUEUE : queue;
	if (address) return address;
	throw new PobatchError(
		"INVALID_ARGUMENT",
		"Neither --queue nor the variable POBATCH_QUEUE has an address",
		{
			hint: "Give one of them: --queue redis://HOST:PORT.",
		},
	);
}

/** Opens the engine and loads the build given as a command's BUILD argument. */
export async function openBuild(source: string, flags: EngineFlags): Promise<OpenedBuild> {
	const text = await readBuild(source);
	using _line = waiting("opening the build …");
	const { spec } = flags;
	const name = nameOfBuild(source);
	const opened = await open({ ...engineRequest(flags), text, name, ...(spec !== undefined && { spec }) });
	void opened.engine.certification?.then(() => tellAside(undefined));
	return opened;
}

/**
 * Prints on stderr which calculator is used, and the build's warnings. Commands call it after checking their input, so
 * that bad input gives only one line.
 */
export function announce({ engine, build, why, pob, elapsedMs }: OpenedBuild, flags: EngineFlags): void {
	if (why) process.stderr.write(`Using the reference calculator, ${why}.\n`);
	const from = pob === undefined ? "" : ` (Path of Building ${pob.version} in ${pob.folder})`;
	const seconds = (elapsedMs / 1000).toFixed(2);
	process.stderr.write(`${describeEngine(engine, build, from)}, ready in ${seconds} s\n`);
	process.stderr.write(warningLines(build, flags.warnings === true));
}
