/** What is kept of the analysis of a checkout's modules (src/calculators/pob/kept-analysis.ts), with the stand-in. */
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetAnalysis, KeptAnalysis } from "../../../src/calculators/pob/kept-analysis.js";
import { readSealed, writeSealed } from "../../../src/calculators/pob/sealed-file.js";
import { Engine, NodeSets, type Plain } from "../../../src/index.js";
import { miniBuild, miniPobWith } from "../../support/pob.js";

const folder = mkdtempSync(join(tmpdir(), "pobatch-analysis-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keys = async (kept: KeptAnalysis) => Object.keys(await kept.read()).sort();
const kept = (program = "program", onDisk = true) => {
	forgetAnalysis();
	return new KeptAnalysis(program, "/checkout/src", onDisk, join(folder, "kept"));
};
const A1 = { "Modules/A B.lua 5 00aa": { parts: {} } };
const A2 = { "Modules/A B.lua 6 00bb": { parts: {} } };
const B = { "Modules/B.lua 5 00cc": { parts: {} } };

describe("conclusions", () => {
	beforeEach(() => rmSync(join(folder, "kept"), { recursive: true, force: true }));

	it("are there for the next process, the newest text of each module", async () => {
		await kept().add({ ...A1, ...B });
		await kept().add(A2);
		expect(await keys(kept())).toEqual([...Object.keys(A2), ...Object.keys(B)]);
		expect(await kept().read()).toEqual({ ...A2, ...B });
	});

	it("are separate if pobatch's own Lua differs", async () => {
		await kept("one").add(A1);
		expect(await keys(kept("other"))).toEqual([]);
		expect(await keys(kept("one"))).toEqual(Object.keys(A1));
	});

	it("stay in the process if the disk is not used", async () => {
		const store = kept("program", false);
		await store.add(A1);
		expect(await keys(store)).toEqual(Object.keys(A1));
		expect(existsSync(join(folder, "kept"))).toBe(false);
	});

	it.each<[what: string, change: (text: string) => string]>([
		["cut", (text) => text.slice(0, -3)],
		["changed by a bit", (text) => text.replace("parts", "partr")],
		["without a checksum", (text) => text.slice(text.indexOf("\n") + 1)],
		["empty", () => ""],
	])("are not believed from a file that is %s", async (_, change) => {
		await kept().add(A1);
		const [name] = readdirSync(join(folder, "kept"));
		const path = join(folder, "kept", name as string);
		writeFileSync(path, change(readFileSync(path, "utf8")));
		expect(await keys(kept())).toEqual([]);
		await kept().add(B);
		expect(await keys(kept())).toEqual(Object.keys(B));
	});

	it("that cannot be written are no error", async () => {
		writeFileSync(join(folder, "kept"), "a file");
		await kept().add(A1);
		expect(await keys(kept())).toEqual([]);
	});
});

describe("a sealed file", () => {
	it("is complete or absent", async () => {
		const path = join(folder, "sealed", "x.json");
		expect(await readSealed(path)).toBeUndefined();
		await writeSealed(path, { é: [1, null] });
		expect(await readSealed(path)).toEqual({ é: [1, null] });
		expect(readdirSync(join(folder, "sealed"))).toEqual(["x.json"]);
		mkdirSync(join(folder, "sealed", "taken.json"));
		await expect(writeSealed(join(folder, "sealed", "taken.json"), 1)).rejects.toThrow();
		expect(readdirSync(join(folder, "sealed"))).toEqual(["taken.json", "x.json"]);
	});
});

describe.runIf(process.platform === "linux")(
	"an engine (not on Windows, where nothing is kept; needs XDG_CACHE_HOME)",
	() => {
		const cache = join(folder, "home");
		const look = async (pob: string, options: Plain = {}) => {
			forgetAnalysis();
			await using engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false, options });
			const build = await engine.load(miniBuild());
			const values = (await build.calculateBatch(NodeSets.deltas([{ add: [11] }, { remove: [30] }]))).values;
			const { fast } = (await engine.command("doctor")) as { fast: Plain };
			return { values, fast };
		};
		const files = () => (existsSync(cache) ? readdirSync(join(cache, "pobatch", "analysis")) : []);

		beforeEach(() => {
			vi.stubEnv("XDG_CACHE_HOME", cache);
			rmSync(cache, { recursive: true, force: true });
		});

		it("takes over what another one found out, and says and answers the same", async () => {
			const pob = miniPobWith({});
			const first = await look(pob);
			const [name] = files();
			const path = join(cache, "pobatch", "analysis", name as string);
			const found = (await readSealed(path)) as Record<string, { parts: Record<string, Plain> }>;
			expect(Object.keys(found).some((key) => key.startsWith("Modules/CalcPerform.lua "))).toBe(true);
			expect(await look(pob)).toEqual(first);
			// The file is what it goes by: another conclusion has another end.
			for (const { parts } of Object.values(found)) for (const part of Object.keys(parts)) delete parts[part];
			await writeSealed(path, found);
			expect((await look(pob)).fast).not.toEqual(first.fast);
		});

		it("looks again where a module is another text", async () => {
			const pob = miniPobWith({});
			const path = join(pob, "src", "Modules", "CalcPerform.lua");
			await look(pob);
			const text = readFileSync(path, "utf8");
			writeFileSync(path, `${text}\n`);
			await look(pob);
			const found = (await readSealed(join(cache, "pobatch", "analysis", files()[0] as string))) as object;
			const keys = Object.keys(found).filter((key) => key.startsWith("Modules/CalcPerform.lua "));
			expect(keys).toHaveLength(1);
			expect(keys[0]).toContain(` ${text.length + 1} `);
		});

		it("writes nothing where that is not wanted, and answers the same", async () => {
			const pob = miniPobWith({});
			const first = await look(pob, { keepAnalysis: false });
			expect(files()).toEqual([]);
			expect(await look(pob)).toEqual(first);
			expect(files()).toHaveLength(1);
		});

		it("refuses an option that is none", async () => {
			await expect(look(miniPobWith({}), { keepAnalysis: "no" })).rejects.toMatchObject({
				code: "INVALID_ARGUMENT",
				value: "no",
				message: /options\.keepAnalysis/,
			});
		});
	},
);
