import { join } from "node:path";
import envPaths from "env-paths";
import { invalidArgument } from "../common/errors.js";
import { type CachePolicy, cachePolicies } from "./memory/row-memory.js";

export interface RowCacheOptions {
	/**
	 * Which rows are evicted when memory is full: `"adaptive"` (those requested only once), `"lru"` (the least recently
	 * used), `"lfu"` (the least frequently used), `"ttl"` (the oldest, and each row after `ttlMs`). Default: the
	 * environment variable `POBATCH_CACHE_POLICY`, otherwise `"adaptive"`.
	 */
	policy?: CachePolicy;
	/**
	 * Megabytes (2^20 bytes) of rows kept in memory. Default: the environment variable `POBATCH_CACHE_MB`, otherwise 64.
	 */
	maxMB?: number;
	/** Maximum number of rows, and of chunks of row files, kept in memory. Default: as many as `maxMB` allows. */
	maxEntries?: number;
	/**
	 * Milliseconds after which a row is dropped from memory, for the policies `"ttl"` (default: one hour) and `"lru"`
	 * (default: never, since rows do not become stale).
	 */
	ttlMs?: number;
	/**
	 * A folder that also keeps rows on disk; several processes may share it. If it cannot be used, rows are calculated
	 * instead, and the engine warns once (`onWarning`).
	 */
	dir?: string;
	/** Megabytes (2^20 bytes) of rows kept in `dir`, at least 1; the oldest are deleted first. Default: 1024. */
	maxDiskMB?: number;
	/**
	 * Share of the rows found in the cache that are calculated anyway, 0 to 1; a difference of a single bit raises
	 * CACHE_MISMATCH. Default: 0.
	 */
	verify?: number;
}

/** Validated options, with defaults filled in. */
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
 * The cache options if the caller gives none: those of `POBATCH_CACHE` (`off`, `memory`, or a folder), otherwise
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
	// A `ttlMs` without a policy implies `lru`.
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

/**
 * Where rows are kept on disk if no folder is named: `~/.cache/pobatch/rows` by the XDG rules, and the equivalent on
 * other platforms.
 */
export function cacheFolder(): string {
	return join(envPaths("pobatch", { suffix: "" }).cache, "rows");
}
