import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findPob } from "../../dist/calculators/pob/checkout.js";
import { Engine, NodeSets } from "../../dist/index.js";
import { dice, randomSets } from "./report.mjs";

/** Number of builds that take turns, and of node sets for each. */
const builds = 20;
const setsEach = 40;

const folder =
	process.env.SOAK_BUILDS ?? fileURLToPath(new URL("../../../shared/data/wild/", import.meta.url));

/** Texts of builds to load in turn, by name; undefined, after printing why, if there are none. */
export async function buildTexts() {
	const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".xml")) : [];
	if (files.length > 0 && (await findPob()) !== undefined)
		return files.sort().map((file) => [file, readFileSync(join(folder, file), "utf8")]);
	console.log(
		"builds of Path of Building: left out (needs Path of Building, and SOAK_BUILDS: a folder of its builds)",
	);
	return undefined;
}

/**
 * Twenty of the builds, each with node sets and their results: the bits of the default stats and of all.
 *
 * @returns {Promise<{ name, text, sets, answers: { default: Answer, all: Answer } }[]>} Answer: { stats, bits }
 */
export async function knownBuilds(texts) {
	const engine = await Engine.open({ calculator: "pob", threads: 2, cache: false });
	const roll = dice(17);
	const known = [];
	try {
		for (const [name, text] of texts) {
			if (known.length === builds) break;
			const build = await engine.load(text);
			// A character without a tree has too few distinct rows.
			if (build.allocated.length > 10) {
				const sets = randomSets(build, setsEach, roll);
				const answer = async (stats) => ({
					stats,
					bits: bitsOf(await build.calculateBatch(NodeSets.deltas(sets), { stats })),
				});
				const answers = { default: await answer(build.defaultStats), all: await answer(build.stats()) };
				known.push({ name, text, sets, answers });
			}
			await build.close();
		}
	} finally {
		await engine.close();
	}
	return known;
}

/** The numbers of a result, for comparing bit by bit. */
export const bitsOf = ({ values }) => new BigUint64Array(values.buffer, values.byteOffset, values.length);

export function isSameRow(found, row, right, of, width) {
	for (let i = 0; i < width; i++) if (found[row * width + i] !== right[of * width + i]) return false;
	return true;
}
