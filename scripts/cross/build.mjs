// Makes the binary for another system and puts it into prebuilds/.
import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const has = (program) => spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;

/** Missing programs, as sentences that say what to install. */
export function missing({ needs }) {
	const all = { cmake: "cmake", ninja: "ninja-build", make: "make", ...needs };
	const packages = new Map();
	for (const [program, name] of Object.entries(all))
		if (!has(program)) packages.set(name, [...(packages.get(name) ?? []), program]);
	return [...packages].map(
		([name, programs]) => `${programs.join(" and ")} missing: apt-get install ${name}`,
	);
}

/**
 * @param {import("./targets.mjs").Target} target
 * @returns {string} the file
 * @throws {Error} if a step fails
 */
export function crossBuild(target) {
	const folder = join(root, "build", "cross", target.name);
	const environment = { ...process.env, ...target.environment?.(join(folder, "tools")) };
	const run = (program, args) => {
		const { status, signal, error } = spawnSync(program, args, {
			cwd: root,
			stdio: "inherit",
			env: environment,
		});
		if (error) throw error;
		if (status !== 0) throw new Error(`${program} ended with ${status ?? signal}`);
	};
	const headers = dirname(createRequire(import.meta.url).resolve("node-api-headers/package.json"));
	run("cmake", [
		...["-G", "Ninja", "-S", root, "-B", folder],
		`-DCMAKE_TOOLCHAIN_FILE=${join(root, "deps", "toolchains", target.toolchain)}`,
		"-DCMAKE_BUILD_TYPE=Release",
		`-DCMAKE_JS_INC=${join(headers, "include")}`,
	]);
	run("cmake", ["--build", folder]);
	const place = join(root, "prebuilds", target.file);
	mkdirSync(dirname(place), { recursive: true });
	// A running process may have the old file mapped, so it is replaced, not overwritten.
	const part = `${place}.${process.pid}.part`;
	run(target.strip, ["-o", part, join(folder, "Release", "pobatch.node")]);
	renameSync(part, place);
	return place;
}
