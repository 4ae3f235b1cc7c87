/** A checkout as git leaves it on Windows: lines end with CR LF, and its folder has the name that its user has. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Engine, NodeSets } from "../../src/index.js";
import {
	buildText,
	describeWithBuilds,
	differences,
	miniBuild,
	miniPob,
	setOf,
	sharedBuilds,
	truthOf,
} from "../support/pob.js";

const folder = mkdtempSync(join(tmpdir(), "pobatch-checkout-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of what is text in a checkout, with other line ends. */
function checkedOut(from: string, name: string): string {
	const to = join(folder, name);
	for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
		const path = join(entry.parentPath, entry.name);
		if (!entry.isFile() || !/\.(lua|json|xml|txt)$/.test(entry.name) || path.includes(".git")) continue;
		const copy = join(to, path.slice(from.length));
		mkdirSync(dirname(copy), { recursive: true });
		// Byte by byte: not all of it is UTF-8.
		const text = readFileSync(path, "latin1");
		writeFileSync(copy, text.replace(/\r?\n/g, "\r\n"), "latin1");
	}
	return to;
}

describe("a checkout with CR LF", () => {
	it.each([
		"Path of Building (2)",
		"Jörg's Läufer",
		"流放之路",
		"Пути 100% [x] {1}",
		"naïve.ünïcode",
	])("in a folder %s answers the same bits", async (name) => {
		const values = [];
		for (const pob of [miniPob, checkedOut(miniPob, name)]) {
			for (const place of [pob, join(pob, "src")]) {
				await using engine = await Engine.open({ calculator: "pob", pob: place, threads: 1, cache: false });
				const build = await engine.load(miniBuild());
				const sets = NodeSets.deltas([{}, { add: [11] }, { remove: [30] }, { add: [11], remove: [30] }]);
				const result = await build.calculateBatch(sets);
				expect(result.errors).toEqual([]);
				values.push([...result.values]);
			}
		}
		expect(values[0]?.length).toBeGreaterThan(10);
		for (const other of values.slice(1)) expect(other).toEqual(values[0]);
	});
});

describeWithBuilds("Path of Building with CR LF", (pob) => {
	it("in a folder of a user's answers the bits of its window", { timeout: 300_000 }, async () => {
		const copy = checkedOut(pob, "Jörg 流放 (2)");
		await using engine = await Engine.open({ calculator: "pob", pob: copy, threads: 1, cache: false });
		const name = sharedBuilds.find((one) => one !== "sorceress_69_poeninja") as string;
		const { base, sets } = await truthOf(name);
		const outs = [base, ...sets.map(({ out }) => out)];
		const build = await engine.load(await buildText(name));
		const stats = [...new Set(outs.flatMap((out) => Object.keys(out)))];
		const result = await build.calculateBatch(NodeSets.deltas([{}, ...sets.map(setOf)]), { stats });
		expect(result.errors).toEqual([]);
		expect(outs.map((out, i) => differences(result.row(i), out))).toEqual(outs.map(() => []));
	});
});
