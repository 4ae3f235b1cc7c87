// Prints the folder of musl's source, whose mathematics is compiled where the C library is not glibc.
import { fileURLToPath } from "node:url";
import { printSourceFolder } from "../debian-source.mjs";

printSourceFolder({
	name: "musl",
	variable: "MUSL_SOURCE_DIR",
	marker: "src/math/pow.c",
	unpacked: fileURLToPath(new URL("./source", import.meta.url)),
	suites: [""],
	hint: "a source tree of musl 1.2.2 or later (https://musl.libc.org)",
});
