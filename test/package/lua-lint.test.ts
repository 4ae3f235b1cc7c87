import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const script = fileURLToPath(new URL("../../scripts/lint-lua.mjs", import.meta.url));
let folder: string;

/** Lints one file of lua/pob with this text: the messages, with their lines, and the status. */
function lint(text: string): { status: number | null; messages: string[] } {
	const path = join(folder, "lua", "pob", "sample.lua");
	mkdirSync(join(folder, "lua", "pob"), { recursive: true });
	writeFileSync(path, text);
	const { status, stderr } = spawnSync(process.execPath, [script, path], { encoding: "utf8" });
	return {
		status,
		messages: stderr
			.trimEnd()
			.split("\n")
			.filter((line) => line !== "")
			.map((line) => line.replace(`${path}:`, "")),
	};
}

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "pobatch-lint-"));
});
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

describe("the Lua linter", () => {
	test("finds each kind of problem at its line", () => {
		const { status, messages } = lint(
			[
				"local used, unused = 1, 2",
				"written = used",
				"function alsoWritten() end",
				"local function f(a, b, c)",
				"\treturn b",
				"end",
				"for key, value in pairs({}) do",
				"\tprint(key, misspelt)",
				"end",
				"local assigned",
				"assigned = f",
				"  print('spaces')",
				"print('blanks') ",
				`-- ${"x".repeat(130)}`,
				"return shared.notDeclared, shared.asked, '__pobatch.neither'",
				"",
			].join("\n"),
		);
		expect(status).toBe(1);
		expect(messages).toEqual([
			"1: nothing reads the variable 'unused'",
			"2: writes to the global 'written'",
			"3: writes to the global 'alsoWritten'",
			"4: nothing reads the variable 'c'",
			"7: nothing reads the variable 'value'",
			"8: reads the unknown global 'misspelt'",
			"10: nothing reads the variable 'assigned'",
			"12: indented with spaces instead of tabs",
			"13: blanks at the end of the line",
			"14: 133 columns, of 128 at most",
			"15: reads the unknown global 'shared'",
			"15: reads the unknown global 'shared'",
			"15: field 'notDeclared' is not declared in lua/pob/patch/shared.lua",
			"15: field 'neither' is not declared in lua/pob/patch/shared.lua",
		]);
	});

	test("accepts what is declared, what begins with an underscore, and long lines of a text", () => {
		const { status, messages } = lint(
			[
				"-- luacheck: globals launch",
				"local object = {}",
				"function object:method(_, second)",
				"\tlocal _unused, used = launch.first, second",
				"\treturn used",
				"end",
				"local recursive",
				"function recursive() return recursive end",
				"object.text = [[",
				"x".repeat(200),
				"]]",
				"return object",
				"",
			].join("\n"),
		);
		expect(messages).toEqual([]);
		expect(status).toBe(0);
	});

	test("tells a file that is no Lua by its line", () => {
		const { status, messages } = lint("local x = 1\nreturn x +\n");
		expect(status).toBe(1);
		expect(messages).toHaveLength(1);
		expect(messages[0]).toMatch(/sample\.lua:3: /);
	});
});
