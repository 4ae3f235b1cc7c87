// Compiles a program of the project's own C++ without Node, for fuzzers and sanitizers: binding/ but addon.cpp, with the
// libraries that the addon's build left.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

export const has = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

/** Runs a command in view of the user; ends this program if it fails. */
export function run(command, args, options = {}) {
	const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
	if (error) throw error;
	if (status === 0) return;
	console.error(`error: ${command} ended with ${status ?? signal}`);
	process.exit(1);
}

/**
 * @param {string} compiler for C++
 * @param {string} program the file to make
 * @param {string[]} sources of the program itself, relative to the project
 * @param {string[]} flags e.g. sanitizers
 * @param {string[]} linking flags of the last step alone
 */
export function compileProgram(compiler, program, sources, flags, linking = []) {
	const luajit = join(root, "build", "deps", "luajit", "tree", "src");
	const zlib = join(root, "build", "deps", "zlib", "libzlib.a");
	for (const file of [join(luajit, "libluajit.a"), zlib]) {
		if (existsSync(file)) continue;
		console.error(`error: there is no ${file}: build the addon first, npm run build:addon`);
		process.exit(2);
	}
	const zlibSource = execFileSync(process.execPath, [join(root, "deps", "zlib", "find-source.mjs")], {
		encoding: "utf8",
	});
	const objects = `${program}.objects`;
	mkdirSync(objects, { recursive: true });
	const include = ["-isystem", luajit, "-isystem", zlibSource];
	const common = ["-O2", "-g", "-fno-omit-frame-pointer", ...flags, ...include];
	const internals = join(objects, "luajit_internals.o");
	run(compiler, ["-x", "c", "-c", join("binding", "luajit_internals.c"), ...common, "-o", internals]);
	const binding = readdirSync(join(root, "binding"))
		.filter((name) => name.endsWith(".cpp") && name !== "addon.cpp")
		.map((name) => join("binding", name));
	const archive = join(objects, "libbinding.a");
	run("ar", ["rcs", archive, internals, ...compileAll(compiler, objects, binding, common)]);
	const own = compileAll(compiler, objects, sources, common);
	mkdirSync(dirname(program), { recursive: true });
	run(compiler, [
		...flags,
		...linking,
		...own,
		archive,
		join(luajit, "libluajit.a"),
		zlib,
		...["-lm", "-ldl", "-pthread"],
		...["-o", program],
	]);
}

function compileAll(compiler, folder, sources, flags) {
	return sources.map((source) => {
		const object = join(folder, `${source.replace(/[^\w.-]/g, "-")}.o`);
		run(compiler, ["-std=c++20", "-c", source, ...flags, "-o", object]);
		return object;
	});
}
