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

	it("of a build with a jewel in a socket that it does not have moves it to an empty one, and its code does, too", async () => {
		await using engine = await Engine.open({ calculator: "pob", pob, threads: 2 });
		const whole = await engine.load(await buildText("huntress_68_poeninja"));
		const { jewels } = (await whole.command("contents")) as { jewels: Record<string, string> };
		const own = Object.keys(jewels).map(Number);
		const unused = (whole.tree?.nodes ?? []).find(
			({ id, type }) => type === "jewelSocket" && !whole.allocated.includes(id) && !own.includes(id),
		);
		const spare = unused?.id as number;
		const goal = "0.5*CombinedDPS + 0.5*TotalEHP";
		const worth = async (socket: number) => {
			const without = whole.variant({ jewels: { [socket]: null } });
			const [before, after] = [await whole.calculate({}), await without.calculate({})];
			return ["CombinedDPS", "TotalEHP"].reduce(
				(sum, stat) => sum + (before[stat] as number) / (after[stat] as number),
				0,
			);
		};
		const worths = await Promise.all(own.map(worth));
		const socket = own[worths.indexOf(Math.max(...worths))] as number;
		const text = jewels[socket] as string;
		const moved = whole.variant({ jewels: { [socket]: null, [spare]: text } });
		const build = await engine.load(await moved.toXml());
		const result = await build.search({ goal, points: 0, maxEvaluations: 200 });
		expect(result.goal.after).toBeGreaterThan(result.goal.before);
		expect(result.jewels).toEqual({ [socket]: expect.any(String), [spare]: null });
		expect(result.steps).toMatchObject([{ action: "jewel", from: spare, target: socket, points: 0 }]);
		const stats = Object.keys(result.after);
		expect(result.after).toEqual(await whole.calculate({}, { stats }));
		const opened = await engine.load(decodePobCode(result.code as string));
		expect(await opened.calculate({}, { stats })).toEqual(result.after);
	}, 240_000);
});

function pick(values: Readonly<Record<string, number>>, names: readonly string[]): Record<string, number> {
	return Object.fromEntries(
		names.filter((name) => name in values).map((name) => [name, values[name] as number]),
	);
}
