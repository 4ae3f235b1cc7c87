import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Engine } from "../../src/index.js";
import { miniBuild, miniPob, miniPobWith, miniSpec } from "../support/pob.js";
import { canLink } from "../support/windows.js";

const open = (pob: string, onLog?: (text: string) => void) =>
	Engine.open({ calculator: "pob", pob, threads: 1, cache: false, ...(onLog && { onLog }) });

/** Logged lines of a checkout whose Launch.lua ends with this Lua text; `say(...)` logs. */
async function probe(lua: string, files: Parameters<typeof miniPobWith>[0] = {}): Promise<string[]> {
	const say = `local function say(...)
	local parts = {}
	for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
	ConPrintf("> %s", table.concat(parts, " "))
end`;
	const folder = miniPobWith({ "src/Launch.lua": (text) => `${text}\n${say}\n${lua}`, ...files });
	const lines: string[] = [];
	await using engine = await open(folder, (text) => lines.push(text));
	expect(engine.calculator.name).toBe("pob");
	return lines.filter((line) => line.startsWith("> ")).map((line) => line.slice(2));
}

describe("a checkout", () => {
	it("is found by its folder and by its src, and boots", async () => {
		for (const folder of [miniPob, join(miniPob, "src")]) {
			await using engine = await open(folder);
			expect(engine.calculator).toEqual({ name: "pob", version: "1" });
		}
	});

	it("in a folder that is not one: the error names the missing file", async () => {
		await expect(open("/nowhere/pob")).rejects.toMatchObject({
			code: "POB_INVALID",
			message: expect.stringContaining(resolve("/nowhere/pob/src/Launch.lua")),
		});
	});

	it.each([
		["src/Modules/CalcDefence.lua", /is incomplete: looked for \S+\/src\/Modules\/CalcDefence\.lua$/],
		["src/Data/Gems.lua", /is incomplete: looked for \S+\/src\/Data\/Gems\.lua$/],
		["runtime/lua/xml.lua", /is incomplete: looked for \S+\/runtime\/lua\/xml\.lua/],
		["runtime/lua/sha1.lua", /is incomplete: looked for \S+\/runtime\/lua\/sha1\.lua$/],
	])("without %s is incomplete, and the file is named", async (file, message) => {
		const opening = open(miniPobWith({ [file]: undefined }));
		await expect(opening).rejects.toMatchObject({ message: expect.stringMatching(message) });
	});

	it("says how many more files are missing", async () => {
		const folder = miniPobWith({ "src/Modules/Calcs.lua": undefined, "src/Classes/Item.lua": undefined });
		await expect(open(folder)).rejects.toThrow(/Modules\/Calcs\.lua \(and 1 more\)$/);
	});

	it("of the first game is refused", async () => {
		const change = (text: string) => text.replaceAll("PathOfBuilding2", "PathOfBuilding");
		await expect(open(miniPobWith({ "src/Modules/Build.lua": change }))).rejects.toThrow(
			/is not the one for Path of Exile 2/,
		);
	});

	it("whose start fails tells why, without colour escapes and hints about keys", async () => {
		const folder = miniPobWith({ "src/Modules/Data.lua": (text) => `error("no ^7data today")\n${text}` });
		const error = await open(folder).catch((error: Error) => error);
		expect((error as Error).message).toMatch(/^Path of Building in .* cannot start: .*no data today$/s);
	});

	it("with a syntax error tells the file and the line", async () => {
		const folder = miniPobWith({ "src/Modules/Main.lua": "main = {\n= }\n" });
		await expect(open(folder)).rejects.toMatchObject({
			code: "POB_INVALID",
			message: expect.stringMatching(
				/^Path of Building in \S+ cannot start: Modules\/Main\.lua:2 does not compile with the LuaJIT inside, [\d.]+\S* \(unexpected symbol/,
			),
			hint: expect.stringMatching(/LUAJIT_SOURCE_DIR/),
		});
	});

	it("with a syntax error in a module that is loaded with the first build only tells it, too", async () => {
		const folder = miniPobWith({ "src/Modules/Calcs.lua": (text) => `${text}\nx = = 1` });
		await using engine = await open(folder).catch((error) => {
			throw new Error(`opened before: ${error}`);
		});
		await expect(engine.load(miniBuild())).rejects.toMatchObject({
			code: "POB_INVALID",
			message: expect.stringMatching(
				/^Path of Building in \S+ cannot start: Modules\/Calcs\.lua:\d+ does not compile with the LuaJIT inside/,
			),
		});
	});

	it("that misses data which only loading shows tells the module", async () => {
		const folder = miniPobWith({ "src/TreeData/0_1/tree.lua": undefined });
		await expect(open(folder)).rejects.toThrow(/error loading 'TreeData\/0_1\/tree\.lua': .*No such file/);
	});

	it("whose tree JSON is broken says so, and nothing else, to a build that is no build anyway", async () => {
		const folder = miniPobWith({});
		await using engine = await open(folder);
		writeFileSync(join(folder, "src/TreeData/0_1/tree.json"), "{");
		await expect(engine.load(miniBuild())).rejects.toMatchObject({ code: "TREE_INVALID" });
		const wrong = miniBuild({ specs: [miniSpec("1"), miniSpec("1", "", "9_9")] });
		await expect(engine.load(wrong)).rejects.toMatchObject({ code: "BUILD_INVALID" });
	});

	it("may change what each build loads again: the next one has it", async () => {
		const folder = miniPobWith({});
		await using engine = await open(folder);
		const labelOfLife = async () => {
			const build = await engine.load(miniBuild());
			const list = (await build.command("statList")) as unknown as { name: string; label: string }[];
			return list.find(({ name }) => name === "Life")?.label;
		};
		const file = join(folder, "src/Modules/BuildDisplayStats.lua");
		expect([await labelOfLife(), await labelOfLife()]).toEqual(["Total Life", "Total Life"]);
		writeFileSync(file, readFileSync(file, "utf8").replace("Total Life", "All of Life"));
		expect([await labelOfLife(), await labelOfLife()]).toEqual(["All of Life", "All of Life"]);
	});

	it("doctor tells version, trees and what is missing", async () => {
		await using engine = await open(miniPob);
		const root = readFileSync(join(miniPob, "manifest.xml"), "utf8").match(/number="([^"]*)"/)?.[1];
		expect(await engine.command("doctor")).toMatchObject({
			found: true,
			version: root,
			trees: [
				{ version: "0_0", present: false },
				{ version: "0_1", present: true },
			],
			missing: [],
			pathOfExile2: true,
			booted: true,
		});
		const broken = miniPobWith({ "src/Classes/ModDB.lua": undefined });
		const other = (await engine.command("doctor", { dir: broken })) as { missing: string[]; booted: boolean };
		expect(other.missing).toEqual([expect.stringMatching(/src\/Classes\/ModDB\.lua$/)]);
		expect(other.booted).toBe(false);
		expect(await engine.command("doctor", { dir: "/nowhere" })).toEqual({
			found: false,
			lookedFor: "/nowhere",
		});
	});
});

