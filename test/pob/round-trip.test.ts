import { afterAll, beforeAll, expect, it } from "vitest";
import { type Build, decodePobCode, Engine, NodeSets } from "../../src/index.js";
import { expectSameBits, valuesOfRow } from "../support/bits.js";
import { describeWithPob, dice, randomSets, testedBuilds, wildBuilds } from "../support/pob.js";

/** Builds as players share them; POBATCH_BUILDS=FOLDER takes those of that folder instead. */
const builds = process.env.POBATCH_BUILDS ? testedBuilds : [...testedBuilds, ...wildBuilds];
const timeout = Math.max(1, builds.length) * 60_000;
const why = "builds: a folder of PoB XML in POBATCH_BUILDS";

/** All that the two builds answer for their own nodes, bit by bit, but what Path of Building leaves to chance. */
async function compare(build: Build, again: Build) {
	const stats = build.stats().filter((stat) => !build.unstableStats.includes(stat));
	const [own, back] = await Promise.all([
		build.calculate({}, { stats }),
		// A stat that the other one does not list is none of its answers.
		again.calculate({}, { stats: stats.filter((stat) => again.stats().includes(stat)) }),
	]);
	const wrong = stats.filter((stat) => !Object.is(own[stat], back[stat]));
	return { values: stats.length, wrong };
}

/** What a build is, as far as it is read from its text. */
const facts = ({ info }: Build) => ({
	character: [info.class, info.ascendancy, info.level, info.treeVersion],
	nodes: [info.allocated, info.attributes, info.weaponSets],
	tree: [info.activeSpec, info.specs, info.points, info.jewels],
	recalculated: info.recalculated,
	unstable: info.unstableStats,
});

describeWithPob(
	"a build that is written and read back",
	(pob) => {
		let engine: Engine;
		beforeAll(async () => {
			engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		}, timeout);
		afterAll(() => engine.close());

		/** Nothing for a build of a passive tree that this version of Path of Building does not have. */
		const load = (text: string, options: { spec?: number } = {}) =>
			engine.load(text, options).catch((error: Error) => {
				if (error.message.includes("unknown tree version")) return undefined;
				throw error;
			});

		it(
			`answers the same bits for all stats: ${builds.length} builds, as XML and as code`,
			async () => {
				const counts = { builds: 0, values: 0, unstable: 0, newer: 0 };
				const wrong: string[] = [];
				for (const [name, read] of builds) {
					const build = await load(await read());
					if (!build) {
						counts.newer++;
						continue;
					}
					const xml = await build.toXml();
					expect([name, decodePobCode(await build.toCode())]).toEqual([name, xml]);
					const again = await engine.load(xml);
					const found = await compare(build, again);
					expect([name, facts(again)]).toEqual([name, facts(build)]);
					wrong.push(...found.wrong.map((stat) => `${name}: ${stat}`));
					counts.builds++;
					counts.values += found.values;
					counts.unstable += build.unstableStats.length;
					await build.close();
					await again.close();
				}
				console.log(
					`${counts.builds} builds, ${counts.values} values read back, ${wrong.length} differ; ` +
						`${counts.unstable} more are left to chance; ${counts.newer} builds are of a newer version`,
				);
				expect(wrong).toEqual([]);
				expect(counts.builds).toBeGreaterThan(0);
			},
			timeout,
		);

		it(
			"with another of its trees answers what it answers as written, for its own nodes and for node sets",
			async () => {
				for (const [name, read] of builds) {
					const text = await read();
					const trees = text.match(/<Spec\b/g)?.length ?? 0;
					for (let spec = 1; trees > 1 && spec <= trees; spec++) {
						const build = await load(text, { spec });
						if (!build) break;
						const again = await engine.load(await build.toCode());
						expect([name, spec, build.info.activeSpec]).toEqual([name, spec, spec]);
						expect([name, spec, (await compare(build, again)).wrong]).toEqual([name, spec, []]);
						expect([name, spec, facts(again)]).toEqual([name, spec, facts(build)]);
						expect([name, spec, (await again.sheet()).groups]).toEqual([
							name,
							spec,
							(await build.sheet()).groups,
						]);
						const sets = NodeSets.deltas(randomSets(build, 10, dice(spec)));
						const stats = build.stats().filter((stat) => !build.unstableStats.includes(stat));
						const [rows, others] = await Promise.all([
							build.calculateBatch(sets, { stats }),
							again.calculateBatch(sets, { stats }),
						]);
						for (let row = 0; row < sets.length; row++)
							expectSameBits(
								valuesOfRow(others, row),
								valuesOfRow(rows, row),
								`${name}, tree ${spec}, row ${row}`,
							);
						await build.close();
						await again.close();
					}
				}
			},
			timeout,
		);
	},
	builds.length > 0,
	why,
);
