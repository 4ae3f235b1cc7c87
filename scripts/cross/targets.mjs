// The systems that a Debian machine makes binaries for.
import { zigTools } from "./zig.mjs";

/**
 * @typedef {object} Target
 * @property {string} name of the folder in build/cross
 * @property {string} file in prebuilds
 * @property {Record<string, string>} needs Debian's package for each program
 * @property {string} strip program and flags
 * @property {string} toolchain file in deps/toolchains
 * @property {(folder: string) => Record<string, string>} [environment] for CMake and the build
 */

const gccArm = {
	"aarch64-linux-gnu-gcc": "g++-aarch64-linux-gnu",
	"aarch64-linux-gnu-g++": "g++-aarch64-linux-gnu",
};

/** @type {Target[]} */
export const targets = [
	{
		name: "linux-arm64",
		file: "linux-arm64/pobatch.glibc.node",
		needs: gccArm,
		strip: "aarch64-linux-gnu-strip",
		toolchain: "linux-arm64.cmake",
	},
	{
		name: "linux-x64-musl",
		file: "linux-x64/pobatch.musl.node",
		needs: { gcc: "gcc" },
		strip: "strip",
		toolchain: "linux-musl.cmake",
		environment: (folder) => zigTools("x86_64", "gcc", folder),
	},
	{
		name: "linux-arm64-musl",
		file: "linux-arm64/pobatch.musl.node",
		needs: gccArm,
		strip: "aarch64-linux-gnu-strip",
		toolchain: "linux-musl.cmake",
		environment: (folder) => zigTools("aarch64", "aarch64-linux-gnu-gcc", folder),
	},
	{
		name: "win32-x64",
		file: "win32-x64/pobatch.node",
		needs: {
			"x86_64-w64-mingw32-gcc-posix": "g++-mingw-w64-x86-64-posix",
			"x86_64-w64-mingw32-g++-posix": "g++-mingw-w64-x86-64-posix",
		},
		strip: "x86_64-w64-mingw32-strip",
		toolchain: "win32-x64.cmake",
	},
];
