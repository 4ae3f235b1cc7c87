/** A checkout that is not known, certified in a process of its own while rows are answered (src/calculators/pob/background-certification). */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { PartStatus } from "../../src/calculators/pob/certificates.js";
import { type CertifyProgress, Engine, NodeSets, type Plain } from "../../src/index.js";
import { miniVersions } from "../support/mini-versions.js";
import { miniBuild, miniPobWith } from "../support/pob.js";
import { dataVariable } from "../support/windows.js";

const folder = mkdtempSync(join(tmpdir(), "pobatch-background-"));
beforeAll(() => vi.stubEnv(dataVariable, folder));
afterAll(() => {
	vi.unstubAllEnvs();
	rmSync(folder, { recursive: true, force: true });
});

const engines: Engine[] = [];
afterEach(async () => {
	await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

let versions: Plain;
beforeAll(async () => {
	versions = (await miniVersions()) as unknown as Plain;
});

/** The stand-in with a statement more, which each row runs, in a function that a part stands for. */
const changed = (number: number) =>
	miniPobWith({
		"src/Classes/ModStore.lua": (text) =>
			text.replace(/(function ModStore:Sum\([^)]*\)\n)/, `$1\tlocal unused${number} = ${number}\n`),
	});

async function open(checkout: string, options: Record<string, Plain> = {}) {
	const warnings: string[] = [];
	const progress: CertifyProgress[] = [];
	const engine = await Engine.open({
		calculator: "pob",
		pob: checkout,
		threads: 2,
		options: { versions, trust: "certified", verifyShare: 1, ...options },
		onWarning: ({ code }) => warnings.push(code),
		onCertifying: (step) => progress.push(step),
	});
	engines.push(engine);
	return { engine, warnings, progress };
}

const statusOf = async (engine: Engine, part: string) => {
	const { parts } = (await engine.command("doctor")) as unknown as { parts: PartStatus[] };
	return parts.find((entry) => entry.part === part)?.status;
};
const sets = NodeSets.deltas([{}, { add: [11] }, { remove: [30] }, { add: [11], remove: [30] }]);

/** Processes that this one has started and that are still there. */
function children(): string[] {
	if (process.platform !== "linux") return [];
	return readdirSync("/proc/self/task").flatMap((task) => {
		const { readFileSync } = process.getBuiltinModule("node:fs");
		return readFileSync(`/proc/self/task/${task}/children`, "utf8").split(" ").filter(Boolean);
	});
}

describe("an unknown checkout", { timeout: 120_000 }, () => {
	it("answers rows while it is certified, then by what was certified, with the same bits", async () => {
		const checkout = changed(1);
		const { engine, warnings, progress } = await open(checkout);
		const build = await engine.load(miniBuild());
		expect(warnings).toEqual(["POB_NOT_CERTIFIED"]);
		expect(await statusOf(engine, "queries")).toBe("off");
		const before = await build.calculateBatch(sets);
		const other = await engine.load(miniBuild({ nodes: "1,10,12" }));
		const found = await engine.certification;
		expect(found).toMatchObject({ inUse: true, text: expect.stringContaining("queries") });
		expect(found?.certified).toContain("queries");
		expect(progress.length).toBeGreaterThan(0);
		expect(await statusOf(engine, "queries")).toBe("certified");
		const after = await build.calculateBatch(sets);
		expect(after.values).toEqual(before.values);
		expect(after.recalculated).toBeUndefined();
		// Builds that were loaded before are there, and others can come and go.
		const late = await engine.load(miniBuild({ nodes: "1,10,12" }));
		expect((await late.calculateBatch(sets)).values).toEqual((await other.calculateBatch(sets)).values);
		await other.close();
		await late.close();
		// It is remembered.
		const later = await open(checkout);
		const again = await later.engine.load(miniBuild());
		expect(later.engine.certification).toBeUndefined();
		expect(later.warnings).toEqual([]);
		expect(await statusOf(later.engine, "queries")).toBe("certified");
		expect((await again.calculateBatch(sets)).values).toEqual(before.values);
	});

	it("is not certified, and nothing is started, unless that is asked for", async () => {
		const { engine, warnings } = await open(changed(2), { trust: "known" });
		await engine.load(miniBuild());
		expect(engine.certification).toBeUndefined();
		expect(warnings).toEqual([]);
		expect(children()).toEqual([]);
	});

	it("leaves no process behind when the engine is closed meanwhile, and is tried again by the next one", async () => {
		const checkout = changed(3);
		const { engine } = await open(checkout);
		await engine.load(miniBuild());
		const { certification } = engine;
		if (process.platform === "linux") expect(children()).toHaveLength(1);
		await engine.close();
		expect(children()).toEqual([]);
		expect(await certification).toMatchObject({ inUse: false, certified: [] });
		const next = await open(checkout);
		await next.engine.load(miniBuild());
		expect((await next.engine.certification)?.inUse).toBe(true);
	});

	it("is certified once for two engines, and goes on for one when the other is closed", async () => {
		const checkout = changed(4);
		const [one, two] = [await open(checkout), await open(checkout)];
		await Promise.all([one.engine.load(miniBuild()), two.engine.load(miniBuild())]);
		if (process.platform === "linux") expect(children()).toHaveLength(1);
		await one.engine.close();
		expect((await two.engine.certification)?.inUse).toBe(true);
		expect(await statusOf(two.engine, "queries")).toBe("certified");
	});

	it("keeps no row of certified parts in the cache, and loses none that runs when they come", async () => {
		const { engine } = await open(changed(5));
		const build = await engine.load(miniBuild());
		const values = (await build.calculateBatch(sets)).values;
		let isOver = false;
		const certification = engine.certification?.then(() => {
			isOver = true;
		});
		let batches = 0;
		while (!isOver) {
			const many = NodeSets.deltas(
				Array.from({ length: 50 }, (_, i) => (i % 2 ? { add: [11] } : { remove: [30] })),
			);
			expect((await build.calculateBatch(many)).errors).toEqual([]);
			batches++;
		}
		await certification;
		expect(batches).toBeGreaterThan(0);
		const kept = engine.cacheStatistics()?.entries;
		expect(kept).toBeGreaterThan(0);
		const fresh = await build.calculateBatch(NodeSets.deltas([{ remove: [13] }, {}]));
		expect(fresh.errors).toEqual([]);
		expect(engine.cacheStatistics()?.entries).toBe(kept);
		expect((await build.calculateBatch(sets)).values).toEqual(values);
	});
});
