import { Command } from "commander";
import { cacheFolder } from "../cache/cache-options.js";
import { buildHash, type GroupFilter } from "../cache/row-group.js";
import {
	clearDiskCache,
	type DiskCacheStatistics,
	diskCacheStatistics,
	forgetRows,
} from "../cache/store/statistics.js";
import { openOutput } from "./output.js";
import { readBuild } from "./source.js";

/** Maximum number of passive trees in a build whose rows are selected. */
const maxSpecs = 100;

interface ClearFlags {
	build?: string;
	calculator?: string;
	stats?: string;
}

export function cacheCommand(): Command {
	const command = new Command("cache")
		.description("show or delete the rows that --cache keeps on disk")
		.helpCommand(false)
		.addHelpText("after", "\nExample:\n  $ pobatch cache stats\n  $ pobatch cache clear --cache ./rows");
	return command
		.addCommand(
			folderCommand("stats", "show how many rows are kept, and their size", async (folder) => {
				const found = await diskCacheStatistics(folder);
				return found ? `${describe(found)} in ${folder}\n` : `No rows are kept in ${folder}\n`;
			}),
		)
		.addCommand(
			folderCommand(
				"clear",
				"delete all or some rows; safe while other runs use them",
				async (folder, flags: ClearFlags) => {
					const filter = await filterOf(flags);
					if (filter) {
						const deleted = await forgetRows(folder, filter);
						return deleted
							? `Deleted ${count(deleted)} in ${folder}\n`
							: `No such rows are kept in ${folder}\n`;
					}
					const found = await clearDiskCache(folder);
					return found ? `Deleted ${describe(found)} in ${folder}\n` : `No rows are kept in ${folder}\n`;
				},
			)
				.option("--build <build>", "only rows of this build (a file, a code, or - for stdin)")
				.option(
					"--calculator <text>",
					'only rows of calculators with this text in their name or version, such as "0.16.0"',
				)
				.option("--stats <names>", "only rows with any of these stats, separated by commas"),
		);
}

async function filterOf({ build, calculator, stats }: ClearFlags): Promise<GroupFilter | undefined> {
	if (build === undefined && calculator === undefined && stats === undefined) return undefined;
	return {
		...(build !== undefined && { builds: hashesOf(await readBuild(build)) }),
		...(calculator !== undefined && { name: calculator }),
		...(stats !== undefined && { stats: stats.split(",").map((name) => name.trim()) }),
	};
}

/** Hashes of the build with each of its passive trees. */
function hashesOf(text: string): string[] {
	return [undefined, ...Array.from({ length: maxSpecs }, (_, i) => i + 1)].map((spec) =>
		buildHash(text, spec),
	);
}

function folderCommand<Flags extends object>(
	name: string,
	description: string,
	run: (folder: string, flags: Flags) => Promise<string>,
): Command {
	return new Command(name)
		.description(description)
		.option("--cache <folder>", "folder of the rows (default: in the user's cache folder)")
		.addHelpText("after", `\nExample:\n  $ pobatch cache ${name}`)
		.action(async ({ cache = cacheFolder(), ...flags }: Flags & { cache?: string }) => {
			const text = await run(cache, flags as Flags);
			await (await openOutput(undefined, [])).write(text);
		});
}

/** `1,311 rows, 340 KB, 4 KB of it unreadable,`. */
function describe({ entries, bytes, unreadableBytes }: DiskCacheStatistics): string {
	return `${count(entries)}, ${size(bytes)},${unreadableBytes > 0 ? ` ${size(unreadableBytes)} of it unreadable,` : ""}`;
}

function count(rows: number): string {
	return `${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"}`;
}

function size(bytes: number): string {
	return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
