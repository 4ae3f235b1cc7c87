import { Command } from "commander";
import { oneLine } from "../common/errors.js";
import { diagnose } from "../operations/doctor.js";
import { pobOption } from "./options.js";
import { openOutput } from "./output.js";
import { table } from "./table.js";

export function doctorCommand(): Command {
	return new Command("doctor")
		.description("check this installation: Node, addon, LuaJIT, threads, tree, Path of Building")
		.addOption(pobOption())
		.option("--tree <file>", "passive tree to check (default: the embedded made-up tree)")
		.addHelpText(
			"after",
			"\nExits with status 1 if something is wrong. A missing Path of Building counts as\nwrong only if --pob names it.\n" +
				"\nExample:\n  $ pobatch doctor --pob ~/PathOfBuilding-PoE2",
		)
		.action(runDoctor);
}

async function runDoctor({ tree, pob }: { tree?: string; pob?: string }): Promise<void> {
	const findings = await diagnose({ tree, pob });
	const rows = findings.map(({ part, status, found }) => [marks[status], part, oneLine(found)]);
	const output = await openOutput(undefined, []);
	await output.write(table(["", "Part", "Found"], rows));
	if (findings.some(({ status }) => status === "failed")) process.exitCode = 1;
}

const marks = { ok: "ok", failed: "FAIL", skipped: "-" } as const;
