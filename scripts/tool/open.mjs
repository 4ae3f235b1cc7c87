import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Engine } from "../../dist/index.js";

const scripts = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Opens a tool in Lua: `scripts/<name>/commands.lua`, which may require the project's own Lua and files in scripts/.
 *
 * @returns `command(name, args)`, and `close()`
 */
export async function openTool(name) {
	const engine = await Engine.open({
		calculator: join(scripts, "tool", "calculator.lua"),
		sandbox: false,
		threads: 1,
		cache: false,
		options: {
			paths: [join(scripts, "..", "lua"), scripts],
			commands: join(scripts, name, "commands.lua"),
		},
	});
	const build = await engine.load("none");
	return { command: (command, args) => build.command(command, args), close: () => engine.close() };
}
