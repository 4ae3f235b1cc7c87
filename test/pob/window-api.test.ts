import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTreeLua } from "../../src/calculators/pob/tree-lua.js";
import { Engine } from "../../src/index.js";
import { miniBuild, miniPob, miniPobWith } from "../support/pob.js";

const launchWith = (lua: string) => ({ "src/Launch.lua": (text: string) => `${text}\n${lua}` });

interface Report {
	lacking: string[] | object;
	standIns: string[] | object;
}

describe("a function of the window that the host does not have", () => {
	it("that is called answers nothing, and is named", async () => {
		const pob = miniPobWith(
			launchWith('local handle = GetShinyHandle("x")\nassert(handle == nil)\nif false then SetGloss(1) end'),
		);
		await using engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const report = (await engine.command("doctor")) as unknown as Report;
		expect(report.standIns).toEqual(["GetShinyHandle"]);
		// Whatever the sources call: what was called has a stand-in, the other one would get one.
		expect(report.lacking).toEqual(["SetGloss"]);
		const build = await engine.load(miniBuild());
		expect(build.calculateSync({}, { stats: ["Life"] })).toEqual({ Life: 96 });
	});

	it("that is tested before it is called stays absent", async () => {
		const pob = miniPobWith(launchWith("if GetShinyHandle then GetShinyHandle():Polish() end"));
		await using engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const report = (await engine.command("doctor")) as unknown as Report;
		expect(report).toMatchObject({ standIns: [], lacking: [] });
	});

	it("that only a comment or a string names does not count", async () => {
		const pob = miniPobWith(
			launchWith('-- GetShinyHandle()\nlocal text = "SetGloss (1)"\nassert(Other == nil)'),
		);
		await using engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const report = (await engine.command("doctor")) as unknown as Report;
		expect(report).toMatchObject({ standIns: [], lacking: [] });
	});
});

describe("objects", () => {
	it("are constructed in the way that the checkout's own class library has: today's, too", async () => {
		// Since August 2026 `new` answers the object, and its constructor is called by name.
		const today = (text: string) => text.replace(/\bnew\("(\w+)"(?:, *)?/g, 'new("$1"):$1(');
		const files = readdirSync(join(miniPob, "src"), { recursive: true, encoding: "utf8" }).filter((file) =>
			/^(?:Classes|Modules).*\.lua$/.test(file),
		);
		const changed = Object.fromEntries(files.map((file) => [`src/${file}`, today]));
		const pob = miniPobWith({
			...changed,
			"src/Modules/Common.lua": (text) => `${today(text)}
local construct = new
function new(className)
	return { [className] = function(_, ...) return construct(className, ...) end }
end`,
		});
		expect(readFileSync(join(pob, "src/Modules/Data.lua"), "utf8")).toContain('new("ModList"):ModList(');
		await using engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const build = await engine.load(miniBuild());
		expect(build.calculateSync({ add: [24] }, { stats: ["Armour", "Life"] })).toEqual({
			Armour: 5,
			Life: 96,
		});
	});
});

describe("a tree that a checkout has in Lua alone", () => {
	const lua = `-- a comment
return {
	["classes"]={ [1]={ name='One', ["base_str"]=7 } }, -- another
	nodes={ [10]={ stats={}, name="A \\"B\\"\\n", x=-1.5e3, flag=true, off=false, none=nil }, ["root"]={ 1, 2; 3 } },
	groups={ [1]={ x=1 }, [3]={ x=3 } },
}
`;
	it("is read without running it: lists, fields, texts, numbers, gaps", async () => {
		const pob = miniPobWith({ "src/TreeData/0_1/other.lua": lua });
		expect(await readTreeLua(`${pob}/src/TreeData/0_1/other.lua`)).toEqual({
			classes: [{ name: "One", base_str: 7 }],
			nodes: { 10: { stats: [], name: 'A "B"\n', x: -1500, flag: true, off: false }, root: [1, 2, 3] },
			groups: [{ x: 1 }, null, { x: 3 }],
		});
	});

	it("that is more than literals is refused with its line", async () => {
		const pob = miniPobWith({ "src/TreeData/0_1/other.lua": "return {\n\ta = os.exit(),\n}" });
		await expect(readTreeLua(`${pob}/src/TreeData/0_1/other.lua`)).rejects.toMatchObject({
			code: "TREE_INVALID",
			message: expect.stringMatching(/in line 2 of /),
		});
	});
});
