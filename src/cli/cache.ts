import { Command } from "commander";
import { cacheFolder, clearDiskCache, diskCacheStatistics } from "../row-cache.js";
import { openOutput } from "./output.js";

export function cacheCommand(): Command {
	const command = new Command("cache")
		.description("look at the rows that --cache keeps on disk, or forget them")
		.helpCommand(false)
		.addHelpText("after", "\nExample:\n  $ pobatch cache stats\n  $ pobatch cache clear --cache ./rows");
	return command
		.addCommand(
			folderCommand("stats", "tell how many rows are kept, and how much they take", async (folder) => {
				const found = await diskCacheStatistics(folder);
				return found ? `${describe(found)} in ${folder}\n` : `No rows are kept in ${folder}\n`;
			}),
		)
		.addCommand(
			folderCommand("clear", "forget all rows; safe while other runs use them", async (folder) => {
				const found = await clearDiskCache(folder);
				return found ? `Forgot ${describe(found)} in ${folder}\n` : `No rows are kept in ${folder}\n`;
			}),
		);
}

function folderCommand(name: string, description: string, run: (folder: string) => Promise<string>): Command {
	return new Command(name)
		.description(description)
		.option("--cache <folder>", "folder of the rows; the user's cache folder if not given")
		.addHelpText("after", `\nExample:\n  $ pobatch cache ${name}`)
		.action(async ({ cache = cacheFolder() }: { cache?: string }) => {
			const text = await run(cache);
			await (await openOutput(undefined, [])).write(text);
		});
}

function describe({ entries, bytes }: { entries: number; bytes: number }): string {
	const size = bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;
	return `${entries.toLocaleString("en-US")} ${entries === 1 ? "row" : "rows"}, ${size},`;
}
