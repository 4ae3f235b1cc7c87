// Run by prebuildify in place of node-gyp: makes the same build as `npm run build:addon` and copies its binary into the
// folder that `--stage=` names. Of node-gyp's arguments only the architecture matters: Node-API does not depend on the
// headers of a particular Node.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const flag = (name) =>
	process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(`--${name}=`.length);
const arch = flag("arch");
const stage = flag("stage");
if (arch !== undefined && arch !== process.arch) {
	console.error(`A binary for ${arch} cannot be built on ${process.arch}`);
	process.exit(1);
}
const root = fileURLToPath(new URL("..", import.meta.url));
const program = createRequire(import.meta.url).resolve("cmake-js/bin/cmake-js");
const { status, error } = spawnSync(process.execPath, [program, "compile"], { cwd: root, stdio: "inherit" });
if (error) throw error;
if (status !== 0) process.exit(status ?? 1);
const release = join(stage, "build", "Release");
mkdirSync(release, { recursive: true });
copyFileSync(join(root, "build", "Release", "pobatch.node"), join(release, "pobatch.node"));