describe("the world around Path of Building", () => {
	it("ConPrintf and print go to onLog, whatever their format", async () => {
		const lines: string[] = [];
		const folder = miniPobWith({
			"src/Launch.lua": (text) =>
				`${text}\nConPrintf("%d of %s", 5, "it")\nConPrintf("100%")\nprint("a", 1, nil)`,
		});
		await using engine = await open(folder, (text) => lines.push(text));
		expect(engine.threads).toBe(1);
		expect(lines.slice(0, 3)).toEqual(["5 of it", "100%", "a\t1\tnil"]);
		expect(lines[3]).toMatch(/^The stand-in starts at \d+ ms$/);
	});

	it("GetTime ticks", async () => {
		const [line] = await probe(
			"local a = GetTime() local n = 0 while GetTime() < a + 3 do n = n + 1 end say(n > 0)",
		);
		expect(line).toBe("true");
	});

	it("Inflate reads what zlib wrote, Deflate what zlib reads", async () => {
		const text = `${"jewels ".repeat(1000)}\0\xff`;
		const lines = await probe(
			`local file = io.open("Data/packed.bin", "rb")
			local plain = Inflate(file:read("*a"))
			say(#plain, common and 1 or 0, plain:sub(1, 7), plain:byte(-2, -1))
			say(#Deflate(plain) < 200, Inflate(Deflate(plain)) == plain)
			say(Inflate("this is not deflated") == nil, Inflate("") == nil)`,
			{ "src/Data/packed.bin": deflateSync(Buffer.from(text, "latin1")) },
		);
		expect(lines).toEqual(["7002 0 jewels  0 255", "true true", "true true"]);
	});

	it("lua-utf8 counts characters, also of two, three and four bytes", async () => {
		const lines = await probe(`local utf8 = require("lua-utf8")
			local text = "aß€😀z"
			say(utf8.len(text), #text)
			say(utf8.sub(text, 2, 4), utf8.sub(text, -2), utf8.sub(text, 4, 4), utf8.sub(text, 6))
			say(utf8.reverse(text))
			say(utf8.find(text, "z"), utf8.find(text, "€", 1, true), utf8.find(text, "%l$"))
			say(utf8.match(text, "z", 5), utf8.gsub(text, "%w", "."))
			say(utf8.next(text, 2, 1), utf8.next(text, 2, 2), utf8.next(text, 1, -1))
			say(utf8.char(97, 223, 8364, 128512) .. "z" == text, utf8.len("stray \\128 byte"))
			say(utf8.len("plain"), utf8.sub("plain", 2, 3), utf8.find("plain", "l", 1, true))`);
		expect(lines).toEqual([
			"5 11",
			"ß€😀 😀z 😀 ",
			"z😀€ßa",
			"5 3 5 5",
			"z .ß€😀. 2",
			"4 7 nil",
			"true 12",
			"5 la 2 2",
		]);
	});

	it("SHA-1 and base64 of the checkout's own runtime are found by require", async () => {
		const lines = await probe(`say(require("sha1")("abc"))
			say(require("base64").encode("any carnal pleas"))
			say(require("lcurl.safe"), pcall(require, "socket"))`);
		expect(lines[0]).toBe("a9993e364706816aba3e25717850c26c9cd0d89d");
		expect(lines[1]).toBe("YW55IGNhcm5hbCBwbGVhcw==");
		expect(lines[2]).toMatch(/^nil false .*module 'socket' not found/);
	});

	it("PLoadModule answers an error of the module as text, its results otherwise", async () => {
		const lines = await probe(
			`say(PLoadModule("Modules/Wrong"))
			say(PLoadModule("Modules/Right", 20))
			say(pcall(PLoadModule, "Modules/None"))
			say(pcall(LoadModule, "Modules/None"))
			say(PCall(error, "no"), PCall(math.max, 3, 4))`,
			{
				"src/Modules/Wrong.lua": 'local a\nerror("wrong")',
				"src/Modules/Right.lua": "local n = ...\nreturn n + 1, 'two'",
			},
		);
		expect(lines).toEqual([
			"Modules/Wrong.lua:2: wrong",
			"nil 21 two",
			expect.stringMatching(/^false .*PLoadModule\(\) error loading 'Modules\/None\.lua': .*No such file/),
			expect.stringMatching(/^false .*LoadModule\(\) error loading 'Modules\/None\.lua': .*No such file/),
			"no nil 4",
		]);
	});

	it("modules get the globals of their world and leave none outside of it", async () => {
		const lines = await probe(
			"leak = 5 math.huge2 = 6 string.leak = 7 say(_G.leak, leak, debug, ffi, pcall(require, 'ffi'))",
		);
		expect(lines[0]).toMatch(/^5 5 nil nil false .*module 'ffi' not found/);
		await using one = await open(miniPob);
		await using two = await open(
			miniPobWith({ "src/Launch.lua": (text) => `${text}\nassert(not leak and not math.huge2)` }),
		);
		expect([one.threads, two.threads]).toEqual([1, 1]);
	});
});

