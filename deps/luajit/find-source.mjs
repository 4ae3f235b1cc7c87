// Prints the folder of the LuaJIT source to build; CMake runs it while configuring.
import { fileURLToPath } from "node:url";
import { printSourceFolder } from "../debian-source.mjs";

printSourceFolder({
	name: "luajit",
	variable: "LUAJIT_SOURCE_DIR",
	marker: "src/lj_state.c",
	unpacked: fileURLToPath(new URL("./source", import.meta.url)),
	// Debian's unstable suite first: Debian 12's own LuaJIT is of March 2022 and can hang once its JIT is frozen.
	suites: ["sid", ""],
	hint: "a LuaJIT 2.1 source tree (a clone of https://github.com/LuaJIT/LuaJIT)",
});
