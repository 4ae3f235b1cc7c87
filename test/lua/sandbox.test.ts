import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Engine, type EngineOptions } from "../../src/index.js";
import { luaFile } from "../support/calculators.js";

/** A calculator whose command `try` runs this Lua text and answers what it answers. */
const trying = (body: string, first = "") =>
	luaFile(`local host = ...
${first}
return {
	load = function(text) return {}, {} end,
	stats = function() return { "A" } end,
	Calculate = function() return { A = 1 } end,
	commands = { try = function(build, args) ${body} end },
}`);

async function attempt(body: string, options: EngineOptions = {}, first = "") {
	const engine = await Engine.open({ calculator: trying(body, first), threads: 1, ...options });
	try {
		return await engine.command("try");
	} finally {
		await engine.close();
	}
}

/** The first bytes of LuaJIT's bytecode, which no text begins with. */
const bytecode = '"\\27LJ\\2\\0\\0"';

describe("what a calculator in the sandbox has", () => {
	it("only these globals", async () => {
		const globals = await attempt(
			"local t = {} for name in pairs(_G) do t[#t + 1] = name end table.sort(t) return t",
		);
		expect(globals).toEqual(
			(
				"_G _VERSION assert bit collectgarbage coroutine error gcinfo getfenv getmetatable ipairs load loadstring " +
				"math next pairs pcall print rawequal rawget rawlen rawset require select setfenv setmetatable string " +
				"table tonumber tostring type unpack xpcall"
			).split(" "),
		);
	});

	it("libraries without functions that reach out", async () => {
		expect(
			await attempt("return { dump = tostring(string.dump), file = tostring(io), os = tostring(os) }"),
		).toEqual({
			dump: "nil",
			file: "nil",
			os: "nil",
		});
	});

	it("a host that logs and tells the time, no more", async () => {
		const body = "local t = {} for name in pairs(host) do t[#t + 1] = name end table.sort(t) return t";
		expect(await attempt(body)).toEqual(["log", "now"]);
		expect(await attempt(body, { sandbox: false })).toEqual([
			"checkpoints",
			"deflate",
			"generalize",
			"inflate",
			"listFiles",
			"log",
			"modifierQueries",
			"now",
			"nursery",
			"realPath",
			"shared",
		]);
	});

	it("print, as lines of the log rather than on stdout", async () => {
		const lines: string[] = [];
		await attempt('print("a", 1, nil, true) print()', { onLog: (line) => lines.push(line) });
		expect(lines).toEqual(["a\t1\tnil\ttrue", ""]);
	});

	it("load and loadstring for text, with an environment", async () => {
		expect(await attempt('return load("return x", "x", "t", { x = 5 })()')).toBe(5);
		expect(await attempt('return loadstring("return 6")()')).toBe(6);
		expect(
			await attempt(
				'local parts = { "return ", "7" } return load(function() return table.remove(parts, 1) end)()',
			),
		).toBe(7);
		expect(await attempt('local f, problem = load("return (") return problem')).toMatch(/unexpected symbol/);
	});

	it("require for Lua's own harmless modules", async () => {
		for (const name of ["bit", "coroutine", "math", "string", "table"])
			expect(await attempt(`return require("${name}") == ${name}`)).toBe(true);
		expect(await attempt('return #require("table.new")(4, 0)')).toBe(0);
	});
});

describe("what is taken away", () => {
	it.each([
		"io",
		"os",
		"ffi",
		"debug",
		"jit",
		"package",
		"newproxy",
		"dofile",
		"loadfile",
		"module",
	])("%s", async (name) => {
		expect(await attempt(`return tostring(_G["${name}"])`)).toBe("nil");
		expect(await attempt(`return tostring(rawget(getfenv(0), "${name}"))`)).toBe("nil");
		await expect(attempt(`return require("${name}")`)).rejects.toThrow(/not for a calculator|not found/);
	});

	it.each([
		"jit.util",
		"jit.opt",
		"jit.profile",
		"string.buffer",
		"ffi",
		"_G",
		"thread.exdata",
	])("the module %s", async (name) => {
		await expect(attempt(`return require("${name}")`)).rejects.toThrow(
			/not for a calculator|not found|letters/,
		);
	});

	it("is there without the sandbox", async () => {
		expect(await attempt('return type(require("ffi").C)', { sandbox: false })).toBe("userdata");
		expect(await attempt("return type(os.getenv)", { sandbox: false })).toBe("function");
	});
});

