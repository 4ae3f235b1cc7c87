// Formats the C++ of binding/ and test/ with the clang-format binary in the npm package of that name. `--check` changes
// nothing and ends with status 1 if a file would change.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
// The package's own start script would search from the folder of the last file, so its binary is called directly.
const folder = join(dirname(createRequire(import.meta.url).resolve("clang-format/package.json")), "bin");
const binaries = {
	"linux-x64": "linux_x64/clang-format",
	"darwin-x64": "darwin_x64/clang-format",
	"darwin-arm64": "darwin_x64/clang-format",
	"win32-x64": "win32/clang-format.exe",
};
const platform = `${process.platform}-${process.arch}`;
const binary = join(folder, binaries[platform] ?? "none");
if (!existsSync(binary)) {
	console.warn(`clang-format: npm has no binary for ${platform}, C++ files were not looked at`);
	process.exit(0);
}

const files = ["binding", join("test", "native"), join("test", "fuzz", "native")].flatMap((inside) =>
	readdirSync(join(root, inside), { recursive: true })
		.filter((name) => /\.([ch]pp|[ch])$/.test(name))
		.map((name) => join(inside, name)),
);
const flags = process.argv.includes("--check") ? ["--dry-run", "-Werror"] : ["-i"];
const { status, error } = spawnSync(binary, ["--style=file", ...flags, ...files], {
	cwd: root,
	stdio: "inherit",
});
if (error) throw error;
process.exit(status ?? 1);
