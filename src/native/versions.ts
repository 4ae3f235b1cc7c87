import { readFileSync } from "node:fs";
import { join } from "node:path";
import { addon, packageFolder } from "./addon.js";

/** Versions of what is inside: the package, LuaJIT (as `jit.version` gives it) and zlib. */
export function versions(): { pobatch: string; luajit: string; zlib: string } {
	const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
		version: string;
	};
	return { pobatch: version, ...addon().versions };
}
