import { createReadStream } from "node:fs";
import { stat, truncate } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { PobatchError } from "../common/errors.js";
import { reason } from "../common/system-error.js";
import type { RowWriter } from "../rows/row-writers.js";

/** What an interrupted run left in its output file. */
export interface Written {
	/** Complete rows, numbered 0 to rows - 1. */
	rows: number;
	/** False if not even the header is complete. */
	started: boolean;
}

/**
 * Reads the rows of an earlier run, checks that they are consecutive rows with the same stats, and cuts off an
 * incomplete last line. A line is complete if it ends in a line feed: rows are written in order and without gaps.
 *
 * @param file need not exist yet
 * @throws PobatchError INVALID_ARGUMENT if the file was not written by such a run; FILE_NOT_WRITABLE
 */
export async function resumeAfter(
	file: string,
	writer: RowWriter,
	stats: readonly string[],
): Promise<Written> {
	const header = writer.header(stats);
	let size: number;
	try {
		const about = await stat(file);
		if (!about.isFile()) throw foreign(file, 1, "it is not a regular file");
		size = about.size;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return { rows: 0, started: false };
		throw error instanceof PobatchError ? error : unusable(file, error);
	}
	const { rows, bytes, lines } = await scan(file, writer, stats, header);
	try {
		if (bytes < size) await truncate(file, bytes);
	} catch (error) {
		throw unusable(file, error);
	}
	return { rows, started: header === "" || lines > 0 };
}

async function scan(file: string, writer: RowWriter, stats: readonly string[], header: string) {
	let rows = 0;
	let bytes = 0;
	let lines = 0;
	let line = "";
	const decoder = new StringDecoder("utf8");
	try {
		for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
			const parts = (line + decoder.write(chunk)).split("\n");
			line = parts.pop() as string;
			for (const text of parts) {
				lines++;
				if (lines === 1 && header !== "") {
					if (`${text}\n` !== header) throw foreign(file, lines, "its header names other stats");
				} else {
					const row = writer.read(text, stats);
					if (row === undefined) throw foreign(file, lines, "the line is not a row of these stats");
					if (row !== rows) throw foreign(file, lines, `it is row ${row}, but row ${rows} should come`);
					rows++;
				}
				bytes += Buffer.byteLength(text) + 1;
			}
		}
	} catch (error) {
		throw error instanceof PobatchError ? error : unusable(file, error);
	}
	return { rows, bytes, lines };
}

function foreign(file: string, line: number, why: string): PobatchError {
	return new PobatchError("INVALID_ARGUMENT", `${file}:${line}: cannot go on after this file: ${why}`, {
		value: file,
		hint: "--resume takes what the same command wrote before; without it the file is overwritten.",
	});
}

function unusable(file: string, error: unknown): PobatchError {
	return new PobatchError("FILE_NOT_WRITABLE", `${file}: cannot write: ${reason(error)}`, {
		cause: error,
		value: file,
	});
}
