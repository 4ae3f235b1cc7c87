import { type NativeBatchResult, rowStatus, rowStatuses } from "pobatch/engine";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { bytesOf, checksum } from "./checksum.js";

// One buffer per job: "PBA1", the SHA-256 of what follows, the length of the head, the head as JSON, the numbers, the
// statuses.
const magic = Buffer.from("PBA1");
const fixedBytes = magic.length + 32 + 4;

const index = Type.Integer({ minimum: 0 });
const Head = Compile(
	Type.Object({
		job: Type.String(),
		rows: index,
		stats: index,
		errorRows: Type.Array(index),
		errorTexts: Type.Array(index),
		texts: Type.Array(Type.Object({ message: Type.String(), traceback: Type.String() })),
		reloads: index,
		memoized: index,
		recalculated: Type.Optional(Type.String()),
		unproven: Type.Optional(Type.Boolean()),
	}),
);

/** The buffer is not what a worker wrote for this job. */
export class DamagedAnswer extends Error {}

/** @param job its id; the buffer is only valid for this job */
export function writeAnswer(job: string, stats: number, result: NativeBatchResult): Buffer {
	const { results, status, errorRows, errorTexts, texts, reloads, memoized, recalculated, unproven } = result;
	const head = Buffer.from(
		JSON.stringify({
			job,
			rows: status.length,
			stats,
			errorRows: [...errorRows],
			errorTexts: [...errorTexts],
			texts,
			reloads,
			memoized,
			...(recalculated !== undefined && { recalculated }),
			...(unproven !== undefined && { unproven }),
		}),
	);
	const length = Buffer.alloc(4);
	length.writeUInt32LE(head.length);
	const parts = [length, head, bytesOf(results), bytesOf(status)];
	return Buffer.concat([magic, checksum(...parts), ...parts]);
}

/** @throws DamagedAnswer */
export function readAnswer(bytes: Buffer, job: string, rows: number, stats: number): NativeBatchResult {
	if (bytes.length < fixedBytes || !bytes.subarray(0, 4).equals(magic))
		throw new DamagedAnswer("another form");
	if (!checksum(bytes.subarray(36)).equals(bytes.subarray(4, 36)))
		throw new DamagedAnswer("another checksum");
	const numbersAt = fixedBytes + bytes.readUInt32LE(36);
	const statusAt = numbersAt + 8 * rows * stats;
	if (bytes.length !== statusAt + rows) throw new DamagedAnswer("another length");
	const head: unknown = JSON.parse(bytes.toString("utf8", fixedBytes, numbersAt));
	if (!Head.Check(head)) throw new DamagedAnswer("another head");
	if (head.job !== job || head.rows !== rows || head.stats !== stats) throw new DamagedAnswer("another job");

	const results = new Float64Array(rows * stats);
	bytes.copy(bytesOf(results), 0, numbersAt, statusAt);
	const status = Uint8Array.from(bytes.subarray(statusAt));
	if (status.some((number) => number === rowStatus.pending || number >= rowStatuses.length))
		throw new DamagedAnswer("a row without an end");
	const { errorRows, errorTexts, texts, reloads, memoized, recalculated, unproven } = head;
	if (
		errorRows.length !== errorTexts.length ||
		errorRows.some((row) => row >= rows) ||
		errorTexts.some((text) => text >= texts.length)
	)
		throw new DamagedAnswer("an error of no row");
	return {
		results,
		status,
		errorRows: Uint32Array.from(errorRows),
		errorTexts: Uint32Array.from(errorTexts),
		texts,
		reloads,
		memoized,
		stopped: "",
		...(recalculated !== undefined && { recalculated }),
		...(unproven !== undefined && { unproven }),
	};
}
