/** States that are trusted until a verified row proves them wrong (src/executors/verified-executor.ts). */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { loopSource } from "../../src/calculators/lua-files.js";
import type { BatchRequest, Loaded } from "../../src/executors/executor.js";
import { ThreadExecutor } from "../../src/executors/thread-executor.js";
import { VerifiedExecutor } from "../../src/executors/verified-executor.js";
import { NodeSets, type Plain } from "../../src/index.js";

const file = fileURLToPath(new URL("verified.lua", import.meta.url));
const loop = await loopSource();
const BAD = 18;

const states = (options: Plain, threads = 1) =>
	new ThreadExecutor(
		{
			threads,
			loopSource: loop,
			source: readFileSync(file, "utf8"),
			sandboxSource: "",
			rollback: false,
			chunkName: "@verified.lua",
			packagePath: "",
			options,
			memoryLimit: 0,
		},
		() => {},
	);

const opened: VerifiedExecutor[] = [];
afterEach(() => {
	for (const executor of opened.splice(0)) executor.close();
});

async function open({ share = 1, trusting = { wrong: BAD } as Plain, originals = {} as Plain } = {}) {
	const told: string[] = [];
	const executor = new VerifiedExecutor({
		share,
		trusting: () => states(trusting),
		originals: () => states(originals),
		doubting: () => states({}, 2),
		onDifference: (why) => told.push(why),
	});
	opened.push(executor);
	await executor.open();
	const load = async (build: number, text: string) => {
		const loaded = await executor.load({
			build,
			source: text,
			timeoutMs: undefined,
			text: "",
			spec: undefined,
			treeOf: async () => undefined,
		});
		return loaded as Loaded;
	};
	return { executor, told, load };
}

const request = ({ base }: Loaded, build: number, rows: number[][]): BatchRequest => {
	const { kind, words, offsets } = NodeSets.deltas(rows.map((add) => ({ add })));
	const stats = ["Sum", "Chance"];
	return {
		build,
		base,
		kind,
		words,
		offsets,
		part: undefined,
		variants: undefined,
		stats,
		rowTimeoutMs: undefined,
		timeoutMs: undefined,
	};
};
const sums = ({ results }: { results: Float64Array }) => [...results].filter((_, i) => i % 2 === 0);

