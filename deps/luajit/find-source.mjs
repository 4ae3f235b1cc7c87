// Prints the folder of the LuaJIT source to build; CMake runs it while configuring.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { printSourceFolder } from "../debian-source.mjs";

printSourceFolder({
	name: "luajit",
	variable: "LUAJIT_SOURCE_DIR",
	marker: "src/lj_state.c",
	unpacked: fileURLToPath(new URL("./source", import.meta.url)),
	// The newest first: Path of Building uses syntax that LuaJIT has since July 2026 (2.1.1784535649), and Debian 12's own
	// LuaJIT of March 2022 can hang once its JIT is frozen.
	suites: ["experimental", "sid", ""],
	pins: JSON.parse(readFileSync(new URL("./pins.json", import.meta.url), "utf8")),
	hint: "a LuaJIT 2.1 source tree of July 2026 or later (a clone of https://github.com/LuaJIT/LuaJIT, branch v2.1)",
});
