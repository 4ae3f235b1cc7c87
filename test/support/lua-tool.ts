import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { type Build, Engine } from "../../src/index.js";

/**
 * Commands of a calculator in test/lua that runs the project's own tools over Lua programs. Its engine lives as long as the
 * tests of the `describe` that calls this.
 *
 * @param file its name in test/lua
 */
export function luaTool(file: string): <Answer>(name: string, args: object) => Promise<Answer> {
	let engine: Engine;
	let build: Build;
	beforeAll(async () => {
		engine = await Engine.open({
			calculator: fileURLToPath(new URL(`../lua/${file}`, import.meta.url)),
			sandbox: false,
			threads: 1,
			cache: false,
			options: { lua: fileURLToPath(new URL("../../lua", import.meta.url)) },
		});
		build = await engine.load("none");
	});
	afterAll(() => engine.close());
	return async <Answer>(name: string, args: object) => (await build.command(name, { ...args })) as Answer;
}
