import { join } from "node:path";
import envPaths from "env-paths";
import { invalidArgument } from "../common/errors.js";
import { type CachePolicy, cachePolicies } from "./memory/row-memory.js";

export interface RowCacheOptions {
	/**
	 * Which rows leave memory when it is full: `"adaptive"` (those asked for once and not again), `"lru"` (those used
	 * least recently), `"lfu"` (those used least often), `"ttl"` (the oldest; and each after `ttlMs`). `"adaptive"` by
	 * default, or what the variable `POBATCH_CACHE_POLICY` says.
	 */
	policy?: CachePolicy;
	/** Megabytes (2^20 bytes) of rows kept in memory. 64 by default, or what `POBATCH_CACHE_MB` says. */
	maxMB?: number;
	/** Rows, and pieces of files with rows, that are kept in memory. As many as `maxMB` allows by default. */
	maxEntries?: number;
	/**
	 * Milliseconds after which a row in memory is forgotten, with the policies `"ttl"` (an hour by default) and `"lru"`
	 * (never by default: rows do not age).
	 */
	ttlMs?: number;
	/**
	 * A folder that keeps rows on disk, too; processes may share it. Where it cannot be used, rows are calculated, and
	 * the engine warns once (`onWarning`).
	 */
	dir?: string;
	/** Megabytes (2^20 bytes) of rows kept in `dir`, at least 1; the oldest go first. 1024 by default. */
	maxDiskMB?: number;
	/**
	 * Share of the rows found in the cache that is calculated all the same, 0 to 1; a difference of one bit raises
	 * CACHE_MISMATCH. 0 by default.
	 */
	verify?: number;
}

/** Options that were checked, with their defaults. */
export interface CacheSettings {
	readonly policy: CachePolicy;
	readonly maxBytes: number;
	readonly maxEntries: number;
	readonly ttlMs: number;
	readonly dir: string | undefined;
	readonly maxDiskBytes: number;
	readonly verify: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

const megabyte = 2 ** 20;
const hourMs = 3_600_000;
const isPositive = (value: number) => Number.isFinite(value) && value > 0;

/**
 * What a caller who says nothing of a cache gets: what `POBATCH_CACHE` says (`off`, `memory`, or a folder), else
 * `byDefault`.
 */
export function cacheOfEnvironment(
	byDefault: boolean,
	variables: Variables = process.env,
): boolean | RowCacheOptions {
	const said = variables.POBATCH_CACHE;
	if (said === undefined || said === "") return byDefault;
	if (said === "off" || said === "0") return false;
	return said === "memory" || said === "1" ? true : { dir: said };
}

/** @throws PobatchError INVALID_ARGUMENT */
export function checkCacheOptions(
	options: RowCacheOptions,
	variables: Variables = process.env,
): CacheSettings {
	const { dir, verify = 0, maxDiskMB = 1024, maxEntries = Number.POSITIVE_INFINITY } = options;
	const policy = readPolicy(options, variables);
	const maxMB = readMB(options, variables);
	if (maxEntries !== Number.POSITIVE_INFINITY && !(Number.isInteger(maxEntries) && maxEntries >= 1))
		throw invalidArgument("an integer of at least 1", "cache.maxEntries", maxEntries);
	if (!(Number.isFinite(maxDiskMB) && maxDiskMB >= 1))
		throw invalidArgument("a number of at least 1", "cache.maxDiskMB", maxDiskMB);
	const { ttlMs = policy === "ttl" ? hourMs : 0 } = options;
	if (!(Number.isFinite(ttlMs) && ttlMs >= 0))
		throw invalidArgument("a number of milliseconds", "cache.ttlMs", ttlMs);
	if (ttlMs > 0 && policy !== "ttl" && policy !== "lru")
		throw invalidArgument(
			`no number with the policy "${policy}" ("ttl" and "lru" forget by time)`,
			"cache.ttlMs",
			ttlMs,
		);
	if (policy === "ttl" && ttlMs === 0)
		throw invalidArgument("a positive number of milliseconds", "cache.ttlMs", ttlMs);
	if (!(verify >= 0 && verify <= 1)) throw invalidArgument("a share from 0 to 1", "cache.verify", verify);
	if (dir !== undefined && (typeof dir !== "string" || dir === ""))
		throw invalidArgument("a folder's path", "cache.dir", dir);
	return {
		policy,
		maxBytes: Math.round(maxMB * megabyte),
		maxEntries,
		ttlMs,
		dir,
		maxDiskBytes: Math.round(maxDiskMB * megabyte),
		verify,
	};
}

function readPolicy(options: RowCacheOptions, { POBATCH_CACHE_POLICY: said }: Variables): CachePolicy {
	const name = options.policy === undefined && said ? "POBATCH_CACHE_POLICY" : "cache.policy";
	// A time says what is meant.
	const policy = options.policy ?? (said || (options.ttlMs ? "lru" : "adaptive"));
	if ((cachePolicies as readonly unknown[]).includes(policy)) return policy as CachePolicy;
	throw invalidArgument(cachePolicies.map((known) => `"${known}"`).join(" or "), name, policy);
}

function readMB({ maxMB }: RowCacheOptions, { POBATCH_CACHE_MB: said }: Variables): number {
	if (maxMB === undefined && said) {
		if (isPositive(Number(said))) return Number(said);
		throw invalidArgument("a positive number", "POBATCH_CACHE_MB", said);
	}
	if (!isPositive(maxMB ?? 64)) throw invalidArgument("a positive number", "cache.maxMB", maxMB);
	return maxMB ?? 64;
}

/** Where rows are kept on disk if no folder is named: `~/.cache/pobatch/rows` by the XDG rules, the like elsewhere. */
export function cacheFolder(): string {
	return join(envPaths("pobatch", { suffix: "" }).cache, "rows");
}
