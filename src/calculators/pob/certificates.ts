import { join } from "node:path";
import envPaths from "env-paths";
import { digest } from "../../common/digest.js";
import { addon } from "../../native/addon.js";
import { luaDigest, manifestDigest } from "../identity.js";
import { luaFolder } from "../lua-files.js";
import { readSealed, writeSealed } from "./sealed-file.js";

/** What became of a part that makes rows faster: see docs/internals/versions.md. */
export interface PartStatus {
	part: string;
	/**
	 * `known`: all functions that it stands for have forms that are known; `derived`: it is made of the checkout's own text;
	 * `certified`: found to answer the same by calculating; `off`: not in use.
	 */
	status: "known" | "derived" | "certified" | "off";
	/** Why it is not in use. */
	why?: string;
}

/** What was found out of a checkout by calculating rows with Path of Building's own functions and with pobatch's. */
export interface Certificate {
	/** The parts that were not in use without it, each `certified` or `off`. */
	parts: PartStatus[];
	/** What was compared: builds, node sets of them, numbers. */
	builds: number;
	rows: number;
	values: number;
	/** When, as an ISO date. */
	at: string;
	/** The difference that was found later, while rows were verified: nothing is certified any more. */
	withdrawn?: string;
}

/** `~/.local/share/pobatch/certificates` by the XDG rules on Linux, the like elsewhere. */
export function certificateFolder(): string {
	return join(envPaths("pobatch", { suffix: "" }).data, "certificates");
}

/**
 * The certificate of a checkout: of these very files, for this very pobatch, LuaJIT and platform. A file that is damaged is none.
 *
 * @param source `src` of the checkout
 * @param options `versions`: the calculator's option, forms that are given, which are part of what is known
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
