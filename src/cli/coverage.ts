import { Command } from "commander";
import { coverage } from "../operations/coverage.js";
import { openOutput } from "./output.js";
import { readable, table } from "./table.js";

export function coverageCommand(): Command {
	return new Command("coverage")
		.description("show which of the passive tree's stat lines the reference calculator understands")
		.option("--tree <file>", "passive tree as Path of Building's JSON (default: the embedded made-up tree)")
		.option("--json", "print JSON")
		.addHelpText(
			"after",
			"\nExample:\n  $ pobatch coverage --tree PathOfBuilding-PoE2/src/TreeData/0_5/tree.json",
		)
		.action(runCoverage);
}

async function runCoverage(flags: { tree?: string; json?: boolean }): Promise<void> {
	const { tree } = flags;
	const answer = await coverage(tree === undefined ? {} : { tree });
	const { unknown } = answer;
	const output = await openOutput(undefined, []);
	if (flags.json) {
		await output.write(`${JSON.stringify(answer, null, "\t")}\n`);
		return;
	}
	const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
	await output.write(
		`Tree ${answer.tree}: ${readable(answer.understood)} of ${readable(answer.lines)} distinct stat lines understood ` +
			`(${percent(answer.share)}); ${readable(answer.understoodOccurrences)} of ${readable(answer.occurrences)} ` +
			`with repetitions (${percent(answer.occurrenceShare)}).\n`,
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
