// The embedded build's text, for the other examples.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const folder = join(createRequire(import.meta.url).resolve("pobatch/package.json"), "..");

export const demoBuild = () => readFile(join(folder, "data", "demo-build.json"), "utf8");
