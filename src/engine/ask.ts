import { PobatchError } from "../common/errors.js";
import type { Plain } from "../native/addon.js";

/** The part of a build that `ask` needs. */
interface Asked {
	readonly info: { readonly calculator: string };
	command(name: string, args?: Plain): Promise<Plain>;
}

/**
 * Calls a command that not every calculator has: about items, gems or options.
 *
 * @throws PobatchError VARIANTS_UNSUPPORTED if the calculator does not have it; otherwise whatever `Build.command`
 * throws
 */
export async function ask(build: Asked, name: string, args: Plain = {}): Promise<Plain> {
	try {
		return await build.command(name, args);
	} catch (error) {
		// The Lua loop uses a single error code for everything a calculator lacks.
		if (!(error instanceof PobatchError) || !error.message.includes(`has no command \`${name}\``))
			throw error;
		throw new PobatchError(
			"VARIANTS_UNSUPPORTED",
			`The calculator "${build.info.calculator}" cannot tell this of a build (it has no command \`${name}\`)`,
			{ hint: "Let Path of Building answer: --pob FOLDER, or `pobatch pob install`.", cause: error },
		);
	}
}
