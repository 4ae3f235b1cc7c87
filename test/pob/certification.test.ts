/** Parts of a release that is not known, certified by calculating (src/operations/certify), and rows that are verified. */
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { PartStatus } from "../../src/calculators/pob/certificates.js";
import { Engine, type EngineWarning, NodeSets, type Plain } from "../../src/index.js";
import { certifyPob } from "../../src/operations/certify/certify-pob.js";
import { corpusBuilds } from "../../src/operations/certify/corpus.js";
import { describeWithPob, dice, miniBuild, miniPob, pob, randomSets } from "../support/pob.js";
import { canLink, dataVariable } from "../support/windows.js";

const folder = mkdtempSync(join(tmpdir(), "pobatch-certification-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const unhurried = { timeoutMs: 600_000, rows: 8, folder };

/** A checkout of links to the one that there is, with some modules changed. */
function changedCheckout(name: string, changes: Record<string, (text: string) => string>): string {
	const source = join(pob as string, "src");
	const to = join(folder, name);
	mkdirSync(join(to, "src"), { recursive: true });
	for (const entry of readdirSync(pob as string))
		if (entry !== "src" && entry !== ".git") symlinkSync(join(pob as string, entry), join(to, entry));
	for (const entry of readdirSync(source)) {
		const isCode = ["Modules", "Classes"].includes(entry) && statSync(join(source, entry)).isDirectory();
		if (isCode) {
			mkdirSync(join(to, "src", entry));
			for (const file of readdirSync(join(source, entry)))
				symlinkSync(join(source, entry, file), join(to, "src", entry, file));
		} else symlinkSync(join(source, entry), join(to, "src", entry));
	}
	for (const [path, change] of Object.entries(changes)) {
		const text = readFileSync(join(source, path), "latin1");
		const changed = change(text);
		expect(changed).not.toBe(text);
		rmSync(join(to, "src", path));
		writeFileSync(join(to, "src", path), changed, "latin1");
	}
	return to;
}

const statuses = (parts: readonly PartStatus[]) =>
	Object.fromEntries(parts.map(({ part, status, why }) => [part, why ? `${status}: ${why}` : status]));

async function open(
	checkout: string,
	options: Plain,
	onWarning: (warning: EngineWarning) => void = () => {},
) {
	const engine = await Engine.open({ calculator: "pob", pob: checkout, threads: 2, options, onWarning });
	return engine;
}
const partsOf = async (engine: Engine) =>
	(await engine.command("doctor")) as unknown as { parts: PartStatus[]; withdrawn?: string };

describe("without Path of Building", () => {
	it("a stand-in has nothing that could be certified, and says why", async () => {
		const certificate = await certifyPob(miniPob, unhurried);
		expect(certificate.parts.length).toBeGreaterThan(10);
		for (const { status, why } of certificate.parts) {
			expect(status).toBe("off");
			expect(why).toMatch(
				/ is gone$|another function|goes together with|known|was not read|calls|made otherwise/,
			);
		}
	});

	it.each([
		["rows", { rows: 0 }],
		["timeoutMs", { timeoutMs: -1 }],
	])("a %s that is none is refused", async (name, options) => {
		await expect(certifyPob(miniPob, options)).rejects.toMatchObject({
			code: "INVALID_ARGUMENT",
			message: expect.stringContaining(name),
		});
	});

	it.each<[string, Plain, unknown]>([
		["options.trust", { trust: "blind" }, "blind"],
		["options.verifyShare", { trust: "certified", verifyShare: 0 }, 0],
	])("%s that is none is refused", async (name, options, value) => {
		await expect(open(miniPob, options)).rejects.toMatchObject({
			code: "INVALID_ARGUMENT",
			message: expect.stringContaining(name),
			value,
		});
	});

	it("trust in a checkout without a certificate answers as without trust", async () => {
		const sets = NodeSets.deltas([{ add: [11] }, { remove: [30] }]);
		const values = [];
		for (const trust of ["known", "certified"]) {
			await using engine = await open(miniPob, { trust });
			const build = await engine.load(miniBuild());
			values.push((await build.calculateBatch(sets)).values);
		}
		expect(values[1]).toEqual(values[0]);
	});
});

const describeWithLinks = (name: string, body: () => void) =>
	describeWithPob(name, body, canLink, "the right to make symbolic links");

describeWithLinks("a release that is not known", () => {
	beforeAll(() => vi.stubEnv(dataVariable, folder));
	afterAll(() => vi.unstubAllEnvs());

	const evalMod = (text: string) =>
		text.replace(/(function ModStoreClass:EvalMod\([^)]*\)\n)/, "$1\tlocal unused = 1\n");
	const initEnv = (text: string) =>
		text.replace(/(function calcs.initEnv\([^)]*\)\n)/, "$1\tlocal unused = build.spec.allocNodes\n");

	it("is certified for what answers the same, which is then used", { timeout: 900_000 }, async () => {
		const checkout = changedCheckout("harmless", {
			"Classes/ModStore.lua": evalMod,
			"Modules/CalcSetup.lua": initEnv,
		});
		const warnings: string[] = [];
		const corpus = await corpusBuilds();
		const text = corpus[1]?.text as string;
		const options = { trust: "certified", verifyShare: 0.2 };
		await using engine = await open(checkout, options, ({ code }) => warnings.push(code));
		await using plain = await open(checkout, { fast: false });
		const [build, original] = [await engine.load(text), await plain.load(text)];
		expect(statuses((await partsOf(engine)).parts).eval_mod).toMatch(/^off/);
		expect(warnings).toEqual(["POB_NOT_CERTIFIED"]);
		const sets = NodeSets.deltas(randomSets(build, 30, dice(11)));
		const { values } = await original.calculateBatch(sets);
		// Rows are answered meanwhile.
		expect((await build.calculateBatch(sets)).values).toEqual(values);
		const found = await engine.certification;
		expect([...(found?.certified ?? [])].sort(), found?.text).toEqual(
			["defences", "eval_mod", "first_skill", "memo", "pool"].sort(),
		);
		expect(found?.inUse).toBe(true);
		const others = NodeSets.deltas(randomSets(build, 30, dice(12)));
		const fast = await build.calculateBatch(others);
		expect(fast.recalculated).toBeUndefined();
		expect(fast.values).toEqual((await original.calculateBatch(others)).values);
		expect(statuses((await partsOf(engine)).parts)).toMatchObject({
			eval_mod: "certified",
			queries: "known",
		});
		await using later = await open(checkout, options);
		await later.load(text);
		expect(later.certification).toBeUndefined();
		expect(statuses((await partsOf(later)).parts).eval_mod).toBe("certified");
	});

	it("is not certified for what answers something else", { timeout: 900_000 }, async () => {
		const checkout = changedCheckout("meaning", {
			"Classes/ModStore.lua": (text) =>
				text.replace(
					/(function ModStoreClass:GetMultiplier\([^)]*\)\n)/,
					'$1\tif var == "Level" then return 7 end\n',
				),
		});
		const { parts } = await certifyPob(checkout, unhurried);
		expect(statuses(parts)).toEqual({
			eval_mod: expect.stringMatching(/^off: \w+ of row \d+ of .* is .* instead of/),
		});
	});

	it("is not certified for what no row of the builds runs", { timeout: 900_000 }, async () => {
		const checkout = changedCheckout("unreached", {
			"Classes/ModStore.lua": (text) =>
				text.replace(
					/(function ModStoreClass:GetMultiplier\([^)]*\)\n)/,
					'$1\tif var == "no such one" then\n\t\treturn 7\n\tend\n',
				),
		});
		const { parts } = await certifyPob(checkout, unhurried);
		expect(statuses(parts)).toEqual({
			eval_mod: expect.stringMatching(
				/^off: no row of the builds ran Classes\/ModStore\.lua:\d+, which is new in GetM/,
			),
		});
	});

	it("that is certified, and wrong on a row outside of the builds: verification finds it", {
		timeout: 900_000,
	}, async () => {
		// Only a character of level 77 is another one.
		const checkout = changedCheckout("rare", {
			"Modules/CalcTools.lua": (text) =>
				text.replace(
					/(function calcLib\.val\((\w+), \w+, \w+\)\n\s*local \w+ = )(.*\n)/,
					"$1($2.multipliers.Level == 77 and 1 or 0) + $3",
				),
		});
		expect(statuses((await certifyPob(checkout, { timeoutMs: 600_000, rows: 8 })).parts)).toEqual({
			calc_lib: "certified",
		});
		const text = ((await corpusBuilds())[2]?.text as string).replace(/(<Build level=)"\d+"/, '$1"77"');
		const told: string[] = [];
		const warnings: string[] = [];
		await using engine = await Engine.open({
			calculator: "pob",
			pob: checkout,
			threads: 1,
			options: { trust: "certified", verifyShare: 1 },
			onLog: (line) => told.push(line),
			onWarning: ({ code }) => warnings.push(code),
		});
		await using plain = await open(checkout, { fast: false });
		const [build, original] = [await engine.load(text), await plain.load(text)];
		const sets = NodeSets.deltas(randomSets(build, 12, dice(3)));
		const stats = build.stats();
		const result = await build.calculateBatch(sets, { stats });
		expect(result.values).toEqual((await original.calculateBatch(sets, { stats })).values);
		expect(result.recalculated).toMatch(/^\w+ of row \d+ was .* instead of/);
		expect(told.join("\n")).toContain(`is withdrawn: ${result.recalculated}. Rows go on without calc_lib.`);
		expect(warnings).toEqual(["CERTIFICATE_WITHDRAWN"]);
		const { parts, withdrawn } = await partsOf(engine);
		expect(withdrawn).toBe(result.recalculated);
		expect(statuses(parts).calc_lib).toMatch(/^off/);
		// It is remembered.
		await using later = await open(checkout, { trust: "certified" });
		await later.load(text);
		expect(statuses((await partsOf(later)).parts).calc_lib).toMatch(/^off/);
	});
});
