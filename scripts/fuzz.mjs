// `npm run fuzz [-- text | native | <target>]`: fuzzes the code that reads untrusted data, FUZZ_SECONDS (600) for each
// target: codes, XML, JSON lines, the command line's input and the disk cache's files with fast-check
// (test/fuzz/*.test.ts, which `npm test` also runs for a few seconds), and the native parsers (test/fuzz/native/) under
// AddressSanitizer and UndefinedBehaviorSanitizer, with libFuzzer if there is a Clang (CLANG names another one),
// otherwise with a plain mutating driver. Seeds are in test/fuzz/corpus; what libFuzzer finds goes to
// build/fuzz/<target>/corpus. With `FUZZ_MERGE=1`, new finds are minimised and added to the seeds instead of fuzzing.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compileProgram, has, root, run } from "./native-program.mjs";

const targets = ["node-sets", "tree", "plain-value"];
const parsers = [
	"batch/canonical_sets.cpp",
	"batch/node_set.cpp",
	"batch/passive_tree.cpp",
	"state/plain_value.cpp",
	"state/guarded.cpp",
	"state/lua_state.cpp",
	"luajit/internals.c",
].map((name) => join("binding", name));
const seconds = Number(process.env.FUZZ_SECONDS ?? 600);
const merge = process.env.FUZZ_MERGE === "1";
const [only] = process.argv.slice(2);
if (
	!(Number.isInteger(seconds) && seconds > 0) ||
	![undefined, "text", "native", ...targets].includes(only)
) {
	console.error(`usage: [FUZZ_SECONDS=600] node scripts/fuzz.mjs [text|native|${targets.join("|")}]`);
	process.exit(2);
}

function findCompiler() {
	const clang = process.env.CLANG ?? "clang++";
	if (has(clang)) return { compiler: clang, libFuzzer: true };
	const compiler = ["g++", "c++"].find(has);
	return compiler && { compiler, libFuzzer: false };
}

function fuzzNative(names) {
	const found = process.platform === "win32" ? undefined : findCompiler();
	if (!found) {
		console.log(
			"native: left out, there is no C++ compiler (libFuzzer comes with Clang: apt-get install clang)",
		);
		return;
	}
	if (!found.libFuzzer) console.log("native: no Clang, so no libFuzzer: a plain mutating driver does it");
	for (const name of names) fuzzTarget(name, found);
}

function fuzzTarget(name, { compiler, libFuzzer }) {
	const folder = join(root, "build", "fuzz", name);
	const found = join(folder, "corpus");
	const seeds = join(root, "test", "fuzz", "corpus", name);
	mkdirSync(found, { recursive: true });
	const own = [`${name}.cpp`, ...(libFuzzer ? [] : ["driver.cpp"])];
	const program = compileProgram(
		compiler,
		join(root, "build", "fuzz", libFuzzer ? "libfuzzer" : "driver"),
		name,
		[...own.map((file) => join("test", "fuzz", "native", file)), ...parsers],
		[`-fsanitize=address,undefined${libFuzzer ? ",fuzzer-no-link" : ""}`, "-fno-sanitize-recover=all"],
		libFuzzer ? ["-fsanitize=fuzzer"] : [],
	);
	if (merge) {
		mergeCorpus(program, libFuzzer, folder, [seeds, found], seeds);
		return;
	}
	console.log(`${name}: ${seconds} s`);
	const args = libFuzzer
		? [`-max_total_time=${seconds}`, "-max_len=4096", "-timeout=10", "-print_final_stats=1", found, seeds]
		: [String(seconds), String(Date.now() % 2 ** 31), ...readdirSync(seeds).map((file) => join(seeds, file))];
	run(program, args, { cwd: folder });
}

/** Replaces the seeds by the fewest and smallest inputs that together cover all code that any of the inputs covers. */
function mergeCorpus(program, libFuzzer, folder, from, seeds) {
	if (!libFuzzer) {
		console.error("error: only libFuzzer can tell which inputs are worth keeping");
		process.exit(2);
	}
	const merged = join(folder, "merged");
	rmSync(merged, { recursive: true, force: true });
	mkdirSync(merged);
	const inputs = from.filter((one) => existsSync(one));
	run(program, ["-set_cover_merge=1", "-use_counters=0", "-max_len=4096", merged, ...inputs], {
		cwd: folder,
	});
	rmSync(seeds, { recursive: true, force: true });
	renameSync(merged, seeds);
}

function fuzzText() {
	const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
	run(process.execPath, [vitest, "run", "test/fuzz", `--testTimeout=${(seconds + 60) * 1000}`], {
		env: { ...process.env, FUZZ_SECONDS: String(seconds) },
	});
}

if (only !== "text") fuzzNative(targets.includes(only) ? [only] : targets);
if (only === undefined || only === "text") fuzzText();
