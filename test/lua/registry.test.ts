/** Which parts are used in a checkout, and what is said of the others (lua/pob/patch/registry.lua), with made-up parts. */

import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";

interface Module {
	path: string;
	text: string;
	isNotLoaded?: boolean;
}

interface Seen {
	/** By name of a function, or of a part without any: "fast", or why not. */
	report: Record<"f" | "A.h" | "k" | "told" | "placed" | "whole", string>;
	installed: string[];
	/** What the other parts, and rows, are told to be in use. */
	inUse: string[];
	texts: string[];
}

const CALCULATION = [
	"CalcSetup",
	"CalcPerform",
	"CalcActiveSkill",
	"CalcDefence",
	"CalcOffence",
	"CalcTriggers",
	"CalcMirages",
	"Calcs",
].map((name) => ({
	path: `Modules/${name}.lua`,
	text: "local calcs = ...\nfunction calcs.f(env)\n\treturn env.player.output\nend\nreturn calcs\n",
}));

const A = {
	path: "Classes/A.lua",
	text: "local A = {}\nfunction A.f(x)\n\treturn x + 1\nend\nfunction A.h(x)\n\treturn x .. 1\nend\nfunction A.k()\n\treturn 5\nend\n",
};
const B = { path: "Classes/B.lua", text: "local B = {}\nfunction B.g() end\n" };
const C = { path: "Classes/C.lua", text: "local C = {}\nC.x = 'here'\nreturn C\n" };
const MODULES: Module[] = [A, B, C, ...CALCULATION];

const FAST = { f: "fast", "A.h": "fast", k: "fast", told: "fast", placed: "fast", whole: "fast" };

describe("a part is used where all of its conditions hold", () => {
	const command = luaTool("versions.lua");
	const look = (modules: Module[], without: string[] = []) =>
		command<Seen>("registry", { modules, without, known: A });
	/** All modules, with some changed. */
	const changed = (module: Module, from: string | RegExp, to: string) => {
		const text = module.text.replace(from, to);
		expect(text).not.toBe(module.text);
		return MODULES.map((other) => (other === module ? { ...module, text } : other));
	};
	const calculation = (name: string) => CALCULATION.find(({ path }) => path.includes(name)) as Module;

	it("and replaces the function", async () => {
		const { report, installed, texts } = await look(MODULES);
		expect(report).toEqual(FAST);
		expect([...installed].sort()).toEqual(["known", "needs", "placed", "told", "whole"]);
		expect(texts[2]).toMatch(/C\.x = 'there'/);
		expect(texts[2]?.split("\n").length).toBe(C.text.split("\n").length);
		expect(texts[0]).toBe("as it is");
	});

	it("again in modules that are loaded again", async () => {
		const { report, installed } = await look([...MODULES, ...MODULES]);
		expect(report).toEqual(FAST);
		expect(installed.slice(5).sort()).toEqual(installed.slice(0, 5).sort());
	});

	it("also if functions are reformatted and others change", async () => {
		const modules = changed(A, "local A = {}\n", "local A = {} -- more\nfunction A.other() return 1 end\n");
		expect((await look(modules)).report).toEqual(FAST);
	});

	it("not if one of its functions differs; nor are parts that require it", async () => {
		const { report, installed } = await look(changed(A, "x + 1", "x + 2"));
		expect(report).toEqual({
			...FAST,
			f: "not a version of this function that is known",
			"A.h": "goes together with a function that is not known",
			k: "goes together with known, which is not in use",
		});
		expect([...installed].sort()).toEqual(["placed", "told", "whole"]);
	});

	it("not if a function is gone", async () => {
		const { report } = await look(changed(A, "function A.k()", "function A.other()"));
		expect(report).toEqual({ ...FAST, k: "not a version of this function that is known" });
	});

	it("not if a module is not Lua", async () => {
		const { report } = await look(changed(A, "return 5", "return )"));
		expect(report.f).toBe("not a version of this function that is known");
	});

	it("not if its own condition fails", async () => {
		const { report, installed } = await look(changed(B, "B.g", "B.other"));
		expect(report).toEqual({ ...FAST, told: "there is no g" });
		expect(installed).not.toContain("told");
	});

	it("not if there is no place for its edit", async () => {
		const { report, texts } = await look(changed(C, "here", "else"));
		expect(report).toEqual({ ...FAST, placed: "no known place for it in Classes/C.lua" });
		expect(texts[2]).toBe("as it is");
	});

	it("not if a module that it analyses was not read", async () => {
		const { report } = await look(MODULES.filter((module) => module !== B));
		expect(report.told).toBe("Classes/B.lua was not read");
		expect(report.k).toBe("not loaded yet");
	});

	it("not before its module is loaded", async () => {
		const { report, installed } = await look(
			MODULES.map((module) => (module === C ? { ...C, isNotLoaded: true } : module)),
		);
		expect(report).toEqual({ ...FAST, placed: "not loaded yet" });
		expect(installed).not.toContain("placed");
	});

	it("not if the calculation reads the tree in a new way", async () => {
		const setup = calculation("CalcSetup");
		const { report, installed } = await look(
			changed(setup, "return env", "local n = env.spec\n\treturn n and env"),
		);
		expect(report).toEqual({
			...FAST,
			whole: "Modules/CalcSetup.lua:3 reads the tree in a way that is not known",
		});
		expect(installed).not.toContain("whole");
	});

	it("not if something new outlives a calculation", async () => {
		const defence = calculation("CalcMirages");
		const { report } = await look(
			changed(
				defence,
				/local calcs = ...\n(.*\n\t)return env/,
				"local calcs = ... local kept = {}\n$1kept.x = env return env",
			),
		);
		expect(report.whole).toMatch(
			/Modules\/CalcMirages.lua keeps a variable from one calculation to the next/,
		);
	});

	it("no longer once the calculation reads the tree in a new way", async () => {
		const setup = calculation("CalcSetup");
		const text = setup.text.replace("return env", "local n = env.spec\n\treturn n and env");
		const { report, inUse } = await look([...MODULES, { ...setup, text }]);
		expect(report.whole).toBe("Modules/CalcSetup.lua:3 reads the tree in a way that is not known");
		expect(inUse).toEqual(["known", "needs", "told", "placed"]);
	});

	it("not if a module of the calculation was not read", async () => {
		const { report } = await look(MODULES.filter((module) => module !== calculation("CalcTriggers")));
		expect(report).toEqual({ ...FAST, whole: "Modules/CalcTriggers.lua was not read" });
	});

	it("not if a module's text changes", async () => {
		expect((await look(MODULES)).inUse).toEqual(["known", "needs", "told", "placed", "whole"]);
		const { report, inUse } = await look([...MODULES, { ...A, text: A.text.replace("x + 1", "x + 2") }]);
		// What requires it is lost with it.
		expect(inUse).toEqual(["told", "placed", "whole"]);
		expect(report.f).toBe("not a version of this function that is known");
		expect(report.k).toBe("goes together with known, which is not in use");
	});
});
