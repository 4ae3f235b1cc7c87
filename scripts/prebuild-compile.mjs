// What prebuildify runs in place of node-gyp: the same build as `npm run build:addon`, and a copy of its binary below the
// folder that this is started in, for prebuildify to strip and move. Of the arguments that node-gyp would get only the
// architecture matters: Node-API needs no headers of a certain Node.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const arch = process.argv.find((argument) => argument.startsWith("--arch="))?.slice("--arch=".length);
if (arch !== undefined && arch !== process.arch) {
	console.error(`A binary for ${arch} cannot be built on ${process.arch}`);
	process.exit(1);
}
const program = createRequire(import.meta.url).resolve("cmake-js/bin/cmake-js");
const { status, error } = spawnSync(process.execPath, [program, "compile"], { cwd: root, stdio: "inherit" });
if (error) throw error;
if (status !== 0) process.exit(status ?? 1);

const binary = join("build", "Release", "pobatch.node");
mkdirSync(join(process.cwd(), "build", "Release"), { recursive: true });
copyFileSync(join(root, binary), join(process.cwd(), binary));