describe("rows that are verified", () => {
	const rows = [[4], [BAD], [7, 9], []];
	const wanted = [104, 100 + BAD, 116, 100];

	it("find a bit that differs; the batch is right all the same, and so is each later one", async () => {
		const { executor, told, load } = await open();
		const build = await load(1, "100");
		const result = await executor.batch(request(build, 1, rows)).promise;
		expect(sums(result)).toEqual(wanted);
		expect(result.recalculated).toBe(
			`Sum of row 1 was ${(100 + BAD) * (1 + 2 ** -52)} instead of ${100 + BAD}`,
		);
		expect(told).toEqual([result.recalculated]);
		expect(await executor.command({ name: "doctor", build: 0, args: {} })).toEqual({
			wrong: false,
			withdrawn: result.recalculated,
		});
		const later = await executor.batch(request(build, 1, rows)).promise;
		expect(sums(later)).toEqual(wanted);
		expect(later.recalculated).toBeUndefined();
		expect(told).toHaveLength(1);
	});

	it("find nothing where the differing row is none of them", async () => {
		const { executor, told, load } = await open();
		const result = await executor.batch(request(await load(1, "100"), 1, [[4], [7, 9]])).promise;
		expect(sums(result)).toEqual([104, 116]);
		expect(result.recalculated).toBeUndefined();
		expect(told).toEqual([]);
		expect(await executor.command({ name: "doctor", build: 0, args: {} })).toEqual({ wrong: BAD });
	});

	it("are the share that is wanted, over many small batches", async () => {
		const { executor, told, load } = await open({ share: 0.25 });
		const build = await load(1, "100");
		const before = [];
		// One in four rows is verified, so of single-row batches the third at the latest is still trusted.
		for (let i = 0; i < 3; i++) before.push(await executor.batch(request(build, 1, [[BAD]])).promise);
		expect(before.map(({ recalculated }) => recalculated)).toEqual([undefined, undefined, undefined]);
		expect((await executor.batch(request(build, 1, [[BAD]])).promise).recalculated).toMatch(/^Sum of row 0/);
		expect(told).toHaveLength(1);
	});

	it("are found in a batch of which few are verified, wherever they are", async () => {
		const { executor, load } = await open({ share: 0.1 });
		const many = Array.from({ length: 400 }, () => [BAD]);
		const result = await executor.batch(request(await load(1, "100"), 1, many)).promise;
		expect(new Set(sums(result))).toEqual(new Set([100 + BAD]));
		expect(result.recalculated).toMatch(/^Sum of row \d+ was/);
	});

	it("differ where one fails and the other does not", async () => {
		const { executor, load } = await open({ trusting: { wrong: BAD, fails: true } });
		const result = await executor.batch(request(await load(1, "100"), 1, rows)).promise;
		expect(sums(result)).toEqual(wanted);
		expect(result.recalculated).toBe("row 1 fails, which it does not by the originals");
	});

	it("differ where both fail no more than where neither does", async () => {
		const fails = { wrong: BAD, fails: true };
		const { executor, told, load } = await open({ trusting: fails, originals: fails });
		const result = await executor.batch(request(await load(1, "100"), 1, rows)).promise;
		expect([...result.errorRows]).toEqual([1]);
		expect(told).toEqual([]);
	});

	it("make a synchronous batch right, and those after it", async () => {
		const { executor, load } = await open();
		const build = await load(1, "100");
		const result = executor.batchSync(request(build, 1, rows));
		expect(sums(result)).toEqual(wanted);
		expect(result.recalculated).toMatch(/^Sum of row 1/);
		expect(sums(executor.batchSync(request(build, 1, rows)))).toEqual(wanted);
		expect(sums(await executor.batch(request(build, 1, rows)).promise)).toEqual(wanted);
	});
});

describe("states that are no longer trusted", () => {
	it("have each build that was loaded, and what was unloaded not", async () => {
		const { executor, load } = await open();
		const [first, second] = [await load(1, "100"), await load(2, "200")];
		await load(3, "300");
		await executor.unload(3);
		await executor.batch(request(first, 1, [[BAD]])).promise;
		expect(sums(await executor.batch(request(second, 2, [[4]])).promise)).toEqual([204]);
		const third = await load(4, "400");
		expect(sums(await executor.batch(request(third, 4, [[BAD]])).promise)).toEqual([400 + BAD]);
	});

	it("leave no batch behind that was running", async () => {
		const { executor, load } = await open();
		const build = await load(1, "100");
		const many = Array.from({ length: 20_000 }, (_, i) => [i % 5 === 0 ? BAD : 4]);
		const results = await Promise.all([1, 2, 3].map(() => executor.batch(request(build, 1, many)).promise));
		for (const result of results) {
			expect(result.stopped).toBe("");
			expect(result.recalculated).toMatch(/^Sum of row/);
			expect(new Set(sums(result))).toEqual(new Set([104, 100 + BAD]));
		}
	});

	it("are doubted for a build that only one of them loads", async () => {
		const { executor, told, load } = await open({ trusting: { refuses: true } });
		const build = await load(1, "100");
		expect(told).toEqual(["a build was refused"]);
		expect(sums(await executor.batch(request(build, 1, [[4]])).promise)).toEqual([104]);
	});

	it("are closed with all others", async () => {
		const { executor, load } = await open();
		const build = await load(1, "100");
		const running = executor.batch(request(build, 1, [[BAD]])).promise.catch((error) => error.code);
		executor.close();
		expect(["ENGINE_CLOSED", undefined]).toContain(
			await running.then((r) => (typeof r === "string" ? r : undefined)),
		);
	});
});
