import { describe, expect, it } from "vitest";
import { cacheOfEnvironment, checkCacheOptions } from "../../src/cache/cache-options.js";

describe("POBATCH_CACHE", () => {
	it.each([
		[undefined, true, true],
		[undefined, false, false],
		["", false, false],
		["off", true, false],
		["0", true, false],
		["memory", false, true],
		["1", false, true],
		["/var/cache/rows", false, { dir: "/var/cache/rows" }],
	])("%s, where %s is the default: %j", (said, byDefault, cache) => {
		expect(cacheOfEnvironment(byDefault, { POBATCH_CACHE: said })).toEqual(cache);
	});
});

describe("options of the cache", () => {
	it("are what the caller says, else what variables say, else the defaults", () => {
		expect(checkCacheOptions({}, {})).toEqual({
			policy: "adaptive",
			maxBytes: 64 * 2 ** 20,
			maxEntries: Number.POSITIVE_INFINITY,
			ttlMs: 0,
			dir: undefined,
			maxDiskBytes: 2 ** 30,
			verify: 0,
		});
		const variables = { POBATCH_CACHE_MB: "1.5", POBATCH_CACHE_POLICY: "lfu" };
		expect(checkCacheOptions({}, variables)).toMatchObject({ policy: "lfu", maxBytes: 1.5 * 2 ** 20 });
		expect(checkCacheOptions({ policy: "lru", maxMB: 2 }, variables)).toMatchObject({
			policy: "lru",
			maxBytes: 2 ** 21,
		});
	});

	it("a time without a policy means lru; ttl without a time means an hour", () => {
		expect(checkCacheOptions({ ttlMs: 5 }, {})).toMatchObject({ policy: "lru", ttlMs: 5 });
		expect(checkCacheOptions({ policy: "ttl" }, {})).toMatchObject({ policy: "ttl", ttlMs: 3_600_000 });
	});

	it.each([
		[
			{ policy: "fifo" },
			{},
			'Expected "adaptive" or "lru" or "lfu" or "ttl" for cache.policy but received "fifo"',
		],
		[{}, { POBATCH_CACHE_POLICY: "best" }, "POBATCH_CACHE_POLICY"],
		[{}, { POBATCH_CACHE_MB: "many" }, "POBATCH_CACHE_MB"],
		[{}, { POBATCH_CACHE_MB: "-1" }, "POBATCH_CACHE_MB"],
		[{ maxMB: 0 }, {}, "cache.maxMB"],
		[{ maxEntries: 1.5 }, {}, "cache.maxEntries"],
		[{ maxEntries: 0 }, {}, "cache.maxEntries"],
		[{ policy: "lfu", ttlMs: 5 }, {}, "cache.ttlMs"],
		[{ policy: "ttl", ttlMs: 0 }, {}, "cache.ttlMs"],
	])("%j with %j are refused", (options, variables, text) => {
		expect(() => checkCacheOptions(options as never, variables)).toThrow(
			expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining(text) }),
		);
	});
});
