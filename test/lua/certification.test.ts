/** How close functions are to known ones, and what it takes to certify a part (lua/pob/patch), with made-up parts. */
import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";

interface Module {
	path: string;
	text: string;
}

interface Seen {
	report: Record<string, string>;
	installed: string[];
	parts: Record<string, string>;
	/** By part: the places of what has to be run, or why it cannot be certified. */
	certifiable: Record<string, string[] | string>;
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
	text: `local A = {}
local function half(x)
	return x / 2
end
function A.f(x)
	local y = x + 1
	if y > 5 then
		y = half(y)
	end
	return y * 2
end
function A.h(x)
	return x .. 1
end
function A.k()
	return 5
end
`,
};
const B = { path: "Classes/B.lua", text: "local B = {}\nfunction B.g() end\n" };
const C = { path: "Classes/C.lua", text: "local C = {}\nC.x = 'here'\nreturn C\n" };
const MODULES: Module[] = [A, B, C, ...CALCULATION];

describe("a part can be certified", () => {
	const command = luaTool("versions.lua");
	const look = (modules: Module[], certified: string[] = []) =>
		command<Seen>("registry", { modules, known: A, certified });
	const changed = (module: Module, from: string | RegExp, to: string) => {
		const text = module.text.replace(from, to);
		expect(text).not.toBe(module.text);
		return MODULES.map((other) => (other === module ? { ...module, text } : other));
	};

	it("not, and need not be, if everything is known", async () => {
		const { parts, certifiable } = await look(MODULES, ["known"]);
		expect(certifiable).toEqual([]);
		expect(parts).toEqual({
			known: "known",
			needs: "known",
			told: "derived",
			placed: "derived",
			whole: "derived",
		});
	});

	it.each<[what: string, from: string, to: string, points: string[]]>([
		["a constant is another one", "x + 1", "x + 2", ["Classes/A.lua:6:2 f"]],
		["a condition is another one", "y > 5", "y >= 5", ["Classes/A.lua:7:2 f"]],
		[
			"a statement is added",
			"	return y * 2",
			"	y = y - 1 y = y or 3 return y * 2",
			["Classes/A.lua:10:2 f", "Classes/A.lua:10:12 f"],
		],
		["a function that it calls is another one", "x / 2", "x / 3", ["Classes/A.lua:3:2 f"]],
	])("where %s, if that is run", async (_, from, to, points) => {
		const modules = changed(A, from, to);
		const seen = await look(modules);
		expect(seen.certifiable).toEqual({ known: points, needs: [] });
		expect(seen.parts).toMatchObject({ known: "off", needs: "off" });
		const certified = await look(modules, ["known"]);
		expect(certified.parts).toMatchObject({ known: "certified", needs: "known" });
		expect(certified.installed).toContain("known");
	});

	it("if something is gone, or the same statements mean something else, once all of the function is run", async () => {
		const all = ["6:2", "7:2", "8:3", "10:2", "3:2"].map((place) => `Classes/A.lua:${place} f`);
		const gone = await look(changed(A, "\tif y > 5 then\n\t\ty = half(y)\n\tend\n", ""));
		expect(gone.certifiable.known).toEqual(["Classes/A.lua:6:2 f", "Classes/A.lua:7:2 f"]);
		// The text of each statement is as it was, but for the names of variables.
		const other = await look(changed(A, "\tlocal y = x + 1\n", "\tlocal y = x + 1 x, y = y, x\n"));
		expect(other.certifiable.known).toEqual(["Classes/A.lua:6:18 f"]);
		const swapped = await look(changed(A, "return y * 2", "return x * 2"));
		expect(swapped.certifiable.known).toEqual(all);
	});

	it("not if a function is entirely different", async () => {
		const text = /function A.f\(x\)[\s\S]*?\nend/;
		const { certifiable } = await look(
			changed(A, text, "function A.f(x)\n\tlocal t = {}\n\tt.x = x\n\tA.last = t\n\treturn t\nend"),
		);
		expect(certifiable).toEqual({
			known: "f is another function than those that are known",
			needs: "goes together with known, which cannot be certified",
		});
	});

	it("not if a function is gone", async () => {
		const { certifiable } = await look(changed(A, "function A.f(", "function A.other("));
		expect(certifiable.known).toBe("f is gone");
	});

	it("not if the text contradicts it", async () => {
		expect((await look(changed(B, "B.g", "B.other"))).certifiable).toEqual({ told: "there is no g" });
		expect((await look(changed(C, "here", "else"))).certifiable).toEqual({
			placed: "no known place for it in Classes/C.lua",
		});
	});

	it("if the tree is read in a new way, once that is run; not if something new is kept", async () => {
		const setup = CALCULATION[0] as Module;
		const read = changed(setup, "return env", "local n = env.spec\n\treturn n and env");
		const { certifiable } = await look(read);
		expect(certifiable).toEqual({
			whole: ["Modules/CalcSetup.lua:3:2 a read of the tree", "Modules/CalcSetup.lua:4:2 a read of the tree"],
		});
		expect((await look(read, ["whole"])).parts.whole).toBe("certified");
		const keeps = changed(
			CALCULATION[6] as Module,
			/local calcs = ...\n(.*\n\t)/,
			"local calcs = ... local kept = {}\n$1kept.x = env ",
		);
		expect((await look(keeps)).certifiable.whole).toMatch(
			/keeps a variable from one calculation to the next/,
		);
		expect((await look(keeps, ["whole"])).parts.whole).toBe("off");
	});
});

describe("probes in a text", () => {
	const command = luaTool("versions.lua");
	const text = `local log, out = log, {}
local function f(x)
	if x > 1 then log("big") elseif x < 0 then log("small") end
	for i = 1, x do
		if i == 2 then goto continue end
		out[#out + 1] = i
		::continue::
	end
	repeat x = x - 1 until x < 0
	while false do log("never") end
	do local y = function() return x end log(y()) end
	return x
end
log(f(3), #out)
log("last")
`;

	it("change nothing, and show which statements were run", async () => {
		const points = await command<{ line: number; column: number }[]>("statements", { text });
		expect(points.length).toBeGreaterThan(18);
		const probed = await command<{ does: string; probedDoes: string; reached: number[]; text: string }>(
			"probed",
			{
				text,
				points,
			},
		);
		expect(probed.probedDoes).toBe(probed.does);
		expect(probed.text.split("\n").length).toBe(text.split("\n").length);
		const missed = points
			.filter((_, i) => !probed.reached.includes(i + 1))
			.map(({ line, column }) => [line, column]);
		const at = (word: string) => {
			const before = text.slice(0, text.indexOf(word)).split("\n");
			return [before.length, (before.at(-1) as string).length + 1];
		};
		expect(missed).toEqual([at('log("small")'), at('log("never")')]);
	});
});