describe("bytecode", () => {
	const ways: [string, string][] = [
		["load", `return select(2, load(${bytecode}))`],
		["load that asks for it", `return select(2, load(${bytecode}, "x", "b"))`],
		["load of both", `return select(2, load(${bytecode}, "x", "bt"))`],
		["loadstring", `return select(2, loadstring(${bytecode}))`],
		["loadstring with a mode", `return select(2, loadstring(${bytecode}, "x", "b"))`],
		["behind a byte order mark", `return select(2, load("\\239\\187\\191" .. ${bytecode}))`],
		["behind a first line", `return select(2, load("#!lua\\n" .. ${bytecode}))`],
		[
			"in parts",
			`local n = 0 return select(2, load(function() n = n + 1 return n == 1 and "\\27" or n == 2 and "LJ\\2" or nil end))`,
		],
		[
			"after string.byte was replaced",
			`string.byte = function() return 65 end return select(2, load(${bytecode}))`,
		],
		[
			"after the strings' metatable was replaced",
			`getmetatable("").__index = { byte = function() return 65 end } return select(2, loadstring(${bytecode}))`,
		],
	];
	it.each(ways)("%s", async (_, body) => {
		expect(await attempt(body)).toMatch(
			/attempt to load chunk with wrong mode|cannot load malformed bytecode/,
		);
	});

	it("a module next to the calculator", async () => {
		const module = luaFile("\x1bLJ\x02\x00");
		const name = /([^/\\]+)\.lua$/.exec(module)?.[1];
		await expect(attempt(`return require("${name}")`)).rejects.toThrow(/wrong mode/);
	});

	it("cannot be made, either", async () => {
		await expect(attempt("return string.dump(print)")).rejects.toThrow(/attempt to call field 'dump'/);
		expect(await attempt('return tostring(("").dump)')).toBe("nil");
	});
});

describe("C functions nested in each other's callbacks without end raise an error, not a signal", () => {
	const ways: [string, string][] = [
		["gsub with a function", 'local function f(s) return (s:gsub(".", f)) end f("x")'],
		[
			"gsub with a table",
			'local t t = setmetatable({}, { __index = function() return (("x"):gsub(".", t)) end }); ("x"):gsub(".", t)',
		],
		["coroutine.wrap", "local function f() return coroutine.wrap(f)() end f()"],
		["coroutine.resume", "local function f() return assert(coroutine.resume(coroutine.create(f))) end f()"],
		["table.sort", "local function f() table.sort({ 1, 2, 3 }, f) end f()"],
		["load", "local function f() return assert(load(f)) end f()"],
		[
			"string.format",
			'local m = {} m.__tostring = function(x) return (("%s"):format(x)) end ("%s"):format(setmetatable({}, m))',
		],
		[
			"sort in coroutines",
			`local function f() coroutine.wrap(function()
				local depth = 0
				local function g() depth = depth + 1 if depth > 3000 then f() end table.sort({ 1, 2 }, g) end
				g()
			end)() end f()`,
		],
	];
	it.each(ways)("%s", async (_, body) => {
		const caught = `local _, problem = pcall(function() ${body} end) return tostring(problem)`;
		expect(await attempt(caught)).toMatch(/stack overflow|C stack/);
	});

	it("but nesting of practical depth works", async () => {
		const deep = (call: string) => `
			local function f(n) if n == 0 then return "end" end ${call} end
			return f(60)`;
		expect(await attempt(deep('return (("x"):gsub(".", function() return f(n - 1) end))'))).toBe("end");
		expect(await attempt(deep("return coroutine.wrap(f)(n - 1)"))).toBe("end");
		expect(await attempt(deep("return select(2, coroutine.resume(coroutine.create(f), n - 1))"))).toBe("end");
		expect(
			await attempt("local t = { 3, 1, 2 } table.sort(t, function(a, b) return a > b end) return t"),
		).toEqual([3, 2, 1]);
		expect(await attempt('return { ("abc"):gsub("%w", "%0%0"), (("abc"):gsub("b", { b = "x" })) }')).toEqual([
			"aabbcc",
			"axc",
		]);
	});
});

