import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GLIBC_FLOOR, glibcVersion } from "../../src/native/platform.js";
import { readElfNeeds } from "../support/elf.js";
import { install, npm, type Packed, pack, root } from "../support/packed.js";

// The package's own binary is tested, whichever binary or sanitizer the other tests are told to use.
delete process.env.POBATCH_PREBUILD;
delete process.env.LD_PRELOAD;

let packed: Packed;
let folder: string;
const folders: string[] = [];

beforeAll(() => {
	packed = pack();
	folder = install(packed.tarball);
	folders.push(dirname(dirname(packed.tarball)), folder);
});

afterAll(() => {
	for (const each of folders) rmSync(each, { recursive: true, force: true });
});

/** The package's `dependencies` come from this checkout; NODE_PATH and the like must not bring more. */
function node(args: readonly string[], { cwd = folder, program = process.execPath } = {}): string {
	const env = { ...process.env, NODE_PATH: "", NODE_OPTIONS: "" };
	return execFileSync(program, [...args], { cwd, encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
}

const isGlibc = glibcVersion() !== undefined;
const isLinux = process.platform === "linux";

/** What the package's exports call platforms, this one first. */
function platformNames(): string[] {
	const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
		exports: Record<string, { default?: string }>;
	};
	const names = Object.keys(exports)
		.filter((name) => exports[name]?.default?.startsWith("./dist/platforms/"))
		.map((name) => name.slice(2));
	const own = `${process.platform}${isLinux && !isGlibc ? "musl" : ""}-${process.arch}`;
	expect(names).toContain(own);
	return [own, ...names.filter((name) => name !== own)];
}

test("nothing that is installed with the packages has an install script, but for what is optional", () => {
	const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
		packages: Record<
			string,
			{
				dev?: boolean;
				hasInstallScript?: boolean;
				dependencies?: Record<string, string>;
				optionalDependencies?: Record<string, string>;
			}
		>;
	};
	const withScript = (names: Iterable<string>) =>
		[...names].filter((name) => lock.packages[name]?.hasInstallScript);
	// The packages that `pobatch` brings: its dependencies, and theirs.
	const own = new Set<string>();
	const add = (name: string) => {
		if (own.has(name)) return;
		own.add(name);
		const { dependencies, optionalDependencies } = lock.packages[name] ?? {};
		for (const other of Object.keys({ ...dependencies, ...optionalDependencies }))
			add(`node_modules/${other}`);
	};
	for (const name of Object.keys(lock.packages[""]?.dependencies ?? {})) add(`node_modules/${name}`);
	expect(own.size).toBeGreaterThan(5);
	expect(withScript(own)).toEqual([]);
	// All packages together: BullMQ's serializer has an optional addon, and docs/fleet.md says how to leave it out.
	const all = Object.keys(lock.packages).filter((name) => name !== "" && !lock.packages[name]?.dev);
	expect(withScript(all)).toEqual(["node_modules/msgpackr-extract"]);
});

const cli = ["node_modules/pobatch/dist/cli/main.js"];

test("commands of the second package say in one line how to get it", () => {
	for (const command of ["serve", "mcp"]) {
		const { status, stdout, stderr } = spawnSync(process.execPath, [...cli, command, "--port", "0"], {
			cwd: folder,
			encoding: "utf8",
			env: { ...process.env, NODE_PATH: "", NODE_OPTIONS: "" },
		});
		expect([command, status, stdout]).toEqual([command, 2, ""]);
		expect(stderr).toMatch(/^error: .*@pobatch\/server.*npm install @pobatch\/server.*\n$/);
	}
});

const esm = `
import { readFileSync } from "node:fs";
import { Engine, NodeSets } from "pobatch";
const engine = await Engine.open({ threads: 1 });
const build = await engine.load(readFileSync("node_modules/pobatch/data/demo-build.json", "utf8"));
const [first] = build.tree.frontier(build.allocated);
const result = await build.calculateBatch(NodeSets.deltas([{}, { add: [first] }]), { stats: ["Life"] });
console.log(result.length, result.errors.length, result.row(0).Life > 0);
await engine.close();
`;

const [imports, body] = esm.split(/(?=^const engine)/m) as [string, string];
const cjs = `${imports.replace(/import (.*) from (".*");/g, "const $1 = require($2);")}(async () => {${body}})();\n`;

