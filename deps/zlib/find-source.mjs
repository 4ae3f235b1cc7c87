// Prints the folder of the zlib source to build; CMake runs it while configuring. Node's own zlib symbols are not
// part of Node-API, so the addon links a copy of its own.
import { fileURLToPath } from "node:url";
import { printSourceFolder } from "../debian-source.mjs";

printSourceFolder({
	name: "zlib",
	variable: "ZLIB_SOURCE_DIR",
	marker: "inflate.c",
	unpacked: fileURLToPath(new URL("./source", import.meta.url)),
	suites: [""],
	hint: "a zlib source tree (https://zlib.net)",
});
