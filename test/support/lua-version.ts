import { describe } from "vitest";
import { versions } from "../../src/index.js";

// The first LuaJIT 2.1 with `??`, `?.`, `+=`, short functions and the rest.
const firstWithSyntax = 1784535649;

const inside = versions().luajit;
const rolling = Number(/2\.1\.(\d+)/.exec(inside)?.[1] ?? 0);

/**
 * Tests of syntax that LuaJIT has had since July 2026; with an older embedded LuaJIT they are skipped, by a name that
 * says so.
 */
export function describeWithNewLua(name: string, body: () => void): void {
	if (rolling >= firstWithSyntax) describe(name, body);
	else describe.skip(`${name} (needs LuaJIT 2.1.${firstWithSyntax}, inside is ${inside})`, body);
}