describe("the packed package", () => {
	test("contains what it needs to run and to be built, and nothing else", () => {
		for (const name of [
			"dist/index.js",
			"dist/index.d.ts",
			"lua/batch_loop.lua",
			"data/demo-tree.json",
			"binding/napi/addon.cpp",
			"deps/luajit/find-source.mjs",
			"deps/glibc-floor/floor.c",
			"CMakeLists.txt",
			"LICENSE",
		])
			expect(packed.files).toContain(name);
		expect(
			packed.files.filter((name) =>
				/^(test|bench|src|build|node_modules|docs)\/|\/source\/|\.[jt]s\.map$|tsbuildinfo/.test(name),
			),
		).toEqual([]);
	});

	test("is smaller than 3 MB", () => {
		expect(packed.size).toBeLessThan(3_000_000);
	});

	test("has no script that npm would run when it is installed", () => {
		const { scripts, gypfile } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
		// npm lists `prepare`, too, where a package comes from a file.
		expect(Object.keys(scripts).filter((name) => /^((pre|post)?install|prepare)$/.test(name))).toEqual([]);
		// npm would run node-gyp for a binding.gyp.
		expect(gypfile).toBe(false);
		expect(packed.files).not.toContain("binding.gyp");
	});

	test("has no problems that publint finds", async () => {
		const pkgDir = join(folder, "node_modules", "pobatch");
		const { messages, pkg } = await publint({ pkgDir, pack: false, level: "suggestion" });
		expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
	});

	test("has types that resolve as its code does (arethetypeswrong)", () => {
		// ESM only: CommonJS loads it by Node's require(esm), which the tests below do.
		const manifest = createRequire(import.meta.url).resolve("@arethetypeswrong/cli/package.json");
		const program = join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.attw);
		const { status, stdout } = spawnSync(
			process.execPath,
			[program, packed.tarball, "--profile", "esm-only", "--no-emoji", "--format", "ascii"],
			{ encoding: "utf8" },
		);
		expect(status, stdout).toBe(0);
	});
});

describe("the prebuilt binary", () => {
	test.skipIf(!isLinux)(`asks for no glibc after ${GLIBC_FLOOR}`, () => {
		const needs = readElfNeeds(readFileSync(packed.binary));
		const number = (version: string) => version.split(".").map(Number) as [number, number];
		const [major, minor] = number(GLIBC_FLOOR);
		const younger = needs?.versions
			.filter((name) => name.startsWith("GLIBC_"))
			.filter((name) => {
				const [a, b] = number(name.slice("GLIBC_".length));
				return a > major || (a === major && b > minor);
			});
		expect(younger).toEqual([]);
	});

	test.skipIf(!isLinux)("brings its own C++ library", () => {
		const needs = readElfNeeds(readFileSync(packed.binary));
		expect(needs?.libraries.filter((name) => !/^(libc|libm|libgcc_s|ld-linux[-\w]*)\.so/.test(name))).toEqual(
			[],
		);
	});
});

