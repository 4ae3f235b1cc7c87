import type { Command } from "commander";
import { mcpCommand } from "./mcp.js";
import { openCommand } from "./open.js";
import { serveCommand } from "./serve.js";

/** The commands that this package adds to `pobatch`. */
export function commands(): Command[] {
	return [serveCommand(), openCommand(), mcpCommand()];
}
