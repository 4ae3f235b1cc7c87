import { PobatchError } from "./errors.js";

/**
 * A package that is installed beside this one by whoever needs it, loaded when it is asked for.
 *
 * @param what needs it, as the beginning of a sentence
 * @throws PobatchError PACKAGE_NOT_FOUND; what loading it throws
 */
export async function loadCompanion<Package>(name: string, what: string): Promise<Package> {
	try {
		return (await import(name)) as Package;
	} catch (cause) {
		const { code, message } = cause as NodeJS.ErrnoException;
		// Something that the package itself depends on may also be missing.
		if (code !== "ERR_MODULE_NOT_FOUND" || !message.includes(`'${name}'`)) throw cause;
		throw new PobatchError("PACKAGE_NOT_FOUND", `${what} comes with the package ${name}`, {
			cause,
			value: name,
			hint: `\`npm install ${name}\` beside pobatch (with -g if pobatch was installed so) gets it.`,
		});
	}
}
