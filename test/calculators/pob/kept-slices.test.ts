/** What slices are made of, kept for later processes (src/calculators/pob/kept-slices.ts). */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forgetSlices, KeptSlices } from "../../../src/calculators/pob/kept-slices.js";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "pobatch-slices-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As a new process has it. */
const store = (manifest = "manifest", program = "program", onDisk = true) => {
	forgetSlices();
	return new KeptSlices(program, manifest, onDisk, join(folder, "kept"));
};
const slice = (id: string, text = "text") => ({ id, texts: [text] });
const ids = async (kept: KeptSlices) => (await kept.read()).map(({ id }) => id);

describe("kept slices", () => {
	it("are there for the next process, the newest of each list of stats first", async () => {
		await store().add([slice("Life")]);
		await store().add([slice("FullDPS")]);
		await store().add([slice("Life", "newer")]);
		expect(await store().read()).toEqual([slice("Life", "newer"), slice("FullDPS")]);
	});

	it("do not grow without end", async () => {
		for (let i = 0; i < 12; i++) await store().add([slice(`stat ${i}`)]);
		expect(await ids(store())).toEqual([11, 10, 9, 8, 7, 6, 5, 4].map((i) => `stat ${i}`));
	});

	it("are separate for other files and for another pobatch", async () => {
		await store().add([slice("Life")]);
		expect(await ids(store("other files"))).toEqual([]);
		expect(await ids(store("manifest", "other Lua"))).toEqual([]);
		expect(await ids(store())).toEqual(["Life"]);
	});

	it("stay in the process if the disk is not used", async () => {
		const kept = store("manifest", "program", false);
		await kept.add([slice("Life")]);
		expect(await ids(kept)).toEqual(["Life"]);
		expect(existsSync(join(folder, "kept"))).toBe(false);
	});

	it("are as good as none in a damaged file, and in a folder that cannot be written", async () => {
		await store().add([slice("Life")]);
		const path = join(folder, "kept", readdirSync(join(folder, "kept"))[0] as string);
		writeFileSync(path, readFileSync(path, "utf8").replace("Life", "Live"));
		expect(await ids(store())).toEqual([]);
		rmSync(join(folder, "kept"), { recursive: true });
		writeFileSync(join(folder, "kept"), "a file, not a folder");
		const kept = store();
		await kept.add([slice("Life")]);
		expect(await ids(kept)).toEqual(["Life"]);
	});
});
