import { Readable } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { WorkClock } from "../../src/operations/ahead.js";
import { evaluateLines } from "../../src/operations/batch.js";
import { calculateStats } from "../../src/operations/calculate.js";
import { diagnose } from "../../src/operations/doctor.js";
import { openBuild } from "../../src/operations/open.js";
import type { VariantChange } from "../../src/variants/change.js";
import { calculatorWith, fixture } from "../support/calculators.js";
import { miniPob } from "../support/pob.js";

const open = () => openBuild({ calculator: fixture("sums.lua"), threads: 1, text: "4 18", name: "the text" });

describe("use cases", () => {
	it("rows come in blocks, in the order of the input, failures by their place, until the bad line", async () => {
		await using opened = await open();
		const lines = ['{"add":[1]}', '{"add":[70000]}', '{"nodes":[5]}', "no node set"];
		const blocks = evaluateLines(opened.build, {
			input: { name: "somewhere", stream: Readable.from([Buffer.from(lines.join("\n"))]) },
			stats: ["Ids"],
			skip: 0,
			clock: new WorkClock(),
			signal: new AbortController().signal,
		});
		const rows: unknown[] = [];
		const all = (async () => {
			for await (const { firstRow, length, values, failures } of blocks)
				for (let row = 0; row < length; row++)
					rows.push([firstRow + row, failures.get(row)?.code ?? values[row]]);
		})();
		await expect(all).rejects.toMatchObject({
			code: "SETS_INVALID",
			message: expect.stringMatching(/^somewhere:4: /),
		});
		// The ids' sums: of 4, 18 and 1, and of 5 alone.
		expect(rows).toEqual([
			[0, 23],
			[1, "UNKNOWN_NODE"],
			[2, 5],
		]);
	});

	it("lines are of the variants that they name or describe, on top of what all are; one that is none fails alone", async () => {
		const calculator = calculatorWith({
			load: "function(text) return { level = tonumber(text), items = '' }, { allocated = {} } end",
			stats: 'function() return { "Level", "Ids" } end',
			Calculate: `function(build, set)
				return { Level = build.level, Ids = (set.add[1] or 0) + (build.charms and 1000 or 0) }
			end`,
			derive: `function(build, change)
				build.level = change.level or build.level
				build.charms = change.config ~= nil
				return build, {}
			end`,
		});
		await using opened = await openBuild({ calculator, threads: 1, text: "5", name: "the text" });
		const lines = [
			'{"add":[1],"variant":"high"}',
			'{"add":[2]}',
			'{"add":[3],"variant":{"level":7}}',
			'{"add":[4],"variant":"none"}',
			'{"add":[5],"variant":{"levels":7}}',
			'{"add":[6],"variant":"high"}',
		];
		const answer = async (around?: VariantChange) => {
			const rows: unknown[] = [];
			const blocks = evaluateLines(opened.build, {
				input: { name: "somewhere", stream: Readable.from([Buffer.from(lines.join("\n"))]) },
				stats: ["Level", "Ids"],
				variants: { high: { level: 90 } },
				around,
				skip: 0,
				clock: new WorkClock(),
				signal: new AbortController().signal,
			});
			for await (const { length, values, failures } of blocks)
				for (let row = 0; row < length; row++)
					rows.push(failures.get(row)?.message ?? [...values.subarray(2 * row, 2 * row + 2)]);
			return rows;
		};
		const failed = [expect.stringContaining('"none"'), expect.stringContaining("change has no levels")];
		expect(await answer()).toEqual([[90, 1], [5, 2], [7, 3], ...failed, [90, 6]]);
		expect(await answer({ config: { charms: true } })).toEqual([
			[90, 1001],
			[5, 1002],
			[7, 1003],
			...failed,
			[90, 1006],
		]);
	});

	it("a node set is answered beside the build without it", async () => {
		await using opened = await open();
		const set = { remove: [18] };
		expect(await calculateStats(opened.build, { stats: ["Ids"], set })).toEqual({
			answer: { Ids: 4 },
			base: { Ids: 22 },
		});
		expect(await calculateStats(opened.build, { stats: ["Ids"] })).toEqual({ answer: { Ids: 22 } });
	});

	it("what is wrong with an installation is a finding, not an error, and nothing is printed", async () => {
		const printed = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write"));
		const findings = await diagnose({ tree: "/nowhere/tree.json", pob: miniPob });
		for (const spy of printed) {
			expect(spy).not.toHaveBeenCalled();
			spy.mockRestore();
		}
		expect(findings.filter(({ status }) => status !== "ok")).toEqual([
			{ part: "tree", status: "failed", found: expect.stringContaining("/nowhere/tree.json") },
		]);
		expect(findings.map(({ part }) => part)).toContain("PoB rules");
	});
});
