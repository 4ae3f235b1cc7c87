import { join } from "node:path";
import envPaths from "env-paths";
import { digest } from "../../common/digest.js";
import { addon } from "../../native/addon.js";
import { luaDigest, manifestDigest } from "../identity.js";
import { luaFolder } from "../lua-files.js";
import { readSealed, writeSealed } from "./sealed-file.js";

/** State of a part that makes rows faster; see docs/internals/versions.md. */
export interface PartStatus {
	part: string;
	/**
	 * `known`: all functions that it replaces have known forms; `derived`: it is made from the checkout's own text;
	 * `certified`: found to give the same results by calculating rows; `off`: not used.
	 */
	status: "known" | "derived" | "certified" | "off";
	/** Why it is not used. */
	why?: string;
}

/** What was found out about a checkout by calculating rows with Path of Building's own functions and with pobatch's. */
export interface Certificate {
	/** The parts that were not used without it, each `certified` or `off`. */
	parts: PartStatus[];
	/** What was compared: numbers of builds, node sets and values. */
	builds: number;
	rows: number;
	values: number;
	/** The date, in ISO format. */
	at: string;
	/** A difference that was found later, while rows were verified: nothing is certified any more. */
	withdrawn?: string;
}

/** `~/.local/share/pobatch/certificates` by the XDG rules on Linux, and the equivalent on other systems. */
export function certificateFolder(): string {
	return join(envPaths("pobatch", { suffix: "" }).data, "certificates");
}

/**
 * The certificate of a checkout. It is valid only for exactly these files, this pobatch, LuaJIT and platform. A damaged
 * file counts as none.
 *
 * @param source `src` of the checkout
 * @param options `versions`: the calculator's option with additional known forms
 */
export async function certificateOf(
	source: string,
	{ folder = certificateFolder(), versions }: { folder?: string; versions?: unknown } = {},
): Promise<{
	path: string;
	read(): Promise<Certificate | undefined>;
	write(certificate: Certificate): Promise<void>;
}> {
	const platform = `${process.platform} ${process.arch}`;
	const name = digest(
		await luaDigest(luaFolder),
		await manifestDigest(source),
		addon().versions.luajit,
		platform,
		...(versions === undefined ? [] : [JSON.stringify(versions)]),
	).slice(0, 32);
	const path = join(folder, `${name}.json`);
	return {
		path,
		read: async () => (await readSealed(path)) as Certificate | undefined,
		write: (certificate) => writeSealed(path, certificate),
	};
}
