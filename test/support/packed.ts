import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { glibcVersion } from "../../src/native/platform.js";

export const root = fileURLToPath(new URL("../..", import.meta.url));

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
	files: string[];
	dependencies: Record<string, string>;
};

export interface Packed {
	tarball: string;
	/** Bytes. */
	size: number;
	files: string[];
	/** The prebuilt binary inside, from this checkout's own build. */
	binary: string;
}

/** Runs npm, which is a script next to or above this Node. */
export function npm(args: readonly string[], cwd: string): string {
	const { npm_execpath: program } = process.env;
	const options: ExecFileSyncOptionsWithStringEncoding = {
		cwd,
		encoding: "utf8",
		stdio: ["ignore", "pipe", "pipe"],
	};
	return program?.endsWith(".js")
		? execFileSync(process.execPath, [program, ...args], options)
		: execFileSync("npm", [...args], { ...options, shell: process.platform === "win32" });
}

/** Packs a copy of the project, with the compiled JavaScript as it is and the compiled addon as the prebuilt binary. */
export function pack(): Packed {
	const stage = join(mkdtempSync(join(tmpdir(), "pobatch-pack-")), "package");
	mkdirSync(stage);
	// Prebuilt binaries of the checkout are left out: the package gets its own, below.
	const files = manifest.files.filter((name) => name !== "prebuilds");
	const names = ["package.json", "README.md", "LICENSE", ...files];
	for (const name of names.filter((name) => !name.startsWith("!") && existsSync(join(root, name)))) {
		cpSync(join(root, name), join(stage, name), {
			recursive: true,
			// Thousands of files that `files` excludes from the package anyway.
			filter: (from) => !(basename(from) === "source" && dirname(from).includes(`${sep}deps${sep}`)),
		});
	}
	const tag = process.platform === "linux" ? (glibcVersion() === undefined ? ".musl" : ".glibc") : "";
	const folder = join(stage, "prebuilds", `${process.platform}-${process.arch}`);
	const binary = join(folder, `pobatch${tag}.node`);
	mkdirSync(folder, { recursive: true });
	cpSync(join(root, "build", "Release", "pobatch.node"), binary);
	if (process.platform === "linux") execFileSync("strip", ["--strip-all", binary]);
	const [packed] = JSON.parse(npm(["pack", "--json", "--ignore-scripts"], stage)) as {
		filename: string;
		size: number;
		files: { path: string }[];
	}[];
	if (!packed) throw new Error("npm packed nothing");
	const { filename, size } = packed;
	return { tarball: join(stage, filename), size, files: packed.files.map(({ path }) => path), binary };
}

/**
 * An empty folder with the package installed as by npm: only packages in package.json's `dependencies` can be found,
 * and no install script runs. Links to this checkout's node_modules replace the registry.
 */
export function install(tarball: string): string {
	const folder = mkdtempSync(join(tmpdir(), "pobatch-install-"));
	const own = join(folder, "node_modules", "pobatch");
	mkdirSync(own, { recursive: true });
	execFileSync("tar", ["-xzf", tarball, "--strip-components=1", "-C", own]);
	for (const name of Object.keys(manifest.dependencies)) {
		const link = join(folder, "node_modules", name);
		mkdirSync(dirname(link), { recursive: true });
		symlinkSync(join(root, "node_modules", name), link, "junction");
	}
	return folder;
}
