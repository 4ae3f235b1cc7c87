// Compiles a program from the project's own C++ without Node, for fuzzers and sanitizers, with the libraries that the
// addon's build left.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

export const has = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

/** Runs a command with visible output; ends this program if it fails. */
export function run(command, args, options = {}) {
	const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
	if (error) throw error;
	if (status === 0) return;
	console.error(`error: ${command} ended with ${status ?? signal}`);
	process.exit(1);
}

/** All of binding/ except the folder that uses Node-API. */
export const bindingFiles = readdirSync(join(root, "binding"), { withFileTypes: true })
	.filter((room) => room.isDirectory() && room.name !== "napi")
	.flatMap(({ name: room }) =>
		readdirSync(join(root, "binding", room))
			.filter((name) => /\.(c|cpp)$/.test(name) && !/_windows\./.test(name))
			.map((name) => join("binding", room, name)),
	);

/**
 * @param {string} compiler for C++
 * @param {string} folder for the program and its object files; files that this run has compiled into it are not
 * compiled again, so each folder is for one compiler and one set of flags
 * @param {string} name of the program
 * @param {string[]} sources relative to the project
 * @param {string[]} flags e.g. sanitizers
 * @param {string[]} linking flags for the last step only
 * @returns {string} the program
 */
export function compileProgram(compiler, folder, name, sources, flags, linking = []) {
	const luajit = join(root, "build", "deps", "luajit", "tree", "src");
	const libraries = [join(luajit, "libluajit.a"), join(root, "build", "deps", "zlib", "libzlib.a")];
	for (const file of libraries) {
		if (existsSync(file)) continue;
		console.error(`error: there is no ${file}: build the addon first, npm run build:addon`);
		process.exit(2);
	}
	mkdirSync(folder, { recursive: true });
	const include = ["-I", join(root, "binding"), "-isystem", luajit, "-isystem", zlibSource()];
	const common = ["-O1", "-g", "-fno-omit-frame-pointer", ...flags, ...include];
	const objects = sources.map((source) => compileFile(compiler, folder, source, common));
	const program = join(folder, name);
	run(compiler, [
		...flags,
		...linking,
		...objects,
		...libraries,
		...["-lm", "-ldl", "-pthread"],
		"-o",
		program,
	]);
	return program;
}

function zlibSource() {
	const script = join(root, "deps", "zlib", "find-source.mjs");
	return execFileSync(process.execPath, [script], { encoding: "utf8" });
}

const compiled = new Set();

function compileFile(compiler, folder, source, flags) {
	const object = join(folder, `${source.replace(/[^\w.-]/g, "-")}.o`);
	if (!compiled.has(object)) {
		const language = source.endsWith(".c") ? ["-x", "c"] : ["-std=c++20"];
		run(compiler, [...language, "-c", source, ...flags, "-o", object]);
		compiled.add(object);
	}
	return object;
}
