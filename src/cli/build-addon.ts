import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { PobatchError } from "../common/errors.js";
import { packageFolder } from "../native/addon.js";

/** What the build needs in addition to a compiler; the package does not install them, since few users build. */
const tools = ["cmake-js", "node-addon-api", "node-api-headers"] as const;

export function buildAddonCommand(): Command {
	return new Command("build-addon")
		.description("build the native addon from source, where there is no prebuilt binary")
		.addHelpText(
			"after",
			`
Needs CMake 3.20, a C++20 compiler and make (Windows: Visual Studio). LuaJIT and
zlib come from Debian's source packages on Debian; elsewhere LUAJIT_SOURCE_DIR
and ZLIB_SOURCE_DIR (and MUSL_SOURCE_DIR, on Alpine) name their source folders.

Example:
  $ git clone https://github.com/LuaJIT/LuaJIT ~/LuaJIT
  $ git clone https://github.com/madler/zlib ~/zlib
  $ export LUAJIT_SOURCE_DIR=~/LuaJIT ZLIB_SOURCE_DIR=~/zlib
  $ npx pobatch build-addon`,
		)
		.action(buildAddon);
}

async function buildAddon(): Promise<void> {
	const folder = await toolsFolder();
	const require = createRequire(join(folder, "package.json"));
	const cmakeJs = require.resolve("cmake-js/bin/cmake-js");
	const nodeAddonApi = dirname(require.resolve("node-addon-api/package.json"));
	await run(process.execPath, [
		cmakeJs,
		"compile",
		`--directory=${packageFolder}`,
		`--CDNODE_ADDON_API_DIR=${nodeAddonApi}`,
	]);
	process.stdout.write(`Built ${join(packageFolder, "build", "Release", "pobatch.node")}\n`);
}

/**
 * A folder with the tools in its node_modules: the package's own in a clone, otherwise one into which npm installs
 * them.
 */
async function toolsFolder(): Promise<string> {
	const hasTools = (folder: string) => tools.every((tool) => existsSync(join(folder, "node_modules", tool)));
	if (hasTools(packageFolder)) return packageFolder;
	// Not in build/, which cmake-js may empty.
	const folder = join(packageFolder, ".build-tools");
	if (hasTools(folder)) return folder;
	const { devDependencies } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
		devDependencies: Record<string, string>;
	};
	await mkdir(folder, { recursive: true });
	const dependencies = Object.fromEntries(tools.map((tool) => [tool, devDependencies[tool]]));
	await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
	await npm(["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"]);
	return folder;
}

async function npm(args: string[]): Promise<void> {
	// npx and npm scripts set this to the npm in use. Starting `npm` by name would need a shell on Windows.
	const { npm_execpath: program } = process.env;
	if (program?.endsWith(".js")) await run(process.execPath, [program, ...args]);
	else await run("npm", args, process.platform === "win32");
}

async function run(program: string, args: readonly string[], shell = false): Promise<void> {
	const child = spawn(program, args, { stdio: "inherit", shell });
	const status = await new Promise<number | null>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", resolve);
	});
	if (status !== 0)
		throw new PobatchError("ADDON_NOT_FOUND", `Building the addon failed: ${program} ended with ${status}`, {
			hint: "Its own messages are above.",
		});
}
