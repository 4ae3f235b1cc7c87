// Makes the prebuilt binary of this machine's platform, prebuilds/linux-x64/pobatch.glibc.node for instance. prebuildify
// knows how to strip, tag and name it; what it runs to compile is scripts/prebuild-compile.mjs.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const compile = join(root, "scripts", "prebuild-compile.mjs");
const prebuildify = promisify(createRequire(import.meta.url)("prebuildify"));

await prebuildify({
	cwd: root,
	// Node-API: one binary for all versions, so which one is named does not matter.
	targets: [{ runtime: "node", target: process.versions.node }],
	napi: true,
	strip: true,
	tagLibc: true,
	nodeGyp: `"${process.execPath}" "${compile}"`,
	// A command of two words needs a shell to take it apart.
	shell: true,
});

// prebuildify moved the checkout's own binary away: the linker makes it again.
execFileSync(process.execPath, [compile], { cwd: root, stdio: "inherit" });
