/** Each operation on files fails once, or from then on, with each error that a system knows; see Files. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { RowCache } from "../../../src/cache/row-cache.js";
import { RowGroup } from "../../../src/cache/row-group.js";
import { type Files, nodeFiles } from "../../../src/cache/store/files.js";
import type { Operation } from "../../../src/cache/store/steps.js";
import { expectSameBits } from "../../support/bits.js";

const root = mkdtempSync(join(tmpdir(), "pobatch-failures-"));
afterAll(() => remove(root));

/** On Windows, a file that a failed operation did not close cannot be deleted, nor can its folder. */
function remove(folder: string): void {
	try {
		rmSync(folder, { recursive: true, force: true });
	} catch (error) {
		if (process.platform !== "win32") throw error;
	}
}

let count = 0;

/** Node's own file system, but each operation of a kind is announced before it is done. */
function watched(before: (kind: string) => void): Files {
	const entries = Object.entries(nodeFiles).map(([kind, make]) => [
		kind,
		(...args: unknown[]): Operation<unknown> => {
			const operation = (make as (...args: unknown[]) => Operation<unknown>)(...args);
			return {
				sync() {
					before(kind);
					return operation.sync();
				},
				async async() {
					before(kind);
					return operation.async();
				},
			};
		},
	]);
	return Object.fromEntries(entries) as Files;
}

// Three frames.
const width = 200;
const rows = 100;
const group = new RowGroup({
	calculator: "c",
	name: "c 1",
	build: "b",
	stats: Array.from({ length: width }, (_, i) => `S${i}`),
});
const hashes = BigUint64Array.from({ length: 2 * rows }, (_, i) => BigInt(i + 1) * 0x9e3779b97f4a7c15n);
const answers = Array.from({ length: rows }, (_, row) =>
	Float64Array.from({ length: width }, (_, i) => row / (i + 3)),
);

/** Looks all rows up, "calculates" missing ones, and closes: like a batch. */
async function batch(
	dir: string,
	sync: boolean,
	files: Files,
): Promise<{ hits: number; warnings: string[] }> {
	const warnings: string[] = [];
	const cache = await RowCache.open({ dir, maxDiskMB: 1 }, ({ text }) => warnings.push(text), files);
	let hits = 0;
	// Twice: the second time, memory contains what the first one found or calculated.
	for (let round = 0; round < 2; round++) {
		const known = sync ? cache.findSync(group, hashes) : await cache.find(group, hashes);
		answers.forEach((answer, row) => {
			const values = known[row];
			if (!values) {
				cache.keep(group, hashes, row, answer);
				return;
			}
			expectSameBits(values, answer, `row ${row}`);
			if (round === 0) hits++;
		});
	}
	await cache.close();
	return { hits, warnings };
}

const reasons: Record<string, string> = {
	ENOSPC: "no space left on device",
	EIO: "i/o error",
	EACCES: "permission denied",
	EROFS: "read-only file system",
	EMFILE: "too many open files",
	ENOENT: "no such file or directory",
	EDQUOT: "disk quota exceeded",
};
const error = (code: string) =>
	Object.assign(new Error(`${code}: ${reasons[code]}, something '/a/file'`), { code });

/** Operations that `work` does, by kind. */
async function countOperations(work: (files: Files) => Promise<unknown>): Promise<Map<string, number>> {
	const counts = new Map<string, number>();
	await work(watched((kind) => counts.set(kind, (counts.get(kind) ?? 0) + 1)));
	return counts;
}

describe.each(Object.keys(reasons))("%s at each operation", (code) => {
	it.each([
		["once", false],
		["and ever after", true],
	])(
		"%s costs no row and is said once at most",
		async (_, lasts) => {
			for (const sync of [false, true]) {
				for (const isFilled of [false, true]) {
					const prepare = async () => {
						const dir = join(root, String(++count));
						if (isFilled) await batch(dir, false, nodeFiles);
						return dir;
					};
					const first = await prepare();
					const counts = await countOperations((files) => batch(first, sync, files));
					expect(counts.get(isFilled ? "read" : "write")).toBeGreaterThan(0);
					for (const [kind, total] of counts) {
						for (let at = 0; at < total; at++) {
							const dir = await prepare();
							let done = 0;
							const files = watched((operation) => {
								if (operation !== kind) return;
								const now = done++;
								if (now === at || (lasts && now > at)) throw error(code);
							});
							const { warnings } = await batch(dir, sync, files);
							expect(warnings.length).toBeLessThanOrEqual(1);
							if (warnings[0]) expect(warnings[0]).toContain(`: ${reasons[code]}`);
							// What it left behind is harmless.
							const after = await batch(dir, sync, nodeFiles);
							expect(after.warnings).toEqual([]);
							expect((await batch(dir, sync, nodeFiles)).hits).toBe(rows);
							remove(dir);
						}
					}
				}
			}
		},
		120_000,
	);
});

it("partial writes are continued", async () => {
	const dir = join(root, String(++count));
	const files: Files = {
		...nodeFiles,
		write: (file, from, offset) => nodeFiles.write(file, from.subarray(0, offset + 1000), offset),
	};
	await batch(dir, false, files);
	expect(await batch(dir, false, nodeFiles)).toEqual({ hits: rows, warnings: [] });
});

it("a full disk is not tried again for each row, but after a minute", async () => {
	vi.useFakeTimers({ toFake: ["performance"] });
	const dir = join(root, String(++count));
	let writes = 0;
	const files = watched((kind) => {
		if (kind === "write" && ++writes === 1) throw error("ENOSPC");
	});
	const warnings: string[] = [];
	const cache = await RowCache.open({ dir }, ({ text }) => warnings.push(text), files);
	const keep = async (row: number) => {
		cache.keep(group, hashes, row, answers[row] as Float64Array);
		// As long as rows wait for others.
		await new Promise((done) => setTimeout(done, 150));
	};
	for (let row = 0; row < 3; row++) await keep(row);
	expect(writes).toBe(1);
	vi.advanceTimersByTime(61_000);
	await keep(3);
	await cache.close();
	vi.useRealTimers();
	// The second time, what the group is and a row.
	expect({ writes, warnings: warnings.length }).toEqual({ writes: 3, warnings: 1 });
	const known = await (await RowCache.open({ dir })).find(group, hashes);
	expect(known.slice(0, 5).map((values) => values !== undefined)).toEqual([false, false, false, true, false]);
});
