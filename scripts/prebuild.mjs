// Makes the prebuilt binary of this machine's platform, for example prebuilds/linux-x64/pobatch.glibc.node. prebuildify
// strips, tags and names it, and runs scripts/prebuild-compile.mjs to compile it. With `--all`, also makes those of
// other systems for which there are cross compilers (scripts/cross/targets.mjs); or only the named ones. If one cannot
// be made, prints the missing package and ends with status 1.
//
// A running process has its addon mapped: overwriting or stripping the file in place would end that process. So
// everything is done in a separate folder, and each finished file is renamed into place; running processes keep the old
// one.
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { crossBuild, missing } from "./cross/build.mjs";
import { targets } from "./cross/targets.mjs";

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => name !== "--all" && !targets.some((target) => target.name === name));
if (unknown.length > 0) {
	console.error(
		`error: unknown: ${unknown.join(", ")}; --all, or some of ${targets.map(({ name }) => name).join(", ")}`,
	);
	process.exit(2);
}
if (wanted.length === 0 || wanted.includes("--all")) await buildHere();
let failed = 0;
for (const target of targets) {
	if (!wanted.includes("--all") && !wanted.includes(target.name)) continue;
	try {
		const lacks = missing(target);
		if (lacks.length > 0) throw new Error(lacks.join("; "));
		console.log(`${target.name}: ${crossBuild(target)}`);
	} catch (error) {
		console.error(`${target.name}: not made: ${error.message}`);
		failed++;
	}
}
process.exitCode = failed > 0 ? 1 : 0;

async function buildHere() {
	const root = fileURLToPath(new URL("..", import.meta.url));
	const compile = join(root, "scripts", "prebuild-compile.mjs");
	const prebuildify = promisify(createRequire(import.meta.url)("prebuildify"));

	// Inside the project: a rename does not cross file systems. Of this process alone: two may run at once.
	const stage = join(root, "build", `prebuild-${process.pid}`);
	try {
		mkdirSync(stage, { recursive: true });
		copyFileSync(join(root, "package.json"), join(stage, "package.json"));
		await prebuildify({
			cwd: stage,
			out: stage,
			// Node-API: one binary for all versions, so which one is named does not matter.
			targets: [{ runtime: "node", target: process.versions.node }],
			napi: true,
			strip: true,
			tagLibc: true,
			nodeGyp: `"${process.execPath}" "${compile}" "--stage=${stage}"`,
			// A command of several words needs a shell to take it apart.
			shell: true,
		});
		for (const platform of readdirSync(join(stage, "prebuilds"))) {
			const place = join(root, "prebuilds", platform);
			mkdirSync(place, { recursive: true });
			for (const file of readdirSync(join(stage, "prebuilds", platform)))
				renameSync(join(stage, "prebuilds", platform, file), join(place, file));
		}
	} finally {
		rmSync(stage, { recursive: true, force: true });
	}
}
