import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { PobatchError } from "../common/errors.js";
import { Engine } from "../engine/engine.js";
import { packageFolder } from "../native/addon.js";
import { GLIBC_FLOOR, glibcVersion, platformName } from "../native/platform.js";
import { versions } from "../native/versions.js";
import { PassiveTree } from "../tree/passive-tree.js";
import { demoBuildText } from "./demo-data.js";
import { type Check, pobChecks } from "./doctor-pob.js";

export interface DoctorRequest {
	/** A file; the embedded made-up tree by default. */
	readonly tree?: string | undefined;
	/** A checkout of Path of Building; by default the one that an engine would use. */
	readonly pob?: string | undefined;
}

/** One part of the installation. */
export interface Finding {
	readonly part: string;
	/** `skipped`: it cannot work because of another part that failed and is listed before. */
	readonly status: "ok" | "failed" | "skipped";
	/** What was found; for a failed part, what is wrong and what to do. */
	readonly found: string;
}

/** Checks an installation: Node, addon, LuaJIT, threads, tree, Path of Building. Failing parts do not throw. */
export async function diagnose({ tree, pob }: DoctorRequest): Promise<Finding[]> {
	const findings: Finding[] = [];
	for (const { name: part, find } of [...checks(tree), ...(await pobChecks(pob))]) {
		try {
			findings.push({ part, status: "ok", found: await find() });
		} catch (error) {
			const isKnown = findings.some(({ status }) => status === "failed");
			// Without the addon, the following parts fail for the same reason: report it once.
			if (isKnown && error instanceof PobatchError && error.code === "ADDON_NOT_FOUND") {
				findings.push({ part, status: "skipped", found: "not checked: needs the addon" });
				continue;
			}
			const hint = error instanceof Error && "hint" in error ? ` (${String(error.hint)})` : "";
			const found = `${error instanceof Error ? error.message : String(error)}${hint}`;
			findings.push({ part, status: "failed", found });
		}
	}
	return findings;
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
				return `${tree.version} (${source}): ${count(nodes.length)} nodes, ${count(edges.length)} edges, ${classes.length} classes`;
			},
		},
		{
			name: "calculator",
			async find() {
				await using engine = await Engine.open({ threads: 1 });
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
	// In the order in which node-gyp-build looks.
	const isBuilt = await stat(built).then(
		() => true,
		() => false,
	);
	if (isBuilt) return "built from source";
	return `prebuilt binary${glibcVersion() === undefined ? "" : `, needs glibc ${GLIBC_FLOOR} or newer`}`;
}

function count(value: number): string {
	return value.toLocaleString("en-US");
}
