import { PobatchError } from "../common/errors.js";
import type { Plain } from "../native/addon.js";

/** What is needed of a build. */
interface Asked {
	readonly info: { readonly calculator: string };
	command(name: string, args?: Plain): Promise<Plain>;
}

/**
 * Asks the build's calculator by a command of its own that not every calculator has: about items, gems or options.
 *
 * @throws PobatchError VARIANTS_UNSUPPORTED where this one has none; else what `Build.command` throws
 */
export async function ask(build: Asked, name: string, args: Plain = {}): Promise<Plain> {
	try {
		return await build.command(name, args);
	} catch (error) {
		// Lua's loop has one code for all that a calculator lacks.
		if (!(error instanceof PobatchError) || !error.message.includes(`has no command \`${name}\``))
			throw error;
		throw new PobatchError(
			"VARIANTS_UNSUPPORTED",
			`The calculator "${build.info.calculator}" cannot tell this of a build (it has no command \`${name}\`)`,
			{ hint: "Let Path of Building answer: --pob FOLDER, or `pobatch pob install`.", cause: error },
		);
	}
}
