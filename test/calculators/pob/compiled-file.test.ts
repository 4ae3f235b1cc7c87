/** Bytecode of a checkout's modules that is kept for later processes (src/calculators/pob/compiled-file.ts). */
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CompiledFile } from "../../../src/calculators/pob/compiled-file.js";
import { Engine, NodeSets, type Plain } from "../../../src/index.js";
import { miniBuild, miniPobWith } from "../../support/pob.js";

const folder = mkdtempSync(join(tmpdir(), "pobatch-compiled-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 256);
const kept = (identity = "one") => new CompiledFile("/checkout/src", identity, join(folder, "kept"));
const pathIn = (place: string) => join(place, readdirSync(place)[0] as string);

// Windows does not tell who else may write, so nothing is kept there.
describe.runIf(process.getuid !== undefined)("the file (not on Windows, where none is kept)", () => {
	beforeEach(async () => {
		rmSync(join(folder, "kept"), { recursive: true, force: true });
		mkdirSync(join(folder, "kept"), { mode: 0o700 });
		await kept().write(bytes);
	});
	const path = () => pathIn(join(folder, "kept"));

	it("is read as it was written, by the same pobatch and LuaJIT alone", async () => {
		expect(Buffer.compare(await kept().read(), bytes)).toBe(0);
		expect(await kept("other").read()).toHaveLength(0);
		expect(readdirSync(join(folder, "kept"))).toHaveLength(1);
	});

	it.each<[what: string, change: (text: Buffer) => Buffer]>([
		["is cut", (text) => text.subarray(0, -1)],
		[
			"is changed by a bit",
			(text) => Buffer.concat([text.subarray(0, -1), Buffer.of((text.at(-1) ?? 0) ^ 1)]),
		],
		["is longer", (text) => Buffer.concat([text, Buffer.of(0)])],
		["has no seal", (text) => text.subarray(text.indexOf("\n") + 1)],
		["is empty", () => Buffer.alloc(0)],
	])("is not read where it %s", async (_, change) => {
		writeFileSync(path(), change(readFileSync(path())));
		expect(await kept().read()).toHaveLength(0);
	});

	it.each([0o620, 0o602])("is not read where others may write to it (%o)", async (mode) => {
		chmodSync(path(), mode);
		expect(await kept().read()).toHaveLength(0);
	});

	it.each([0o720, 0o702])("is not read where others may write to its folder (%o)", async (mode) => {
		chmodSync(join(folder, "kept"), mode);
		expect(await kept().read()).toHaveLength(0);
	});

	it("is not read by way of a link", async () => {
		const place = path();
		renameSync(place, join(folder, "elsewhere"));
		symlinkSync(join(folder, "elsewhere"), place);
		expect(await kept().read()).toHaveLength(0);
	});

	it("that cannot be written is no error", async () => {
		rmSync(join(folder, "kept"), { recursive: true });
		writeFileSync(join(folder, "kept"), "a file");
		await kept().write(bytes);
		expect(await kept().read()).toHaveLength(0);
		rmSync(join(folder, "kept"));
	});
});

describe.runIf(process.platform === "linux")(
	"an engine (not on Windows, where nothing is kept; needs XDG_CACHE_HOME)",
	() => {
		const cache = join(folder, "home");
		const place = join(cache, "pobatch", "compiled");
		const look = async (pob: string, options: Plain = {}, more = {}) => {
			await using engine = await Engine.open({
				calculator: "pob",
				pob,
				threads: 1,
				cache: false,
				options,
				...more,
			});
			const build = await engine.load(miniBuild());
			return (await build.calculateBatch(NodeSets.deltas([{ add: [11] }, { remove: [30] }]))).values;
		};

		beforeEach(() => {
			vi.stubEnv("XDG_CACHE_HOME", cache);
			rmSync(cache, { recursive: true, force: true });
		});

		it("answers the same from what another one compiled, in threads and processes", async () => {
			const pob = miniPobWith({});
			const first = await look(pob);
			const written = readFileSync(pathIn(place));
			expect(await look(pob)).toEqual(first);
			expect(await look(pob, {}, { threads: 2 })).toEqual(first);
			expect(await look(pob, {}, { isolation: "process" })).toEqual(first);
			// Nothing was missing.
			expect(readFileSync(pathIn(place)).equals(written)).toBe(true);
			expect(await look(pob, { fast: false })).toEqual(first);
		});

		it("compiles a module anew whose text is another one, or is edited in another way", async () => {
			const pob = miniPobWith({});
			const first = await look(pob);
			const path = join(pob, "src", "Modules", "CalcPerform.lua");
			const text = readFileSync(path, "utf8");
			writeFileSync(path, `error("another text") ${text}`);
			await expect(look(pob)).rejects.toThrow("another text");
			writeFileSync(path, text);
			expect(await look(pob)).toEqual(first);
			const before = readFileSync(pathIn(place));
			expect(await look(pob, { without: { composed_names: true } })).toEqual(first);
			expect(readFileSync(pathIn(place)).length).toBeGreaterThan(before.length);
		});

		it("keeps nothing where that is not wanted, nor with Path of Building's own functions", async () => {
			const pob = miniPobWith({});
			await look(pob, { keepAnalysis: false });
			await look(pob, { fast: false });
			expect(existsSync(place)).toBe(false);
		});
	},
);
