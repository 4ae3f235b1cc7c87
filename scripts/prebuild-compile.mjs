// What prebuildify runs in place of node-gyp: the same build as `npm run build:addon`. Of the arguments that node-gyp
// would get only the architecture matters: Node-API needs no headers of a certain Node.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const arch = process.argv.find((argument) => argument.startsWith("--arch="))?.slice("--arch=".length);
if (arch !== undefined && arch !== process.arch) {
	console.error(`A binary for ${arch} cannot be built on ${process.arch}`);
	process.exit(1);
}
const program = createRequire(import.meta.url).resolve("cmake-js/bin/cmake-js");
const { status, error } = spawnSync(process.execPath, [program, "compile"], { stdio: "inherit" });
if (error) throw error;
process.exit(status ?? 1);