describe("the installed package", () => {
	test("runs the demo", () => {
		expect(node([...cli, "demo"])).toMatch(/1000 rows, [\d.]+ s, [\d.]+ ms\/row/);
	});

	test("says in doctor on which platform it is and what its binary asks for", () => {
		const found = node([...cli, "doctor"]);
		expect(found).toContain(`on ${process.platform}-${process.arch}`);
		expect(found).toMatch(
			isGlibc
				? new RegExp(`glibc ${glibcVersion()}\\n.*prebuilt binary, needs glibc ${GLIBC_FLOOR} or newer\\n`)
				: /prebuilt binary\n/,
		);
	});

	test("evaluates a batch from ESM", () => {
		writeFileSync(join(folder, "batch.mjs"), esm);
		expect(node(["batch.mjs"])).toBe("2 0 true\n");
	});

	test("evaluates a batch from CommonJS", () => {
		writeFileSync(join(folder, "batch.cjs"), cjs);
		expect(node(["batch.cjs"])).toBe("2 0 true\n");
	});

	test("takes the binary that its import names, in other processes, too", () => {
		const [name] = platformNames() as [string];
		const text = esm
			.replace('from "pobatch"', `from "pobatch/${name}"`)
			.replace("threads: 1", 'threads: 1, isolation: "process"');
		writeFileSync(join(folder, "named.mjs"), text);
		// It does not search: what it would find does not load.
		const build = join(folder, "node_modules", "pobatch", "build", "Release");
		mkdirSync(build, { recursive: true });
		writeFileSync(join(build, "pobatch.node"), "no binary");
		try {
			expect(node(["named.mjs"])).toBe("2 0 true\n");
			expect(() => node(["batch.mjs"])).toThrow(/does not load/);
		} finally {
			rmSync(dirname(build), { recursive: true });
		}
	});

	test("has an export for each platform, which says why a binary of another one does not load", () => {
		const [, ...others] = platformNames();
		expect(others).toHaveLength(6);
		for (const name of others) {
			writeFileSync(join(folder, "other.mjs"), esm.replace('from "pobatch"', `from "pobatch/${name}"`));
			expect(() => node(["other.mjs"]), name).toThrow(
				/The native addon .*\.node does not load on .*: Cannot find/,
			);
		}
	});

	test.each([
		["nodenext", "nodenext"],
		["bundler", "esnext"],
	])("has types under moduleResolution %s", (moduleResolution, module) => {
		const project = join(folder, moduleResolution);
		mkdirSync(project);
		writeFileSync(join(project, "package.json"), '{ "type": "module" }');
		writeFileSync(
			join(project, "use.ts"),
			`import { type BatchResult, Engine, NodeSets, PobatchError } from "pobatch";
			const engine = await Engine.open({ calculator: "reference", threads: 1 });
			const build = await engine.load("{}");
			const result: BatchResult = await build.calculateBatch(NodeSets.deltas([{ add: [4] }]), { stats: ["Life"] });
			const life: Float64Array = result.column("Life");
			const svg: string | undefined = build.tree?.toSvg({ highlight: build.allocated });
			// @ts-expect-error A node id is a number.
			NodeSets.deltas([{ add: ["4"] }]);
			export { life, PobatchError, svg };
			`,
		);
		writeFileSync(
			join(project, "tsconfig.json"),
			JSON.stringify({
				compilerOptions: {
					module,
					moduleResolution,
					target: "es2022",
					lib: ["es2023", "esnext.disposable"],
					strict: true,
					noEmit: true,
					// The types of Node that a user would install.
					typeRoots: [join(root, "node_modules", "@types")],
					types: ["node"],
				},
			}),
		);
		const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
		const { stdout } = spawnSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" });
		expect(stdout).toBe("");
	});

	test("without a binary says the platform, what it looked for and the command that builds", () => {
		const bare = install(packed.tarball);
		folders.push(bare);
		rmSync(join(bare, "node_modules", "pobatch", "prebuilds"), { recursive: true });
		const { status, stderr } = spawnSync(process.execPath, [...cli, "demo"], { cwd: bare, encoding: "utf8" });
		expect(status).toBe(1);
		expect(stderr).toContain(`No native addon for ${process.platform}-${process.arch}`);
		expect(stderr).toContain(`prebuilds/${process.platform}-${process.arch}/`);
		expect(stderr).toContain("npx pobatch build-addon");
		if (process.platform === "linux") expect(stderr).toContain(`need glibc ${GLIBC_FLOOR} or newer`);
	});

	test("with a binary that does not load says why", () => {
		const broken = install(packed.tarball);
		folders.push(broken);
		const name = packed.binary.slice(packed.binary.indexOf("prebuilds"));
		writeFileSync(join(broken, "node_modules", "pobatch", name), "no binary");
		const { status, stderr } = spawnSync(process.execPath, [...cli, "demo"], {
			cwd: broken,
			encoding: "utf8",
		});
		expect(status).toBe(1);
		expect(stderr).toMatch(/The native addon .*\.node does not load on /);
		if (isLinux) expect(stderr).toContain("file too short");
	});
});

const registry = isRegistryReachable();

describe(
	registry ? "installed by npm" : "installed by npm (skipped: npm's registry is not reachable)",
	() => {
		test.skipIf(!registry)(
			"runs on Node 24 without install scripts",
			() => {
				const clean = mkdtempSync(join(tmpdir(), "pobatch-npm-"));
				folders.push(clean);
				writeFileSync(join(clean, "package.json"), '{ "private": true }');
				// `node` is npm's package of Node's binaries, which needs its own install script.
				npm(["install", "--no-audit", "--no-fund", "node@24"], clean);
				npm(["install", "--no-audit", "--no-fund", "--ignore-scripts", packed.tarball], clean);
				const program = join(
					clean,
					"node_modules",
					"node",
					"bin",
					process.platform === "win32" ? "node.exe" : "node",
				);
				expect(node(["--version"], { cwd: clean, program })).toMatch(/^v24\./);
				expect(node([...cli, "demo"], { cwd: clean, program })).toMatch(/1000 rows, /);
			},
			180_000,
		);
	},
);

function isRegistryReachable(): boolean {
	try {
		npm(["ping", "--fetch-retries=0", "--fetch-timeout=3000"], root);
		return true;
	} catch {
		return false;
	}
}
