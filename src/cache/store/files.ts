import fs from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Operation } from "./steps.js";

/** A directory entry. */
export interface Entry {
	name: string;
	/** In bytes; undefined for anything but a plain file: a folder, a link, a pipe. */
	size: number | undefined;
}

/** The file system as the row store uses it; tests substitute failing ones. */
export interface Files {
	/** Lists only the names that match `wanted`: a folder may hold anything. */
	list(folder: string, wanted: RegExp): Operation<Entry[]>;
	open(path: string, flags: number): Operation<number>;
	/** @returns bytes read, 0 at the end of the file */
	read(file: number, into: Uint8Array, offset: number, position: number): Operation<number>;
	/** @returns bytes written, which may be fewer than given */
	write(file: number, from: Uint8Array, offset: number): Operation<number>;
	close(file: number): Operation<void>;
	remove(path: string): Operation<void>;
	makeFolder(path: string): Operation<void>;
}

const [open, read, write, close] = [
	promisify(fs.open),
	promisify(fs.read) as unknown as (...args: unknown[]) => Promise<{ bytesRead: number }>,
	promisify(fs.write) as unknown as (...args: unknown[]) => Promise<{ bytesWritten: number }>,
	promisify(fs.close),
];

export const nodeFiles: Files = {
	list: (folder, wanted) => ({
		sync: () =>
			fs
				.readdirSync(folder, { withFileTypes: true })
				.filter(({ name }) => wanted.test(name))
				.map((entry) => ({
					name: entry.name,
					// The file may have been deleted since it was listed.
					size: entry.isFile()
						? fs.statSync(join(folder, entry.name), { throwIfNoEntry: false })?.size
						: undefined,
				})),
		async: async () => {
			const entries = await fs.promises.readdir(folder, { withFileTypes: true });
			return Promise.all(
				entries
					.filter(({ name }) => wanted.test(name))
					.map(async (entry) => ({
						name: entry.name,
						size: entry.isFile() ? await sizeOf(join(folder, entry.name)) : undefined,
					})),
			);
		},
	}),
	open: (path, flags) => ({
		sync: () => fs.openSync(path, flags),
		async: () => open(path, flags),
	}),
	read: (file, into, offset, position) => ({
		sync: () => fs.readSync(file, into, offset, into.length - offset, position),
		async: async () => (await read(file, into, offset, into.length - offset, position)).bytesRead,
	}),
	write: (file, from, offset) => ({
		sync: () => fs.writeSync(file, from, offset),
		async: async () => (await write(file, from, offset, from.length - offset, null)).bytesWritten,
	}),
	close: (file) => ({ sync: () => fs.closeSync(file), async: () => close(file) }),
	remove: (path) => ({ sync: () => fs.unlinkSync(path), async: () => fs.promises.unlink(path) }),
	makeFolder: (path) => ({ sync: () => fs.mkdirSync(path), async: () => fs.promises.mkdir(path) }),
};

async function sizeOf(path: string): Promise<number | undefined> {
	return fs.promises.stat(path).then(
		({ size }) => size,
		(error) => {
			if (error.code === "ENOENT") return undefined;
			throw error;
		},
	);
}

export function isCode(error: unknown, ...codes: readonly string[]): boolean {
	return codes.includes((error as NodeJS.ErrnoException).code ?? "");
}
