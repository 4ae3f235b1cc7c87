/** `host.compiled`: bytecode that states and processes share. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { addon, type Plain } from "../../src/native/addon.js";

const loop = await readFile(fileURLToPath(new URL("../../lua/batch_loop.lua", import.meta.url)), "utf8");
const calculator = `local compiled = (...).compiled
return {
	load = function() return {}, {} end,
	stats = function() return { "A" } end,
	Calculate = function() return { A = 1 } end,
	commands = {
		keep = function(_, chunks)
			for _, c in ipairs(chunks) do
				compiled.keep(c.path, c.edits, c.text, string.dump(assert(loadstring(c.code, "@" .. c.path))))
			end
			return true
		end,
		run = function(_, c)
			local chunk = compiled.find(c.path, c.edits, c.text, "=name")
			return chunk and chunk() or false
		end,
		isThere = function() return compiled ~= nil end,
	},
}`;

async function withEngine<Value>(
	compiled: Uint8Array | undefined,
	body: (
		command: (name: string, args?: Plain) => Promise<Plain>,
		take: () => Uint8Array | null,
	) => Promise<Value>,
): Promise<Value> {
	const engine = new (addon().Engine)(
		{
			threads: 1,
			loopSource: loop,
			source: calculator,
			sandboxSource: "",
			rollback: false,
			chunkName: "@calculator.lua",
			packagePath: "",
			options: {},
			memoryLimit: 0,
			...(compiled && { compiled }),
		},
		() => {},
	);
	try {
		await engine.open();
		return await body(
			(name, args = {}) => engine.command(name, 0, args),
			() => engine.takeCompiled(),
		);
	} finally {
		engine.close();
	}
}

const chunk = (text: string, code = `return ${JSON.stringify(text)}`) => ({
	path: "a.lua",
	edits: "",
	text,
	code,
});

describe("compiled chunks", () => {
	it("are found by path, edits and text, in the next process, too", async () => {
		const data = await withEngine(new Uint8Array(), async (command, take) => {
			expect(take()).toBeNull();
			await command("keep", [chunk("one"), { ...chunk("one", "return 'edited'"), edits: "x" }]);
			const taken = take();
			expect(take()).toBeNull();
			return taken as Uint8Array;
		});
		await withEngine(data, async (command, take) => {
			expect(take()).toBeNull();
			expect(await command("run", chunk("one"))).toBe("one");
			expect(await command("run", { ...chunk("one"), edits: "x" })).toBe("edited");
			expect(await command("run", chunk("two"))).toBe(false);
			expect(await command("run", { ...chunk("one"), path: "b.lua" })).toBe(false);
		});
	});

	it("are the two newest of each path", async () => {
		await withEngine(new Uint8Array(), async (command) => {
			await command(
				"keep",
				["one", "two", "three"].map((text) => chunk(text)),
			);
			expect(await command("run", chunk("one"))).toBe(false);
			expect(await command("run", chunk("two"))).toBe("two");
			expect(await command("run", chunk("three"))).toBe("three");
		});
	});

	it("are rejected if lengths do not match", async () => {
		const data = await withEngine(new Uint8Array(), async (command, take) => {
			await command("keep", [chunk("one"), { ...chunk("two"), path: "b.lua" }]);
			return take() as Uint8Array;
		});
		for (let length = 1; length < data.length; length++) {
			if (length % 7 !== 0 && length !== data.length - 1) continue;
			const found = await withEngine(data.slice(0, length), (command) =>
				Promise.all([command("run", chunk("one")), command("run", { ...chunk("two"), path: "b.lua" })]),
			);
			// Cut between two chunks it is whole.
			expect([
				JSON.stringify([false, false]),
				JSON.stringify(["one", false]),
				JSON.stringify([false, "two"]),
			]).toContain(JSON.stringify(found));
		}
	});

	it("are not shared without bytecode from an earlier process", async () => {
		await withEngine(undefined, async (command, take) => {
			expect(await command("isThere")).toBe(false);
			expect(take()).toBeNull();
		});
	});
});
