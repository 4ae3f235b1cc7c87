/**
 * Random damage to a folder of rows: no row is lost or wrong, there is at most one warning, and afterwards everything
 * is repaired.
 */
import { type ChildProcess, spawn } from "node:child_process";
import {
	appendFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askFor, dividing, range } from "../support/cached-rows.js";
import { packageUrl } from "../support/child.js";
import { canLink } from "../support/windows.js";
import { fuzz, patience, seconds } from "./fuzz.js";

const root = mkdtempSync(join(tmpdir(), "pobatch-fuzz-rows-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const base = join(root, "base");
const known = 900;
beforeAll(async () => {
	// Three segments: each is only as large as an eighth of the limit.
	for (let from = 1; from <= known; from += 300)
		await askFor(base, range(from, from + 300), { maxDiskMB: 1 });
});

interface Place {
	dir: string;
	path: string;
	content: Buffer;
	/** A place in the file. */
	at: number;
	/** Another number, 0 to 1. */
	size: number;
	random(bytes: number): Buffer;
}

const overwrite = ({ path, content }: Place, from: number, bytes: Buffer) => {
	bytes.copy(content, from);
	writeFileSync(path, content);
};
const instead = (make: (path: string) => void) => (place: Place) => {
	rmSync(place.path);
	make(place.path);
};
/** A name that another file may have. */
const otherName = ({ dir, size }: Place) => join(dir, `rows-0000000${Math.floor(size * 9)}-00000000.log`);

const damages: Record<string, (place: Place) => void> = {
	garbage: ({ path, size, random }) => writeFileSync(path, random(Math.floor(size * 20_000))),
	cut: ({ path, at }) => truncateSync(path, at),
	page: (place) => overwrite(place, place.at & ~4095, place.random(4096)),
	zeros: (place) => overwrite(place, place.at & ~511, Buffer.alloc(Math.floor(place.size * 20_000))),
	bits({ path, content, at, random }) {
		for (const byte of random(20)) {
			const where = (at + byte * 37) % Math.max(content.length, 1);
			content[where] = (content[where] ?? 0) ^ (1 << (byte & 7));
		}
		writeFileSync(path, content);
	},
	inserted: ({ path, content, at, random }) =>
		writeFileSync(path, Buffer.concat([content.subarray(0, at), random(99), content.subarray(at)])),
	appended: ({ path, size, random }) => appendFileSync(path, random(Math.floor(size * 300))),
	// The fields that say how long a frame is.
	head(place) {
		const head = place.content.indexOf("pobrows1", place.at);
		if (head >= 0) overwrite(place, head + 40, place.random(8));
	},
	swapped({ path, content }) {
		const half = content.length >> 1;
		writeFileSync(path, Buffer.concat([content.subarray(half), content.subarray(0, half)]));
	},
	deleted: ({ path }) => rmSync(path),
	renamed(place) {
		const other = otherName(place);
		if (other === place.path) return;
		rmSync(other, { recursive: true, force: true });
		renameSync(place.path, other);
	},
	copied(place) {
		rmSync(otherName(place), { recursive: true, force: true });
		writeFileSync(otherName(place), place.content);
	},
	folder: instead((path) => mkdirSync(path)),
	...(canLink && { link: instead((path) => symlinkSync(path, path)) }),
	emptied: ({ dir }) => rmSync(dir, { recursive: true }),
};

interface Damage {
	kind: string;
	/** Which file and where, 0 to 1. */
	file: number;
	at: number;
	size: number;
	bytes: Uint8Array;
}

function damage(dir: string, { kind, file, at, size, bytes }: Damage): void {
	if (!existsSync(dir)) return;
	const names = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isFile());
	const name = names[Math.floor(file * names.length)]?.name;
	if (name === undefined) return;
	const path = join(dir, name);
	const content = readFileSync(path);
	damages[kind]?.({
		dir,
		path,
		content,
		at: Math.floor(at * content.length),
		size,
		random: (count) => Buffer.from(Array.from({ length: count }, (_, i) => bytes[i % bytes.length] ?? 0)),
	});
}

const share = () => fc.double({ min: 0, max: 0.999_999, noNaN: true });
const anyDamage: fc.Arbitrary<Damage> = fc.record({
	kind: fc.constantFrom(...Object.keys(damages)),
	file: share(),
	at: share(),
	size: share(),
	bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
});

it(
	"damaged files cost time alone, before an engine is opened and while it is",
	async () => {
		let count = 0;
		const input = fc.tuple(
			fc.array(anyDamage, { minLength: 1, maxLength: 3 }),
			fc.option(anyDamage, { nil: undefined }),
			fc.boolean(),
			fc.integer({ min: 1, max: 600 }),
		);
		const property = fc.asyncProperty(input, async ([before, during, sync, from]) => {
			const dir = join(root, String(++count));
			cpSync(base, dir, { recursive: true });
			for (const one of before) damage(dir, one);
			const numbers = range(from, from + 400);
			const between = () => during && damage(dir, during);
			const first = await askFor(dir, numbers, { sync, between });
			expect(first.warnings.length).toBeLessThanOrEqual(1);
			expect((await askFor(dir, numbers, { sync })).warnings.length).toBeLessThanOrEqual(1);
			const last = await askFor(dir, numbers);
			expect(last.warnings.length).toBeLessThanOrEqual(1);
			// What was damaged has been calculated and written again.
			expect(last.hits).toBe(numbers.length);
			rmSync(dir, { recursive: true });
		});
		await fuzz(property, 10);
	},
	patience,
);

describe.skipIf(!existsSync(new URL(packageUrl)))("killed (needs dist/: npm run build:ts)", () => {
	/** Writes rows in a loop, from `from` on. */
	const writer = (dir: string, from: number) => `
		import * as pobatch from ${JSON.stringify(packageUrl)};
		const engine = await pobatch.Engine.open({
			calculator: ${JSON.stringify(dividing)}, threads: 1, rollback: false,
			cache: { dir: ${JSON.stringify(dir)}, maxDiskMB: 16 },
		});
		const build = await engine.load("any");
		console.log("ready");
		for (let round = 0; round < 10000; round++) {
			const from = (${from} + round * 700) % 60000 + 1;
			await build.calculateBatch(pobatch.NodeSets.deltas(Array.from({ length: 700 }, (_, i) => ({ add: [from + i] }))));
			await new Promise((done) => setTimeout(done, round % 3));
		}`;

	const start = (program: string): Promise<ChildProcess> =>
		new Promise((resolve, reject) => {
			const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
				stdio: ["ignore", "pipe", "inherit"],
			});
			child.stdout.once("data", () => resolve(child));
			child.once("exit", (code) => reject(new Error(`the writer ended by itself: ${code}`)));
		});

	it(
		"two writers of one folder, at any moment",
		async () => {
			const dir = join(root, "killed");
			const end = performance.now() + seconds * 1000;
			let kills = 0;
			let warned = 0;
			do {
				const children = await Promise.all([0, 30_000].map((from) => start(writer(dir, from + kills * 100))));
				await Promise.all(
					children.map(async (child) => {
						await new Promise((done) => setTimeout(done, Math.random() * 150));
						const ended = new Promise((done) => child.once("close", done));
						child.kill("SIGKILL");
						await ended;
						kills++;
					}),
				);
				const from = 1 + ((kills * 97) % 50_000);
				for (const start of [from, 1 + (kills % 100) * 100]) {
					const { warnings } = await askFor(dir, range(start, start + 1000), { maxDiskMB: 16 });
					expect(warnings.length).toBeLessThanOrEqual(1);
					warned += warnings.length;
				}
			} while (performance.now() < end);
			// What a kill leaves behind needs no warning.
			expect(warned).toBe(0);
			if (seconds >= 10) console.log(`${kills} kills in ${seconds} s`);
		},
		patience,
	);
});
