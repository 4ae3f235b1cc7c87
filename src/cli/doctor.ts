import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { oneLine, PobatchError } from "../common/errors.js";
import { packageFolder } from "../native/addon.js";
import { GLIBC_FLOOR, glibcVersion, platformName } from "../native/platform.js";
import { versions } from "../native/versions.js";
import { PassiveTree } from "../tree/passive-tree.js";
import { demoBuildText } from "./demo-data.js";
import { type Check, pobChecks } from "./doctor-pob.js";
import { openEngine } from "./open.js";
import { pobOption } from "./options.js";
import { openOutput } from "./output.js";
import { readable, table } from "./table.js";

export function doctorCommand(): Command {
	return new Command("doctor")
		.description("check this installation: Node, addon, LuaJIT, threads, tree, Path of Building")
		.addOption(pobOption())
		.option("--tree <file>", "passive tree to check; the embedded made-up tree if not given")
		.addHelpText(
			"after",
			"\nStatus 1 if something is wrong. Without Path of Building nothing is wrong,\nunless --pob names it.\n" +
				"\nExample:\n  $ pobatch doctor --pob ~/PathOfBuilding-PoE2",
		)
		.action(runDoctor);
}

async function runDoctor(flags: { tree?: string; pob?: string }): Promise<void> {
	let failed = false;
	const rows: string[][] = [];
	for (const { name, find } of [...checks(flags.tree), ...(await pobChecks(flags.pob))]) {
		try {
			rows.push(["ok", name, await find()]);
		} catch (error) {
			// The parts after a missing addon fail for its sake: said once.
			if (failed && error instanceof PobatchError && error.code === "ADDON_NOT_FOUND") {
				rows.push(["-", name, "not checked: needs the addon"]);
				continue;
			}
			failed = true;
			const hint = error instanceof Error && "hint" in error ? ` (${String(error.hint)})` : "";
			rows.push(["FAIL", name, oneLine(`${error instanceof Error ? error.message : String(error)}${hint}`)]);
		}
	}
	const output = await openOutput(undefined, []);
	await output.write(table(["", "Part", "Found"], rows));
	if (failed) process.exitCode = 1;
}

function checks(treeFile: string | undefined): Check[] {
	return [
		{ name: "Node", find: () => `${process.versions.node} on ${platformName()}` },
		{ name: "addon", find: addonFile },
		{ name: "pobatch", find: () => versions().pobatch },
		{ name: "LuaJIT", find: () => versions().luajit },
		{ name: "zlib", find: () => versions().zlib },
		{ name: "threads", find: () => `${availableParallelism()} by default` },
		{
			name: "tree",
			async find() {
				const tree = treeFile === undefined ? await PassiveTree.embedded() : await PassiveTree.load(treeFile);
				const { nodes, edges, classes } = tree.data;
				const source = treeFile ?? "embedded";
				return `${tree.version} (${source}): ${readable(nodes.length)} nodes, ${readable(edges.length)} edges, ${classes.length} classes`;
			},
		},
		{
			name: "calculator",
			async find() {
				await using engine = await openEngine({ calculator: "reference", threads: 1 });
				const build = await engine.load(await demoBuildText());
				const stats = Object.keys(build.calculateSync()).length;
				return `${engine.calculator.name} ${engine.calculator.version} answers ${stats} stats of the embedded build`;
			},
		},
	];
}

async function addonFile(): Promise<string> {
	versions();
	const built = join(packageFolder, "build", "Release", "pobatch.node");
	// The order in which node-gyp-build looks.
	const isBuilt = await stat(built).then(
		() => true,
		() => false,
	);
	if (isBuilt) return "built from source";
	return `prebuilt binary${glibcVersion() === undefined ? "" : `, needs glibc ${GLIBC_FLOOR} or newer`}`;
}
