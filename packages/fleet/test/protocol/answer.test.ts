import { type NativeBatchResult, rowStatus } from "pobatch/engine";
import { describe, expect, it } from "vitest";
import { DamagedAnswer, readAnswer, writeAnswer } from "../../src/protocol/answer.js";

const result: NativeBatchResult = {
	results: Float64Array.of(1.5, -0, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, 5e-324),
	status: Uint8Array.of(rowStatus.ok, rowStatus.failed, rowStatus.ok),
	errorRows: Uint32Array.of(1),
	errorTexts: Uint32Array.of(0),
	texts: [{ message: "no", traceback: "at é" }],
	reloads: 2,
	memoized: 1,
	stopped: "",
};
const written = () => writeAnswer("job-1", 2, result);

describe("an answer", () => {
	it("is read as it was written, to the bit", () => {
		const read = readAnswer(written(), "job-1", 3, 2);
		expect(Buffer.from(read.results.buffer)).toEqual(Buffer.from(result.results.buffer));
		expect(read).toEqual(result);
	});

	it("is refused with any byte changed, and cut anywhere", () => {
		const whole = written();
		for (let at = 0; at < whole.length; at++) {
			const changed = Buffer.from(whole);
			changed[at] = (changed[at] as number) ^ 1;
			expect(() => readAnswer(changed, "job-1", 3, 2)).toThrow(DamagedAnswer);
			expect(() => readAnswer(whole.subarray(0, at), "job-1", 3, 2)).toThrow(DamagedAnswer);
		}
	});

	it("is for its own job alone, and has the rows and stats that were asked for", () => {
		expect(() => readAnswer(written(), "job-2", 3, 2)).toThrow("another job");
		expect(() => readAnswer(written(), "job-1", 2, 2)).toThrow(DamagedAnswer);
		expect(() => readAnswer(written(), "job-1", 2, 3)).toThrow(DamagedAnswer);
	});

	it("has an end for each row, and no error of others", () => {
		const pending = writeAnswer("job-1", 2, { ...result, status: Uint8Array.of(1, 0, 1) });
		expect(() => readAnswer(pending, "job-1", 3, 2)).toThrow("without an end");
		const stray = writeAnswer("job-1", 2, { ...result, errorRows: Uint32Array.of(3) });
		expect(() => readAnswer(stray, "job-1", 3, 2)).toThrow("an error of no row");
	});
});
