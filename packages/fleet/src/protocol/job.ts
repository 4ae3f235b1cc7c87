import { NodeSets, PobatchError, type SetKind, type VariantChange } from "pobatch";
import type { RowsRequest } from "pobatch/engine";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { bytesOf, checksum } from "./checksum.js";

/** Limits for one job. */
export const limits = { rows: 100_000, words: 2 ** 21, results: 2 ** 23, stats: 10_000, variants: 10_000 };

// No pattern: it would take a fifth of a worker's time, and what is no base64 has another length or checksum.
const base64 = (bytes: number) => Type.String({ maxLength: Math.ceil(bytes / 3) * 4 });
const hex = (length: number) => Type.String({ pattern: `^[0-9a-f]{${length}}$` });

const Job = Type.Object(
	{
		form: Type.Literal(1),
		/** The same for all jobs of a batch. */
		batch: hex(24),
		build: hex(64),
		/** One of its rows may have ended a worker, so no other job runs at the same time. */
		alone: Type.Optional(Type.Literal(true)),
		kind: Type.Union([Type.Literal("full"), Type.Literal("delta")]),
		/** As in `NodeSets`, with the number of words of each row. */
		words: base64(4 * limits.words),
		lengths: base64(4 * limits.rows),
		/** SHA-256 of the bytes of both arrays. */
		checksum: hex(64),
		stats: Type.Array(Type.String({ maxLength: 300 }), { minItems: 1, maxItems: limits.stats }),
		rowTimeoutMs: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1e9 })),
		variants: Type.Optional(
			Type.Object(
				{
					/** For each row 0 for the build itself, or n for the n-th variant. */
					rows: base64(4 * limits.rows),
					changes: Type.Array(Type.Unknown(), { minItems: 1, maxItems: limits.variants }),
					names: Type.Array(hex(32), { minItems: 1, maxItems: limits.variants }),
				},
				{ additionalProperties: false },
			),
		),
	},
	{ additionalProperties: false },
);

export type JobData = Type.Static<typeof Job>;
const JobCheck = Compile(Job);

/** A validated job. */
export interface RowsJob {
	readonly batch: string;
	readonly build: string;
	readonly alone: boolean;
	readonly sets: NodeSets;
	readonly stats: readonly string[];
	readonly rowTimeoutMs: number | undefined;
	readonly variants:
		| {
				readonly rows: Uint32Array;
				readonly changes: readonly VariantChange[];
				readonly names: readonly string[];
		  }
		| undefined;
}

export function writeJob(batch: string, build: string, request: RowsRequest, alone: boolean): JobData {
	const { kind, words, offsets, stats, rowTimeoutMs, variants } = request;
	const lengths = new Uint32Array(offsets.length - 1);
	for (let row = 0; row < lengths.length; row++)
		lengths[row] = (offsets[row + 1] as number) - (offsets[row] as number);
	const [wordBytes, lengthBytes] = [bytesOf(words), bytesOf(lengths)];
	return {
		form: 1,
		batch,
		build,
		...(alone && { alone }),
		kind,
		words: wordBytes.toString("base64"),
		lengths: lengthBytes.toString("base64"),
		checksum: checksum(wordBytes, lengthBytes).toString("hex"),
		stats: [...stats],
		...(rowTimeoutMs !== undefined && { rowTimeoutMs }),
		...(variants && {
			variants: {
				rows: bytesOf(variants.rows).toString("base64"),
				changes: [...variants.given],
				names: [...variants.names],
			},
		}),
	};
}

/** @throws PobatchError INVALID_ARGUMENT that says what is wrong with it */
export function readJob(data: unknown): RowsJob {
	if (!JobCheck.Check(data)) {
		const [first] = JobCheck.Errors(data);
		throw wrong(`${first?.instancePath || "it"} ${first?.message ?? "has another form"}`);
	}
	const [words, lengths] = [bytesIn(data.words), bytesIn(data.lengths)];
	if (checksum(words, lengths).toString("hex") !== data.checksum) throw wrong("its rows are damaged");
	const perRow = wordsIn(lengths);
	if (perRow.length === 0) throw wrong("it has no rows");
	if (perRow.length * data.stats.length > limits.results)
		throw wrong("it asks for more numbers than a job may");
	const offsets = new Uint32Array(perRow.length + 1);
	for (let row = 0; row < perRow.length; row++) {
		const end = (offsets[row] as number) + (perRow[row] as number);
		if (end > words.length / 4) throw wrong("its rows have more words than it has");
		offsets[row + 1] = end;
	}
	return {
		batch: data.batch,
		build: data.build,
		alone: data.alone === true,
		sets: NodeSets.from(data.kind as SetKind, wordsIn(words), offsets),
		stats: data.stats,
		rowTimeoutMs: data.rowTimeoutMs,
		variants: data.variants && readVariants(data.variants, perRow.length),
	};
}

function readVariants(
	{ rows, changes, names }: NonNullable<JobData["variants"]>,
	count: number,
): NonNullable<RowsJob["variants"]> {
	const ofRows = wordsIn(bytesIn(rows));
	if (ofRows.length !== count) throw wrong("it does not say of each row of which variant it is");
	if (names.length !== changes.length) throw wrong("it has not as many names as changes");
	if (ofRows.some((place) => place > changes.length))
		throw wrong("a row is of a variant that it does not have");
	// Changes are validated when they are used, like those of a caller.
	return { rows: ofRows, changes: changes as readonly VariantChange[], names };
}

function bytesIn(text: string): Buffer {
	const bytes = Buffer.from(text, "base64");
	if (bytes.length % 4 !== 0) throw wrong("it has a part of a word");
	return bytes;
}

function wordsIn(bytes: Buffer): Uint32Array {
	// A Buffer from Node's pool may not be aligned, so copy it.
	const words = new Uint32Array(bytes.length / 4);
	bytes.copy(bytesOf(words));
	return words;
}

function wrong(why: string): PobatchError {
	return new PobatchError("INVALID_ARGUMENT", `The job is refused: ${why}`);
}
