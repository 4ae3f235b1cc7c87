import { expect, it } from "vitest";
import { decodePobCode, Engine } from "../../src/index.js";
import { buildText, describeWithBuilds, sharedBuilds } from "../support/pob.js";

describeWithBuilds("a search with Path of Building", (pob) => {
	it.each(
		sharedBuilds,
	)("of %s: its code opened again has the bits that were promised, and a note", async (name) => {
		await using engine = await Engine.open({ calculator: "pob", pob, threads: 2 });
		const build = await engine.load(await buildText(name));
		const result = await build.search({
			points: 6,
			respec: 4,
			maxEvaluations: 900,
			stats: ["Life", "TotalEHP"],
		});
		expect(result.goal.after).toBeGreaterThan(result.goal.before);
		const xml = decodePobCode(result.code as string);
		expect(xml).toContain("pobatch: a better tree for the goal balanced");
		await using other = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const opened = await other.load(xml);
		const again = await opened.calculate({}, { stats: Object.keys(result.after) });
		const now = {
			...again,
			...(opened.info.recalculated && pick(opened.info.recalculated, Object.keys(again))),
		};
		expect(now).toEqual(result.after);
	}, 240_000);
});

function pick(values: Readonly<Record<string, number>>, names: readonly string[]): Record<string, number> {
	return Object.fromEntries(
		names.filter((name) => name in values).map((name) => [name, values[name] as number]),
	);
}
