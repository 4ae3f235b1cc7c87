// Makes the prebuilt binary of this machine's platform, prebuilds/linux-x64/pobatch.glibc.node for instance. prebuildify
// knows how to strip, tag and name it; what it runs to compile is scripts/prebuild-compile.mjs. It works in a folder of its
// own, and the binary is put in its place by rename: a running process may have the checkout's own one mapped, or the one
// that was made last, and would crash if anything were written into the file.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const prebuildify = promisify(createRequire(import.meta.url)("prebuildify"));

// On the file system of the place that the binary is for.
mkdirSync(join(root, "build"), { recursive: true });
const stage = mkdtempSync(join(root, "build", "prebuild-"));
try {
	await prebuildify({
		cwd: stage,
		name: JSON.parse(readFileSync(join(root, "package.json"), "utf8")).name,
		// Node-API: one binary for all versions, so which one is named does not matter.
		targets: [{ runtime: "node", target: process.versions.node }],
		napi: true,
		strip: true,
		tagLibc: true,
		nodeGyp: `"${process.execPath}" "${join(root, "scripts", "prebuild-compile.mjs")}"`,
		// A command of two words needs a shell to take it apart.
		shell: true,
	});
	for (const platform of readdirSync(join(stage, "prebuilds"))) {
		mkdirSync(join(root, "prebuilds", platform), { recursive: true });
		for (const file of readdirSync(join(stage, "prebuilds", platform)))
			renameSync(join(stage, "prebuilds", platform, file), join(root, "prebuilds", platform, file));
	}
} finally {
	rmSync(stage, { recursive: true, force: true });
}
