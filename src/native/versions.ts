import { readFileSync } from "node:fs";
import { join } from "node:path";
import { addon, packageFolder } from "./addon.js";

/** Versions of the package, of LuaJIT (as `jit.version` gives it) and of zlib. */
export function versions(): { pobatch: string; luajit: string; zlib: string } {
	const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
		version: string;
	};
	return { pobatch: version, ...addon().versions };
}
