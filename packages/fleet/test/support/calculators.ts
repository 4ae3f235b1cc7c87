import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const root = fileURLToPath(new URL("../../../..", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "pobatch-fleet-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A Lua file of the test's own. */
export function luaFile(name: string, text: string): string {
	const file = join(folder, name);
	writeFileSync(file, text);
	return file;
}

/**
 * Answers three times the first added id and the length of the build's text, after so many sines, about 15 ns each. 666 ends
 * its process, 669 fails.
 */
export const counting = (sines: number) => `return {
	name = "counting", version = "${sines}",
	load = function(text) return { text = text }, { class = "", level = 1, allocated = {} } end,
	stats = function() return { "Three", "Length" } end,
	Calculate = function(build, set)
		local x, id = 0, set.add[1] or 0
		for i = 1, ${sines} do x = x + math.sin(i) end
		if id == 666 then os.exit(3) end
		if id == 669 then error("no") end
		return { Three = 3 * id + 0 * x, Length = #build.text }
	end,
}`;
