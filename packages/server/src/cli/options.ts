import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { findPob, PobatchError } from "pobatch";
import type { CalculatorConfig } from "../service/calculators.js";
import type { ServiceOptions } from "../service/service.js";

/** Options of all commands that have engines. */
export interface ServiceFlags {
	pob?: string[];
	calculator?: string[];
	tree?: string;
	threads?: number;
	builds: number;
	memory: number;
	rowTimeout: number;
	isolation: "thread" | "process";
	cache?: string | boolean;
	queue?: string | true;
	allowLinks?: string[];
	jobs?: string;
}

/** For commander's argParser. */
export function integer(min: number, max: number): (text: string) => number {
	return (text) => {
		const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
		if (!(value >= min && value <= max))
			throw new InvalidArgumentError(`Expected an integer from ${min} to ${max}.`);
		return value;
	};
}

const collected = (value: string, before: string[] = []) => [...before, value];

/** Hosts of build sites whose links are opened by `--allow-links` without a list. */
const buildSites = ["pobb.in", "poe.ninja", "poe2db.tw", "maxroll.gg", "pastebin.com", "rentry.co"];

export function serviceOptions(command: Command): Command {
	return command
		.option(
			"--pob <[name=]folder>",
			"a Path of Building checkout; again for further ones, by name. POBATCH_POB or an installed one if not given",
			collected,
		)
		.option(
			"--calculator <[name=]name|file>",
			'beside or instead of Path of Building: "reference" or a Lua file of your own; may be given again',
			collected,
		)
		.option("--tree <file>", "passive tree of the calculators that are not Path of Building")
		.option("--threads <n>", "states of each calculator; one per core if not given", integer(1, 256))
		.option("--builds <n>", "builds that each calculator keeps loaded", integer(1, 10_000), 16)
		.option("--memory <MB>", "megabytes that each state may hold", integer(64, 1_000_000), 2048)
		.option(
			"--row-timeout <ms>",
			"a row that takes longer fails with TIMEOUT",
			integer(1, 86_400_000),
			60_000,
		)
		.option(
			"--isolation <kind>",
			"states each in a process of its own, or on threads: then a build that crashes ends the server",
			(kind) => {
				if (kind !== "process" && kind !== "thread")
					throw new InvalidArgumentError("Expected process or thread.");
				return kind;
			},
			"process",
		)
		.option(
			"--queue [url]",
			"rows by the workers at redis://[user:password@]host[:port][/database] (`pobatch worker`); without an address at that of the variable POBATCH_QUEUE",
		)
		.option("--cache <folder>", "keep rows on disk, too")
		.option("--no-cache", "calculate every row")
		.option(
			"--allow-links [hosts]",
			`open links of build sites, of these hosts by comma (${buildSites.join(", ")} if not given)`,
			(text: string) => text.split(",").map((host) => host.trim().toLowerCase()),
		);
}

/** Translates the options for a service. @throws PobatchError INVALID_ARGUMENT, POB_NOT_FOUND */
export async function serviceRequest(
	flags: ServiceFlags,
	log: (text: string) => void,
): Promise<ServiceOptions> {
	const { threads, builds, memory, rowTimeout, isolation, cache, queue, allowLinks, jobs } = flags;
	const hosts = (allowLinks as string[] | true | undefined) === true ? buildSites : allowLinks;
	return {
		calculators: await calculatorsOf(flags),
		engine: {
			isolation,
			memoryLimitMB: memory,
			rowTimeoutMs: rowTimeout,
			onWarning: ({ text }) => log(text),
			...(threads !== undefined && { threads }),
			...(queue !== undefined && { executor: { queue: addressOf(queue) } }),
			...(cache === false && { cache: false }),
			...(typeof cache === "string" && { cache: { dir: cache } }),
		},
		builds: { builds },
		...(jobs !== undefined && { jobFolder: jobs }),
		...(hosts && { links: { hosts: new Set(hosts) } }),
		log,
	};
}

/** @throws PobatchError INVALID_ARGUMENT */
function addressOf(queue: string | true): string {
	const address = queue === true ? process.env.POBATCH_QUEUE : queue;
	if (address) return address;
	throw new PobatchError("INVALID_ARGUMENT", "--queue has no address, nor has the variable POBATCH_QUEUE", {
		hint: "Give one of them: --queue redis://HOST:PORT.",
	});
}

async function calculatorsOf({
	pob = [],
	calculator = [],
	tree,
}: ServiceFlags): Promise<readonly [CalculatorConfig, ...CalculatorConfig[]]> {
	const configs: CalculatorConfig[] = [];
	for (const [index, given] of pob.entries()) {
		const { name = index === 0 ? "pob" : `pob-${index + 1}`, rest } = named(given);
		configs.push({ name, calculator: "pob", pob: rest });
	}
	if (pob.length === 0 && calculator.length === 0) {
		const found = await findPob();
		if (found !== undefined) configs.push({ name: "pob", calculator: "pob", pob: found });
		else configs.push({ name: "reference", calculator: "reference", ...(tree !== undefined && { tree }) });
	}
	for (const given of calculator) {
		const { name, rest } = named(given);
		configs.push({ name: name ?? rest, calculator: rest, ...(tree !== undefined && { tree }) });
	}
	const names = new Set<string>();
	for (const { name } of configs) {
		if (names.has(name))
			throw new PobatchError("INVALID_ARGUMENT", `Two calculators are called ${JSON.stringify(name)}`, {
				value: name,
				hint: "Give them names: --pob old=FOLDER --pob new=FOLDER.",
			});
		names.add(name);
	}
	return configs as [CalculatorConfig, ...CalculatorConfig[]];
}

/** `name=rest`; a folder may have an equals sign, but not before its first slash. */
function named(given: string): { name?: string; rest: string } {
	const [, name, rest] = /^([A-Za-z0-9._-]+)=(.+)$/s.exec(given) ?? [];
	return name === undefined || rest === undefined ? { rest: given } : { name, rest };
}

/** The first word of a file. @throws PobatchError FILE_NOT_FOUND, INVALID_ARGUMENT */
export async function readToken(file: string): Promise<string> {
	let text: string;
	try {
		text = (await readFile(file, "utf8")).trim();
	} catch (cause) {
		throw new PobatchError("FILE_NOT_FOUND", `${file}: cannot read the token`, { cause, value: file });
	}
	if (!/^\S{16,}$/.test(text))
		throw new PobatchError("INVALID_ARGUMENT", `${file}: a token is one word of at least 16 characters`, {
			value: file,
			hint: `\`openssl rand -hex 32 > ${join(".", "token")}\` makes one.`,
		});
	return text;
}
