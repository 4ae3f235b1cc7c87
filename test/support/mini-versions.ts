import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openLuaTool } from "./lua-tool.js";
import { miniPob } from "./pob.js";

interface Versions {
	functions: Record<string, Record<string, Record<string, string>>>;
	statements: Record<string, Record<string, Record<string, string>>>;
	tree_reads: Record<string, string>;
	state: Record<string, Record<string, number>>;
}

/**
 * Known forms for the stand-in in test/fixtures, for the calculator's option `versions`: its functions behave like Path
 * of Building's, as far as parts of pobatch rely on them. Functions that do less (evaluating tags, finding paths,
 * helpers) are left out.
 */
export async function miniVersions(): Promise<Versions> {
	await using tool = await openLuaTool("../../scripts/adopt/commands.lua");
	const paths = (await tool.command("modules")) as string[];
	const files = paths
		.map((path) => ({ path, file: join(miniPob, "src", path) }))
		.filter(({ file }) => existsSync(file))
		.map(({ path, file }) => ({ path, text: readFileSync(file, "utf8") }));
	const { versions } = (await tool.command("adopt", { files, release: "0.0.0" })) as unknown as {
		versions: Versions;
	};
	for (const forms of [versions.functions, versions.statements]) {
		delete forms["Classes/ModStore.lua"]?.EvalMod;
		delete forms["Classes/PassiveSpec.lua"];
		delete forms["Modules/CalcTools.lua"];
	}
	return versions;
}
