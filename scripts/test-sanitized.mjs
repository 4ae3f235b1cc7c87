// `npm run test:asan` and `test:tsan`: run the pool's unit test (test/native/pool.cpp, a program without Node) and then
// the addon's tests under sanitizers, each in its own build folder: `address` (with `undefined`) or `thread`; further
// arguments are vitest's. Linux with GCC or Clang; needs the addon's ordinary build for LuaJIT. If a sanitizer finds
// something, the process ends with a report. Leaks are checked only in the unit test, where all memory is ours; in
// Node, V8 keeps much memory until the process ends. LuaJIT is built without sanitizers: what is checked is binding/,
// and every byte that it passes to Lua, to JavaScript or to another thread.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bindingFiles, compileProgram, root, run } from "./native-program.mjs";

const sanitizers = {
	address: {
		flag: "address,undefined",
		// Node links libstdc++ statically, so the runtime would not find the `__cxa_throw` that it intercepts.
		libraries: ["libasan.so", "libstdc++.so"],
		unitTest: { ASAN_OPTIONS: "detect_leaks=1:halt_on_error=1" },
		rounds: 5,
		// One of the tests makes allocations fail.
		environment: {
			ASAN_OPTIONS: "detect_leaks=0:halt_on_error=1:allocator_may_return_null=1",
			UBSAN_OPTIONS: "halt_on_error=1:print_stacktrace=1",
		},
		command: [],
		files: [],
	},
	thread: {
		flag: "thread",
		libraries: ["libtsan.so"],
		unitTest: { TSAN_OPTIONS: "halt_on_error=1" },
		rounds: 20,
		// V8's own threads are not instrumented, and their reports would hide ours.
		environment: { TSAN_OPTIONS: "halt_on_error=1:ignore_noninstrumented_modules=1:report_signal_unsafe=0" },
		// The sanitizer's runtime does not start if the kernel randomises addresses too widely.
		command: ["setarch", "-R"],
		// Tests in which the addon's threads run in the test's own process. Left out: the command line's tests and
		// executors/process, which time out because they start Node repeatedly, 5 s each time, and use the same native
		// code; profile, since the sanitizer delays signals until a system call; and binding/canonical, which tests
		// thousands of sets on one thread.
		files: [
			...["engine", "hazards", "properties", "recovery", "worker-threads"].map((name) => `engine/${name}`),
			...["binding/rollback", "binding/shared-texts", "cache/cached-batch", "cache/row-cache"],
			...[
				"calculators/calculators",
				"lua/reference",
				"lua/sandbox",
				"rows/batch-result",
				"search/power",
				"tree/passive-tree",
			],
			...["pob/mini-rows", "pob/mini-host"],
		].map((name) => `test/${name}.test.ts`),
	},
};

const [name = "address", ...rest] = process.argv.slice(2);
const sanitizer = sanitizers[name];
if (process.platform !== "linux" || !sanitizer) {
	console.error("usage, on Linux: node scripts/test-sanitized.mjs [address|thread] [arguments of vitest]");
	process.exit(2);
}

const folder = join(root, "build", name);
run(process.execPath, [
	join(root, "node_modules", "cmake-js", "bin", "cmake-js"),
	"compile",
	"-O",
	join(folder, "build"),
	`--CDPOBATCH_SANITIZE=${sanitizer.flag}`,
]);

const cache = readFileSync(join(folder, "build", "CMakeCache.txt"), "utf8");
const compiler = /^CMAKE_CXX_COMPILER:\w+=(.*)$/m.exec(cache)?.[1] ?? "c++";
const libraries = sanitizer.libraries.map((library) => {
	const path = spawnSync(compiler, [`-print-file-name=${library}`], { encoding: "utf8" }).stdout.trim();
	if (existsSync(path)) return path;
	console.error(`${compiler} has no ${library}: install the sanitizers' runtime libraries`);
	return process.exit(2);
});

const inEnvironment = (environment) => ({ env: { ...process.env, ...environment } });
if (rest.length === 0) {
	const flags = [`-fsanitize=${sanitizer.flag}`];
	if (name === "address") flags.push("-fno-sanitize-recover=all");
	const sources = [join("test", "native", "pool.cpp"), ...bindingFiles];
	const program = compileProgram(compiler, join(folder, "pool"), "pool", sources, flags);
	const [command, ...args] = [...sanitizer.command, program, join(root, "lua"), String(sanitizer.rounds)];
	run(command, args, inEnvironment(sanitizer.unitTest));
}

for (const file of sanitizer.files) {
	// Vitest silently ignores files that do not exist.
	if (!existsSync(join(root, file))) throw new Error(`${file} is not there: mend the list in this script`);
}
const files = rest.some((argument) => argument.startsWith("test/")) ? [] : sanitizer.files;
const vitest = [
	join(root, "node_modules", "vitest", "vitest.mjs"),
	"run",
	"--testTimeout=120000",
	"--hookTimeout=300000",
	...files,
	...rest,
];
const [command, ...args] = [...sanitizer.command, process.execPath, ...vitest];
run(
	command,
	args,
	inEnvironment({
		...sanitizer.environment,
		LD_PRELOAD: libraries.join(":"),
		// node-gyp-build loads the addon from this folder.
		POBATCH_PREBUILD: folder,
	}),
);
