import { NodeSets } from "pobatch";
import type { RowsRequest } from "pobatch/engine";
import { describe, expect, it } from "vitest";
import { readJob, writeJob } from "../../src/protocol/job.js";

const batch = "0123456789abcdef01234567";
const build = "ab".repeat(32);
const { words, offsets } = NodeSets.deltas([
	{ add: [4, 18], attributes: { 18: "Dex" } },
	{},
	{ remove: [7] },
]);
const request: RowsRequest = {
	build: 1,
	kind: "delta",
	words,
	offsets,
	variants: undefined,
	stats: ["Life", "TotalDPS"],
	rowTimeoutMs: 50,
	timeoutMs: undefined,
};
const written = () => JSON.parse(JSON.stringify(writeJob(batch, build, request, false)));

describe("a job", () => {
	it("is read as it was written", () => {
		const job = readJob(written());
		expect(job).toMatchObject({ batch, build, alone: false, stats: ["Life", "TotalDPS"], rowTimeoutMs: 50 });
		expect([...job.sets.words]).toEqual([...words]);
		expect([...job.sets.offsets]).toEqual([0, 2, 2, 3]);
		expect(job.sets.kind).toBe("delta");
	});

	it("with variants is read as it was written", () => {
		const variants = {
			rows: Uint32Array.of(0, 1, 2),
			changes: [],
			given: [{ level: 7 }, { customModifiers: ["+1 to Strength"] }],
			names: ["a".repeat(32), "b".repeat(32)],
			keys: new BigUint64Array(4),
		};
		const job = readJob(JSON.parse(JSON.stringify(writeJob(batch, build, { ...request, variants }, true))));
		expect(job.alone).toBe(true);
		expect([...(job.variants?.rows ?? [])]).toEqual([0, 1, 2]);
		expect(job.variants?.changes).toEqual(variants.given);
	});

	it.each<[string, (job: Record<string, unknown>) => unknown]>([
		["is nothing", () => undefined],
		["is of another form", (job) => ({ ...job, form: 2 })],
		["has a field of its own", (job) => ({ ...job, code: "os.exit()" })],
		["names its build by something else", (job) => ({ ...job, build: "../../etc/passwd" })],
		["has words that are no base64", (job) => ({ ...job, words: "%%%" })],
		[
			"has other words",
			(job) => ({ ...job, words: Buffer.from(new Uint32Array(3).buffer).toString("base64") }),
		],
		["has a part of a word", (job) => ({ ...job, words: "AAAA" })],
		[
			"has no rows",
			() =>
				JSON.parse(
					JSON.stringify(
						writeJob(
							batch,
							build,
							{ ...request, words: words.slice(0, 0), offsets: Uint32Array.of(0) },
							false,
						),
					),
				),
		],
		["asks for no stats", (job) => ({ ...job, stats: [] })],
		["asks for a stat without an end", (job) => ({ ...job, stats: ["x".repeat(1e6)] })],
		["has a time limit of no time", (job) => ({ ...job, rowTimeoutMs: 0 })],
		[
			"has rows of variants that it has not",
			(job) => ({
				...job,
				variants: {
					rows: Buffer.from(Uint32Array.of(0, 9, 0).buffer).toString("base64"),
					changes: [{}],
					names: ["a".repeat(32)],
				},
			}),
		],
		[
			"has variants of too few rows",
			(job) => ({ ...job, variants: { rows: "", changes: [{}], names: ["a".repeat(32)] } }),
		],
	])("is refused that %s", (_, change) => {
		expect(() => readJob(change(written()))).toThrow(
			expect.objectContaining({
				code: "INVALID_ARGUMENT",
				message: expect.stringMatching(/^The job is refused: /),
			}),
		);
	});
});
