import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { Engine } from "../../src/index.js";

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

/**
 * Opens commands over the project's own Lua, with the calculator of scripts/tool.
 *
 * @param file a file in test/lua that returns its commands by name
 */
export const openLuaTool = (file: string) =>
	Engine.open({
		calculator: path("scripts/tool/calculator.lua"),
		sandbox: false,
		threads: 1,
		cache: false,
		options: { paths: [path("lua"), path("scripts")], commands: path(`test/lua/${file}`) },
	});

/** The same, open during the tests of the calling `describe`. */
export function luaTool(file: string): <Answer>(name: string, args?: object) => Promise<Answer> {
	let engine: Engine;
	beforeAll(async () => {
		engine = await openLuaTool(file);
	});
	afterAll(() => engine.close());
	return async <Answer>(name: string, args: object = {}) =>
		(await engine.command(name, { ...args })) as Answer;
}
