import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { realpath } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { PobatchError } from "../common/errors.js";
import { reason } from "../common/system-error.js";
import { isBrokenPipe } from "./fail.js";

/** Destination of a command's rows: a file or standard output. */
export interface Output {
	/** Resolves when the next text can be written: a slow reader slows the writer down. */
	write(text: string): Promise<void>;
	/** Resolves when everything has been written. */
	end(): Promise<void>;
}

/**
 * @param file default: standard output
 * @param inputs files that must not be overwritten because the command reads them
 * @param append keep what the file has
 * @throws PobatchError FILE_NOT_WRITABLE
 */
export async function openOutput(
	file: string | undefined,
	inputs: readonly string[],
	append = false,
): Promise<Output> {
	if (file === undefined) return standardOutput();
	await refuseInputs(file, inputs);
	const stream = createWriteStream(file, { flags: append ? "a" : "w" });
	let failure: Error | undefined;
	stream.on("error", (error) => {
		failure ??= error;
	});
	const check = () => {
		if (!failure) return;
		throw new PobatchError("FILE_NOT_WRITABLE", `${file}: cannot write: ${reason(failure)}`, {
			cause: failure,
			value: file,
		});
	};
	// Opened before calculating: a wrong path must not waste an hour of work.
	await once(stream, "open").catch(() => {});
	check();
	return {
		async write(text) {
			check();
			if (!stream.write(text)) await once(stream, "drain").catch(() => {});
			check();
		},
		async end() {
			check();
			stream.end();
			await finished(stream).catch(() => {});
			check();
		},
	};
}

/** Writes a file with one text. @throws PobatchError FILE_NOT_WRITABLE */
export async function writeWhole(file: string, text: string, inputs: readonly string[]): Promise<void> {
	const output = await openOutput(file, inputs);
	await output.write(text);
	await output.end();
}

/** @throws PobatchError FILE_NOT_WRITABLE if the output is one of the inputs */
export async function refuseInputs(file: string, inputs: readonly string[]): Promise<void> {
	for (const input of inputs) {
		if (await sameFile(file, input)) {
			throw new PobatchError(
				"FILE_NOT_WRITABLE",
				`${file} is read by this command and cannot be its output`,
				{
					value: file,
					hint: "Give the output another file.",
				},
			);
		}
	}
}

function standardOutput(): Output {
	const { stdout } = process;
	return {
		async write(text) {
			try {
				if (!stdout.write(text)) await once(stdout, "drain");
			} catch (error) {
				// main.ts ends the process when the reader is gone.
				if (!isBrokenPipe(error)) throw error;
			}
		},
		async end() {},
	};
}

async function sameFile(a: string, b: string): Promise<boolean> {
	if (b === "-") return false;
	try {
		return (await realpath(a)) === (await realpath(b));
	} catch {
		// One of them does not exist.
		return false;
	}
}
