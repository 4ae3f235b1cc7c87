import { describe, expect, test } from "vitest";
import { miniBuild, miniPob } from "../support/pob.js";
import { lines, run, scratch } from "./run.js";

const files = scratch();
const mini = (...args: string[]) => run([...args, "--pob", miniPob]);
/** An item with that many lines that the stand-in does not know, and one that it does. */
const ring = (count: number) =>
	`<Item id="1">Rarity: RARE\nDoom Loop\nPlain Ring\n+5 to Life\n${Array.from({ length: count }, (_, i) => `Sings at night ${i}`).join("\n")}</Item>
	<ItemSet id="1"><Slot name="Ring 1" itemId="1"/></ItemSet>`;
const many = files.write("many.xml", miniBuild({ items: ring(14) }));
const said = ({ stderr }: { stderr: string }) =>
	lines(stderr).filter((line) => !/^calculator |ms\/row/.test(line));

describe("warnings about a build", () => {
	test("are counted in one line, without the build's path", async () => {
		const sets = files.write("sets.jsonl", "{}\n");
		for (const args of [
			["calc", many],
			["batch", many, "--sets", sets],
			["power", many, "--stat", "Life", "--depth", "1"],
		]) {
			expect(said(await mini(...args))).toEqual([
				"14 item lines are not supported by Path of Building (`--warnings` lists them)",
			]);
		}
	});

	test("are listed by --warnings, each with its item and nothing of the path", async () => {
		const found = said(await mini("calc", many, "--warnings"));
		expect(found).toHaveLength(14);
		expect(found[3]).toBe("warning: Doom Loop: not supported by Path of Building: Sings at night 3");
	});

	test("are shown if there is only one, and it is short", async () => {
		const one = files.write("one.xml", miniBuild({ items: ring(1) }));
		expect(said(await mini("calc", one))).toEqual([
			"warning: Doom Loop: not supported by Path of Building: Sings at night 0",
		]);
	});

	test("of several kinds take a line each, none longer than 80 columns", async () => {
		const charms = `<Item id="2">Rarity: MAGIC\nRed\nStone Charm\n+10 to Life</Item><Item id="3">Rarity: MAGIC\nBlue\nStone Charm\n+10 to Mana</Item>
			<ItemSet id="1"><Slot name="Charm 1" itemId="2" active="true"/><Slot name="Charm 2" itemId="3" active="true"/></ItemSet>`;
		const skills =
			'<Skill><Gem nameSpec="Spark" level="5"/></Skill><Skill><Gem nameSpec="Fireball" level="1"/></Skill>';
		const kinds = files.write(
			"kinds.xml",
			miniBuild({ build: 'level="2" mainSocketGroup="1"', skills, items: ring(3) + charms }),
		);
		expect(said(await mini("calc", kinds))).toEqual([
			"warning: Unknown gem: There is no gem called Fireball",
			"warning: You have too many passive points allocated",
			"2 stats are left to chance by Path of Building itself",
			"3 item lines are not supported by Path of Building (`--warnings` lists them)",
		]);
	});

	test("are all in --json, with the stats that are left to chance", async () => {
		const { stdout } = await mini("calc", many, "--json");
		const { build, warnings, unstableStats } = JSON.parse(stdout);
		expect(warnings).toHaveLength(14);
		expect(warnings[0]).toEqual({
			code: "UNSUPPORTED_ITEM_LINE",
			text: "not supported by Path of Building: Sings at night 0",
			where: "Doom Loop",
		});
		expect(unstableStats).toEqual([]);
		// Once is enough.
		expect(build).not.toHaveProperty("warnings");
	});
});
