// `npm run fuzz [-- text|native]`: fuzzes what strangers' data meets, FUZZ_SECONDS (600) for each target: codes, XML,
// JSON lines and the command line's input with fast-check (test/fuzz/*.test.ts, which `npm test` runs for some seconds,
// too), and the native parsers of binding/ under AddressSanitizer with libFuzzer where there is a Clang, else with a
// plain mutating driver. Seeds lie in test/fuzz/corpus; libFuzzer adds to build/fuzz/corpus.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const seconds = Number(process.env.FUZZ_SECONDS ?? 600);
const [only] = process.argv.slice(2);
if (!(Number.isInteger(seconds) && seconds > 0) || ![undefined, "text", "native"].includes(only)) {
	console.error("usage: [FUZZ_SECONDS=600] node scripts/fuzz.mjs [text|native]");
	process.exit(2);
}

function run(command, args, options = {}) {
	const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
	if (error) throw error;
	if (status !== 0) {
		console.error(`error: ${command} ended with ${status ?? signal}`);
		process.exit(1);
	}
}

const has = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

function fuzzNative() {
	if (process.platform === "win32") {
		console.log("native: left out on Windows");
		return;
	}
	const compiler = ["clang++", "g++", "c++"].find(has);
	if (!compiler) {
		console.log(
			"native: left out, there is no C++ compiler (libFuzzer comes with Clang: apt-get install clang)",
		);
		return;
	}
	const folder = join(root, "build", "fuzz");
	const found = join(folder, "corpus");
	mkdirSync(found, { recursive: true });
	const libFuzzer = compiler === "clang++";
	if (!libFuzzer) console.log("native: no Clang, so no libFuzzer: a plain mutating driver does it");
	const sources = ["test/fuzz/native.cpp", "binding/node_set.cpp", "binding/passive_tree.cpp"];
	run(compiler, [
		...["-std=c++20", "-O1", "-g", "-fno-omit-frame-pointer"],
		`-fsanitize=address,undefined${libFuzzer ? ",fuzzer" : ""}`,
		"-fno-sanitize-recover=all",
		...sources,
		...(libFuzzer ? [] : ["test/fuzz/driver.cpp"]),
		...["-o", join(folder, "native")],
	]);
	const seeds = join(root, "test", "fuzz", "corpus", "native");
	const args = libFuzzer
		? [`-max_total_time=${seconds}`, "-max_len=4096", "-print_final_stats=1", found, seeds]
		: [String(seconds), String(Date.now() % 2 ** 31), ...readdirSync(seeds).map((name) => join(seeds, name))];
	run(join(folder, "native"), args, { cwd: folder });
}

function fuzzText() {
	const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
	run(process.execPath, [vitest, "run", "test/fuzz", `--testTimeout=${(seconds + 60) * 1000}`], {
		env: { ...process.env, FUZZ_SECONDS: String(seconds) },
	});
}

if (only !== "text") fuzzNative();
if (only !== "native") fuzzText();