describe("files", () => {
	it("of the checkout are read from any place of it, as the window would", async () => {
		const lines = await probe(`local file = io.open("../manifest.xml", "r")
			say(file:read("*l"))
			say(#file:read("*a") > 20, file:read("*a") == "", file:read("*l"))
			file:close()
			say(pcall(file.read, file))
			for line in io.lines("GameVersions.lua") do say(line) break end
			say(io.open(GetScriptPath() .. "/Data/Gems.lua") ~= nil, io.type(io.open("Launch.lua")), io.type(5))
			local search, names = NewFileSearch("Data/*.lua"), {}
			repeat names[#names + 1] = search:GetFileName() until not search:NextFile()
			say(table.concat(names, ","), NewFileSearch("Data/*.none"), NewFileSearch("../../*"))`);
		expect(lines).toEqual([
			'<?xml version="1.0" encoding="UTF-8"?>',
			"true true nil",
			expect.stringMatching(/^false .*closed file/),
			"-- The first version is listed, but its data is missing here.",
			"true file nil",
			"Gems.lua,Global.lua,ModCache.lua nil nil",
		]);
	});

	it("outside of the checkout are refused: by dots, by absolute path, by link", async () => {
		const folder = miniPobWith({});
		const secret = join(folder, "..", `pobatch-secret-${process.pid}`);
		writeFileSync(secret, "secret");
		if (canLink) symlinkSync(secret, join(folder, "src", "link.txt"));
		const lua = `
			local function try(path)
				local file, message = io.open(path, "r")
				ConPrintf("> %s %s", tostring(file and file:read("*a")), tostring(message ~= nil))
			end
			try("../../pobatch-secret-${process.pid}") try(${JSON.stringify(secret)}) try("link.txt") try("/etc/passwd")
			try("Data/../../../../../../../etc/passwd")
			ConPrintf("> %s", tostring(pcall(LoadModule, "/etc/passwd")))
			ConPrintf("> %s", tostring(loadfile(${JSON.stringify(secret)})))
			ConPrintf("> %s", tostring(pcall(io.lines, ${JSON.stringify(secret)})))
			ConPrintf("> %s", tostring(io.open(${JSON.stringify(secret)}, "w")))`;
		writeFileSync(
			join(folder, "src", "Launch.lua"),
			readFileSync(join(miniPob, "src", "Launch.lua"), "utf8") + lua,
		);
		const lines: string[] = [];
		await using engine = await open(folder, (text) => lines.push(text));
		expect(engine.threads).toBe(1);
		expect(lines.filter((line) => line.startsWith("> "))).toEqual([
			...Array.from({ length: 5 }, () => "> nil true"),
			"> false",
			"> nil",
			"> false",
			"> nil",
		]);
		expect(readFileSync(secret, "utf8")).toBe("secret");
		rmSync(secret);
	});

	it("that are written stay in memory: read again there, nothing on the disk", async () => {
		const before = readdirSync(join(miniPob, "src"), { recursive: true });
		const lines = await probe(`local file = io.open("Data/new.txt", "w")
			file:write("one\\n", 2, "\\n") file:close()
			local more = io.open("Data/new.txt", "a") more:write("three") more:close()
			say(io.open("Data/new.txt"):read("*a"):gsub("\\n", "|"))
			say(os.remove("Data/new.txt"), io.open("Data/new.txt"))
			local over = io.open("Data/Gems.lua", "r+") over:write("-- x") over:close()
			say(io.open("Data/Gems.lua"):read("*a"):sub(-4))
			io.open(GetUserPath() .. "/Settings.xml", "w"):write("s"):close()
			say(io.open("Settings.xml"):read("*a"))`);
		expect(lines).toEqual([
			"one|2|three 2",
			"true nil Data/new.txt: No such file or directory 2",
			"-- x",
			"s",
		]);
		expect(readdirSync(join(miniPob, "src"), { recursive: true })).toEqual(before);
		expect(existsSync(join(miniPob, "src", "Settings.xml"))).toBe(false);
	});

	it("of one engine are not seen by another", async () => {
		const text = `local seen = io.open("kept.txt") ConPrintf("> %s", tostring(seen ~= nil)) io.open("kept.txt", "w"):write("mine"):close()`;
		const folder = miniPobWith({ "src/Launch.lua": (launch) => `${launch}\n${text}` });
		const lines: string[] = [];
		await using one = await open(folder, (line) => lines.push(line));
		await using two = await open(folder, (line) => lines.push(line));
		expect([one.threads, two.threads]).toEqual([1, 1]);
		expect(lines.filter((line) => line.startsWith("> "))).toEqual(["> false", "> false"]);
	});

	it("the user's own settings and builds are not read: they would change the numbers", async () => {
		const lines = await probe('say((io.open("Settings.xml")), (io.open("settings.xml")))', {
			"src/Settings.xml": "<Settings/>",
		});
		expect(lines).toEqual(["nil nil"]);
	});

	it("os.execute, io.popen, os.remove, os.rename and os.exit are refused", async () => {
		const lines = await probe(`say(os.execute("touch ran"))
			say(io.popen("touch ran"))
			say(os.remove("Launch.lua"))
			say(os.rename("Launch.lua", "gone.lua"))
			say(pcall(os.exit))
			say(os.getenv("PATH"), os.tmpname())`);
		expect(lines).toEqual([
			expect.stringMatching(/^nil os\.execute is not available/),
			expect.stringMatching(/^nil io\.popen is not available/),
			expect.stringMatching(/^nil os\.remove is not available/),
			expect.stringMatching(/^nil os\.rename is not available/),
			expect.stringMatching(/^false .*os\.exit is not available/),
			expect.stringMatching(/^nil nil os\.tmpname is not available/),
		]);
	});

	it("relative paths never touch the process's folder, which does not change", async () => {
		const folder = process.cwd();
		const lines = await probe(
			'say(io.open("package.json"), SetWorkDir("/"), GetWorkDir() == GetScriptPath())',
		);
		expect(lines).toEqual(["nil nil true"]);
		expect(process.cwd()).toBe(folder);
	});
});
