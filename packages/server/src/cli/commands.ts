import type { Command } from "commander";
import { mcpCommand } from "./mcp.js";
import { openCommand } from "./open.js";
import { serveCommand } from "./serve.js";

/** What `pobatch` adds to its own commands where this package is installed. */
export function commands(): Command[] {
	return [serveCommand(), openCommand(), mcpCommand()];
}
