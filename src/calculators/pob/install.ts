import { execFile, spawn } from "node:child_process";
import { access, cp, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import envPaths from "env-paths";
import { makeFolder } from "../../cache/store/make-folder.js";
import { invalidArgument, PobatchError } from "../../common/errors.js";
import { reason } from "../../common/system-error.js";

/** Path of Building for Path of Exile 2, from its authors. */
export const officialRepository = "https://github.com/PathOfBuildingCommunity/PathOfBuilding-PoE2.git";

/** A checkout in the user's data folder. */
export interface PobInstall {
	/** The git ref that was cloned, which is also the folder's name. */
	name: string;
	path: string;
	/** Date of installation. */
	installed: Date;
}

export interface InstallOptions {
	/** A git URL, a folder with a git repository, or a folder to copy. Default: the official repository. */
	from?: string;
	/** A tag or branch. Default: the newest release tag, or the default branch if there is none. */
	ref?: string;
	/** Receives git's own progress output as it arrives. */
	onProgress?: (text: string) => void;
}

const run = promisify(execFile);

/** `~/.local/share/pobatch/pob` by the XDG rules on Linux, and the equivalent on other systems. */
export function installFolder(): string {
	return join(envPaths("pobatch", { suffix: "" }).data, "pob");
}

/** The checkouts in the data folder, newest version first; names that are not versions come last. */
export async function listInstalls(): Promise<PobInstall[]> {
	const folder = installFolder();
	const names = await readdir(folder).catch(() => []);
	const installs: PobInstall[] = [];
	for (const name of names) {
		if (name.startsWith(".")) continue;
		const path = join(folder, name);
		const about = await stat(path);
		if (about.isDirectory()) installs.push({ name, path, installed: about.mtime });
	}
	return installs.sort((a, b) => compareVersions(b.name, a.name));
}

export async function newestInstall(): Promise<PobInstall | undefined> {
	return (await listInstalls())[0];
}

/**
 * Clones Path of Building, shallow, into the user's data folder. An existing install of the same name is replaced once
 * the new one is complete.
 *
 * @throws PobatchError POB_NOT_FOUND with git's message if it cannot be cloned; POB_INVALID if the repository is not
 * Path of Building
 */
export async function installPob({
	from = officialRepository,
	ref,
	onProgress,
}: InstallOptions = {}): Promise<PobInstall> {
	const isFolder = await stat(from).then(
		(about) => about.isDirectory(),
		() => false,
	);
	const isRepository = isFolder && (await isThere(join(from, ".git")));
	const isCopied = isFolder && !isRepository;
	if (isCopied && ref !== undefined)
		throw invalidArgument("no ref, since the folder is no git repository,", "ref", ref);
	// With a plain path, git would ignore --depth and share the repository's objects.
	const url = isFolder ? `file://${resolve(from)}` : from;
	const wanted = isCopied ? undefined : (ref ?? (await newestTag(url)));
	const name = (wanted ?? basename(url, ".git")).replace(/[^\w.-]/g, "_");
	const folder = installFolder();
	const fresh = join(folder, `.${name}.${process.pid}`);
	await makeFolder(folder).catch((cause) => {
		throw new PobatchError("FILE_NOT_WRITABLE", `The folder ${folder} cannot be made: ${reason(cause)}`, {
			cause,
			value: folder,
		});
	});
	try {
		const branch = wanted === undefined ? [] : ["--branch", wanted];
		if (isCopied) await cp(from, fresh, { recursive: true });
		else await clone(["clone", "--depth", "1", ...branch, "--progress", "--", url, fresh], onProgress);
		if (!(await isThere(join(fresh, "src", "Launch.lua")))) {
			throw new PobatchError("POB_INVALID", `${from} is not Path of Building: it has no src/Launch.lua`, {
				value: from,
			});
		}
		const path = join(folder, name);
		await rm(path, { recursive: true, force: true });
		await rename(fresh, path);
		return { name, path, installed: new Date() };
	} finally {
		await rm(fresh, { recursive: true, force: true });
	}
}

/** @throws PobatchError POB_NOT_FOUND */
export async function removeInstall(name: string): Promise<PobInstall> {
	const installs = await listInstalls();
	const found = installs.find((install) => install.name === name);
	if (!found) {
		throw new PobatchError("POB_NOT_FOUND", `No checkout named ${JSON.stringify(name)} is installed`, {
			value: name,
			hint:
				installs.length > 0
					? `Installed: ${installs.map((install) => install.name).join(", ")}.`
					: "None is installed: `pobatch pob install` does.",
		});
	}
	await rm(found.path, { recursive: true });
	return found;
}

function isThere(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}

async function newestTag(url: string): Promise<string | undefined> {
	let listing: string;
	try {
		listing = (await run("git", ["ls-remote", "--tags", "--refs", "--", url], { maxBuffer: 2 ** 24 })).stdout;
	} catch (error) {
		throw gitFailure(url, error instanceof Error && "stderr" in error ? String(error.stderr) : String(error));
	}
	const tags = Array.from(listing.matchAll(/refs\/tags\/(\S+)/g), (match) => match[1] as string);
	return tags
		.filter((tag) => /^v?\d+(\.\d+)*$/.test(tag))
		.sort(compareVersions)
		.at(-1);
}

function clone(args: readonly string[], onProgress: ((text: string) => void) | undefined): Promise<void> {
	return new Promise((done, failed) => {
		// Without GIT_TERMINAL_PROMPT=0, git asks for a password if the repository is missing. The advice is about a
		// detached head, which is what a tag gives.
		const git = spawn("git", ["-c", "advice.detachedHead=false", ...args], {
			stdio: ["ignore", "ignore", "pipe"],
			env: { ...process.env, GIT_TERMINAL_PROMPT: "0" },
		});
		let told = "";
		git.stderr.setEncoding("utf8").on("data", (text: string) => {
			told = (told + text).slice(-4096);
			onProgress?.(text);
		});
		git.on("error", (cause) => failed(gitFailure(String(args.at(-2)), cause.message)));
		git.on("close", (status) => (status === 0 ? done() : failed(gitFailure(String(args.at(-2)), told))));
	});
}

function gitFailure(url: string, told: string): PobatchError {
	const line = told.trim().split("\n").at(-1) ?? "";
	return new PobatchError("POB_NOT_FOUND", `git cannot clone ${url}: ${line}`, {
		value: url,
		hint: "Check the address and that git is installed; `--from` takes another repository or a folder.",
	});
}

// By their numbers, as releases are named (v0.9 < v0.10); other names sort before them, by text.
function compareVersions(a: string, b: string): number {
	const [left, right] = [a, b].map((text) => /^v?(\d+(?:\.\d+)*)$/.exec(text)?.[1]?.split(".").map(Number));
	if (!left || !right) return left ? 1 : right ? -1 : a.localeCompare(b);
	for (let i = 0; i < Math.max(left.length, right.length); i++) {
		const difference = (left[i] ?? 0) - (right[i] ?? 0);
		if (difference !== 0) return difference;
	}
	return 0;
}
