import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { addon, checkFits } from "../../src/native/addon.js";
import { rowStatuses } from "../../src/native/row-status.js";

const loop = await readFile(fileURLToPath(new URL("../../lua/batch_loop.lua", import.meta.url)), "utf8");
const calculator = `return {
	load = function() return {}, {} end,
	stats = function() return { "A" } end,
	Calculate = function() return { A = 1 } end,
}`;

/** Opens a state whose loop first runs `line` with what native code says of a chunk as `layout`. */
async function openAfter(line: string): Promise<unknown> {
	const engine = new (addon().Engine)(
		{
			threads: 1,
			loopSource: `local layout = select(3, ...) ${line}\n${loop}`,
			source: calculator,
			sandboxSource: "",
			rollback: false,
			chunkName: "@calculator.lua",
			packagePath: "",
			options: {},
			memoryLimit: 0,
		},
		() => {},
	);
	try {
		return await engine.open();
	} finally {
		engine.close();
	}
}

describe("what native code, Lua and TypeScript share about rows", () => {
	test("lets a state open if it fits", async () => {
		expect(await openAfter("")).toEqual({ name: "unnamed", version: "0", derives: false });
	});

	test("a chunk of another size than native code's is refused", async () => {
		await expect(openAfter("layout.size = layout.size + 8")).rejects.toThrow(
			"a chunk has 64 bytes here and 72 in native code",
		);
	});

	test("a row status that native code does not have is refused", async () => {
		await expect(openAfter("layout.statuses.badResult = nil")).rejects.toThrow(
			"native code has no row status `badResult`",
		);
	});

	test("an addon of another version is refused", () => {
		expect(() => checkFits({ rowStatuses: [...rowStatuses] })).not.toThrow();
		const others = rowStatuses.filter((name) => name !== "timeout");
		expect(() => checkFits({ rowStatuses: others })).toThrow("another version of this package");
		expect(() => checkFits({} as { rowStatuses: string[] })).toThrow("another version of this package");
	});
});
