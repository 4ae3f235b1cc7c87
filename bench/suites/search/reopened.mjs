// Checks results by opening their XML in Path of Building in a plain LuaJIT, and comparing what its window shows with
// the promised stats, bit by bit.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pobSource } from "../../../dist/calculators/pob/checkout.js";
import { findPob } from "../../../dist/index.js";
import { Naive } from "../pob/naive.mjs";
import { bitsOf, certain } from "../pob/truth.mjs";
import { cutBack, open } from "./builds.mjs";

const goals = ["balanced", "dps", "ehp"];
/** The search need not be good here, but it has to change something. */
const maxEvaluations = 1500;

export async function reopened() {
	if (process.env.POBATCH_BUILDS === undefined) return [];
	const { engine, files } = await open(10);
	const naive = await Naive.start(await pobSource(await findPob()));
	const folder = mkdtempSync(join(tmpdir(), "pobatch-bench-"));
	const counts = { results: 0, values: 0, differing: 0 };
	const notes = [];
	try {
		for (const { file, text } of files) {
			const { build, cut, points } = await cutBack(engine, text, 0.1);
			for (const goal of goals) {
				const { xml, set, improved } = await cut.search({ goal, ...points, maxEvaluations });
				if (!improved) continue;
				const stats = certain(cut, cut.stats());
				const promised = await cut.calculate(set, { stats });
				const path = join(folder, "result.xml");
				writeFileSync(path, xml);
				await naive.load(path);
				await naive.sets([{}]);
				const [{ bits, why }] = await naive.truth();
				if (!bits) throw new Error(`${file}: ${why}`);
				const wrong = stats.filter((stat) => bitsOf(promised[stat]) !== (bits.get(stat) ?? bitsOf(0)));
				counts.results++;
				counts.values += stats.length;
				counts.differing += wrong.length;
				if (wrong.length > 0) notes.push(`${basename(file)}, ${goal}: ${wrong.slice(0, 5).join(", ")}`);
			}
			await cut.close();
			await build.close();
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
		await naive.stop();
		await engine.close();
	}
	return [
		{
			what: `values that differ where ${counts.results} results are opened again, of ${counts.values.toLocaleString("en-US")}`,
			value: counts.differing,
			low: counts.differing,
			high: counts.differing,
			unit: "",
			better: "lower",
			target: 0,
			note: notes.join("; "),
		},
	];
}