describe("ways around it", () => {
	it("environments of the host's functions hold nothing more", async () => {
		const body = `
			local found = {}
			for _, f in ipairs({ print, require, load, loadstring, host.log, host.now, pcall, getfenv }) do
				local ok, environment = pcall(getfenv, f)
				if ok and (environment.io or environment.os or environment.package) then found[#found + 1] = "of a function" end
			end
			for level = 0, 20 do
				local ok, environment = pcall(getfenv, level)
				if ok and (environment.io or environment.os or environment.package or environment.ffi) then
					found[#found + 1] = "level " .. level
				end
			end
			return found`;
		expect(await attempt(body)).toEqual([]);
	});

	it("a coroutine's globals are the same", async () => {
		const body = `
			return coroutine.wrap(function()
				coroutine.yield(tostring(getfenv(0).os) .. tostring(getfenv(1).io) .. tostring(ffi))
			end)()`;
		expect(await attempt(body)).toBe("nilnilnil");
	});

	it("setfenv on the callers changes nothing for them", async () => {
		const body = `
			local pcall, setfenv, select, load, require = pcall, setfenv, select, load, require
			pcall(setfenv, require, { open = print })
			pcall(setfenv, load, {})
			pcall(setfenv, 0, {})
			for level = 1, 10 do pcall(setfenv, level, { os = 1 }) end
			return select(2, load(${bytecode}))`;
		expect(await attempt(body)).toMatch(/wrong mode/);
	});

	it("an FFI literal gives no FFI", async () => {
		expect(await attempt("return tostring(1LL + 2ULL) .. tostring(getmetatable(1LL))")).toBe("3ULLffi");
		await expect(attempt("return (1LL).x")).rejects.toThrow(/has no member named 'x'/);
	});

	it("64-bit numbers take no metatable of the calculator's when the FFI is out of reach", async () => {
		// LuaJIT looks up int64's metatable under -11 and uint64's under -12 in a table of the FFI's. If that was
		// collected, one of these is in its place, or nothing is.
		const body = `
			local own = { __ipairs = function() return "stolen" end, __tostring = function() return "stolen" end }
			collectgarbage()
			collectgarbage()
			local kept = {}
			for i = 1, 2e5 do kept[i] = { [-11] = own, [-12] = own } end
			return tostring(select(2, pcall(ipairs, 1LL))) .. ", " .. tostring(1ULL)`;
		expect(await attempt(body)).toBe("'int64_t' has no '__ipairs' metamethod, 1ULL");
	});

	it("error objects, tracebacks and handlers see no host value", async () => {
		const body = `
			local seen = {}
			xpcall(function() error(setmetatable({}, { __tostring = function() return "t" end })) end,
				function(value) seen[#seen + 1] = type(value) end)
			return seen`;
		expect(await attempt(body)).toEqual(["table"]);
	});

	it("replaced globals and library members do not steer `require` to other files", async () => {
		const folder = mkdtempSync(join(tmpdir(), "pobatch-outside-"));
		writeFileSync(join(folder, "secret.lua"), 'return "secret"');
		const template = JSON.stringify(`${folder}/?.lua`);
		const body = `
			local function lie() local done return function() if not done then done = true return ${template} end end end
			string.gmatch, string.gsub, string.find = lie, function() return ${template} end, function() end
			getmetatable("").__index = { gmatch = lie, gsub = string.gsub, find = string.find, byte = function() return 1 end }
			table.concat = function() return ${template} end
			package = { path = ${template} }
			return require("secret")`;
		await expect(attempt(body)).rejects.toThrow(/module 'secret' not found/);
	});

	it.each([
		"../secret",
		"..secret",
		"a/../../secret",
		"/etc/hostname",
		"a%.b",
		"a\\\\b",
		"?",
		"x;y",
		"a\\0b",
	])("a module named %s is refused", async (name) => {
		await expect(attempt(`return require("${name}")`)).rejects.toThrow(/a module's name has letters/);
	});

	it("a folder with a module's name is no module", async () => {
		const calculator = trying('return require("inner")');
		mkdirSync(join(calculator, "..", "inner.lua"), { recursive: true });
		await expect(
			Engine.open({ calculator, threads: 1 }).then((engine) => engine.command("try")),
		).rejects.toThrow(/module 'inner' not found/);
	});

	it("a module beside the calculator runs in the sandbox, too, once", async () => {
		const module = luaFile("loads = (loads or 0) + 1 return { os = tostring(os), loads = loads }");
		const name = /([^/\\]+)\.lua$/.exec(module)?.[1];
		expect(await attempt(`require("${name}") return require("${name}")`)).toEqual({ os: "nil", loads: 1 });
	});

	it("the calculator's own file runs in it from its first line", async () => {
		const first = "local before = tostring(os) .. tostring(io) .. tostring(debug) .. tostring(package)";
		expect(await attempt("return before", {}, first)).toBe("nilnilnilnil");
	});

	it("finalizers cannot be made: one that never ends could not be stopped", async () => {
		expect(await attempt("return tostring(newproxy)")).toBe("nil");
		const body = `
			local runs = 0
			for i = 1, 100 do setmetatable({}, { __gc = function() runs = runs + 1 end }) end
			collectgarbage() collectgarbage()
			return runs`;
		expect(await attempt(body)).toBe(0);
	});

	it("each state has its own sandbox, a new one after a failed row, too", async () => {
		const calculator = luaFile(`
			local inside = tostring(os) .. tostring(ffi)
			return {
				load = function() return {}, {} end,
				stats = function() return { "A" } end,
				Calculate = function(_, set)
					if set.add[1] == 9 then error("no") end
					return { A = inside == "nilnil" and 1 or 0 }
				end,
			}`);
		const engine = await Engine.open({ calculator, threads: 2 });
		const build = await engine.load("");
		await expect(build.calculate({ add: [9] })).rejects.toThrow("no");
		expect(await build.calculate({ add: [1] })).toEqual({ A: 1 });
		await engine.close();
	});

	it("holds in child processes", async () => {
		expect(await attempt("return tostring(os) .. tostring(io)", { isolation: "process" })).toBe("nilnil");
	});
});

describe("what crosses to JavaScript", () => {
	it("`__proto__` is a name like others", async () => {
		const answer = (await attempt('return { ["__proto__"] = { polluted = true }, a = 1 }')) as object;
		expect(Object.getPrototypeOf(answer)).toBe(Object.prototype);
		expect(Object.keys(answer).sort()).toEqual(["__proto__", "a"]);
		expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
	});

	it("one long string in many places is refused rather than copied", async () => {
		const body = 'local s, t = ("x"):rep(2 ^ 20), {} for i = 1, 1000 do t[i] = s end return t';
		await expect(attempt(body)).rejects.toThrow("holds too much text");
	});

	it("a log of long lines is cut by its bytes", async () => {
		const lines: string[] = [];
		const calculator = luaFile(`local host = ... return {
			load = function() return {}, {} end,
			stats = function() return { "A" } end,
			Calculate = function()
				local s = ("x"):rep(2 ^ 20)
				for i = 1, 200 do host.log(s) end
				return { A = 1 }
			end,
			commands = { nothing = function() return 1 end },
		}`);
		await using engine = await Engine.open({ calculator, threads: 1, onLog: (line) => lines.push(line) });
		const build = await engine.load("");
		// JavaScript waits, so all lines wait for it.
		build.calculateSync();
		await engine.command("nothing");
		expect(lines.length).toBeLessThan(100);
		expect(lines.at(-1)).toMatch(/^\d+ more lines were dropped$/);
	});
});
