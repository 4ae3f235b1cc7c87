import { Command } from "commander";
import { cacheFolder } from "../cache/row-cache.js";
import { clearDiskCache, type DiskCacheStatistics, diskCacheStatistics } from "../cache/store/statistics.js";
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

/** `1,311 rows, 340 KB, 4 KB of it unreadable,`. */
function describe({ entries, bytes, unreadableBytes }: DiskCacheStatistics): string {
	const rows = `${entries.toLocaleString("en-US")} ${entries === 1 ? "row" : "rows"}`;
	return `${rows}, ${size(bytes)},${unreadableBytes > 0 ? ` ${size(unreadableBytes)} of it unreadable,` : ""}`;
}

function size(bytes: number): string {
	return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
