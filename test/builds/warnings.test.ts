import { describe, expect, it } from "vitest";
import { Engine } from "../../src/index.js";
import { calculatorWith } from "../support/calculators.js";
import { miniBuild, miniPob } from "../support/pob.js";

describe("warnings of a user's calculator", () => {
	it("are texts or tables; anything else is ignored", async () => {
		const calculator = calculatorWith({
			load: `function() return {}, {
				allocated = {},
				warnings = {
					"mind the gap",
					{ code = "GAP", text = "it is wide", where = "platform 2" },
					{ text = "no code" },
					{ code = "NO_TEXT" },
					5,
				},
				unstableStats = { "A", 1 },
			} end`,
		});
		await using engine = await Engine.open({ calculator, threads: 1 });
		const build = await engine.load("");
		expect(build.warnings).toEqual([
			{ code: "CALCULATOR_WARNING", text: "mind the gap", where: "build" },
			{ code: "GAP", text: "it is wide", where: "platform 2" },
			{ code: "CALCULATOR_WARNING", text: "no code", where: "build" },
		]);
		expect(build.unstableStats).toEqual(["A"]);
	});

	it("are empty if it returns none", async () => {
		await using engine = await Engine.open({ calculator: calculatorWith({}), threads: 1 });
		const build = await engine.load("");
		expect([build.warnings, build.unstableStats]).toEqual([[], []]);
	});
});

it("warnings of the reference calculator name each line that it does not understand, and its item", async () => {
	await using engine = await Engine.open({ threads: 1 });
	const build = await engine.load(
		JSON.stringify({
			class: "Mason",
			level: 5,
			items: [{ slot: "Ring 1", name: "Doom Loop", lines: ["Sings at night", "+5 to maximum Life"] }],
		}),
	);
	expect(build.warnings).toEqual([
		{
			code: "UNSUPPORTED_ITEM_LINE",
			text: "not supported by the reference calculator: Sings at night",
			where: "Doom Loop",
		},
	]);
});

it("warnings and unstable stats are the same from child processes", async () => {
	const items = `<Item id="1">Rarity: MAGIC\nRed\nStone Charm\n+10 to Life\nHums</Item><Item id="2">Rarity: MAGIC\nBlue\nStone Charm\n+10 to Mana</Item>
		<ItemSet id="1"><Slot name="Charm 1" itemId="1" active="true"/><Slot name="Charm 2" itemId="2" active="true"/></ItemSet>`;
	const [threads, processes] = await Promise.all(
		(["thread", "process"] as const).map(async (isolation) => {
			await using engine = await Engine.open({ calculator: "pob", pob: miniPob, threads: 1, isolation });
			const { warnings, unstableStats } = await engine.load(miniBuild({ items }));
			return { warnings, unstableStats };
		}),
	);
	expect(threads?.warnings.map(({ code, where }) => [code, where])).toEqual([
		["UNSTABLE_STATS", "build"],
		["UNSUPPORTED_ITEM_LINE", "Red"],
	]);
	expect(processes).toEqual(threads);
});
