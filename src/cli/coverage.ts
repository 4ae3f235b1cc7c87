import { Command } from "commander";
import { PobatchError } from "../common/errors.js";
import { openEngine } from "./open.js";
import { openOutput } from "./output.js";
import { readable, table } from "./table.js";

/** What the calculator's command `coverage` answers (lua/reference/coverage.lua). */
interface Coverage {
	/** Distinct stat lines of the tree, how many are understood, and the same for their occurrences on nodes. */
	lines: number;
	understood: number;
	share: number;
	occurrences: number;
	understoodOccurrences: number;
	occurrenceShare: number;
	/** Most frequent first; an empty Lua table arrives as an object. */
	unknown: readonly { line: string; count: number; nodes: readonly number[] }[] | Record<string, never>;
}

export function coverageCommand(): Command {
	return new Command("coverage")
		.description("tell which of the passive tree's stat lines the reference calculator understands")
		.option(
			"--tree <file>",
			"passive tree as Path of Building's JSON; the embedded made-up tree if not given",
		)
		.option("--json", "print JSON")
		.addHelpText(
			"after",
			"\nExample:\n  $ pobatch coverage --tree PathOfBuilding-PoE2/src/TreeData/0_5/tree.json",
		)
		.action(runCoverage);
}

async function runCoverage(flags: { tree?: string; json?: boolean }): Promise<void> {
	await using engine = await openEngine({ ...flags, calculator: "reference", threads: 1 });
	const coverage = (await engine.command("coverage")) as unknown as Coverage | null;
	if (!coverage) throw new PobatchError("LUA_ERROR", "The calculator answered no coverage");
	const unknown = Array.isArray(coverage.unknown) ? coverage.unknown : [];
	const output = await openOutput(undefined, []);
	if (flags.json) {
		await output.write(
			`${JSON.stringify({ tree: engine.tree?.version, ...coverage, unknown }, null, "\t")}\n`,
		);
		return;
	}
	const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
	await output.write(
		`Tree ${engine.tree?.version}: ${readable(coverage.understood)} of ${readable(coverage.lines)} distinct stat lines understood ` +
			`(${percent(coverage.share)}); ${readable(coverage.understoodOccurrences)} of ${readable(coverage.occurrences)} ` +
			`with repetitions (${percent(coverage.occurrenceShare)}).\n`,
	);
	if (unknown.length === 0) return;
	const rows = unknown.map(({ line, count, nodes }) => [
		String(count),
		String(nodes[0] ?? ""),
		line.replaceAll("\n", " / "),
	]);
	await output.write(
		`\nNot understood, most frequent first:\n\n${table(["Times", "Node", "Line"], rows, [0, 1])}`,
	);
}
