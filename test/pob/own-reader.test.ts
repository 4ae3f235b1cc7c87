import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { scanXml, type XmlElement } from "../../src/builds/xml.js";
import { pobSource } from "../../src/calculators/pob/checkout.js";
import { type Build, Engine, type PobatchError } from "../../src/index.js";
import { mutatedTexts } from "../support/mutated-xml.js";
import { buildText, describeWithBuilds, describeWithPob, differences, sharedBuilds } from "../support/pob.js";

const calculator = fileURLToPath(new URL("../lua/own-pob.lua", import.meta.url));
const utf8 = fileURLToPath(new URL("../../lua/pob/host/utf8.lua", import.meta.url));

/** Runs `body` with an engine of Path of Building's own code, in its folder: it names its files from there. */
async function inOwnFolder<Result>(
	pob: string,
	body: (open: (readerOnly: boolean) => Promise<Engine>) => Promise<Result>,
): Promise<Result> {
	const before = process.cwd();
	process.chdir(await pobSource(pob));
	try {
		return await body((readerOnly) =>
			Engine.open({ calculator, sandbox: false, threads: 1, options: { utf8, readerOnly } }),
		);
	} finally {
		process.chdir(before);
	}
}

interface Verdict {
	opened: boolean;
	told: string;
	numbers: Record<string, number>;
}

async function ownVerdicts(pob: string, texts: readonly string[]): Promise<Verdict[]> {
	return inOwnFolder(pob, async (open) => {
		const verdicts: Verdict[] = [];
		let engine = await open(false);
		for (const text of texts) {
			const { own } = (await engine.load(text)).info as unknown as { own: Verdict };
			verdicts.push(own);
			if (own.opened) continue;
			await engine.close();
			engine = await open(false);
		}
		await engine.close();
		return verdicts;
	});
}

describeWithBuilds("hazard: XML that Path of Building's own reader takes and another would not", (pob) => {
	const names = sharedBuilds.slice(0, 3);
	let texts: [string, string][];
	let verdicts: Verdict[];
	beforeAll(async () => {
		const builds = await Promise.all(names.map(buildText));
		texts = [
			...names.map((name, i): [string, string] => [name, builds[i] as string]),
			...mutatedTexts(builds, 17),
		];
		verdicts = await ownVerdicts(
			pob,
			texts.map(([, text]) => text),
		);
	}, 900_000);

	it("is opened or refused as Path of Building does it, with the same numbers, bit by bit", async () => {
		await using engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const wrong: string[] = [];
		const count = { opened: 0, refused: 0, values: 0 };
		for (const [i, [name, text]] of texts.entries()) {
			const own = verdicts[i] as Verdict;
			const build = await engine.load(text).catch((error: PobatchError) => error);
			if (build instanceof Error) {
				count.refused++;
				if (own.opened) wrong.push(`${name}: refused: ${build.message}`);
				if (build.code !== "BUILD_INVALID" || build.message.includes("\n"))
					wrong.push(`${name}: ${build.code}`);
				continue;
			}
			count.opened++;
			if (!own.opened) wrong.push(`${name}: opened, but Path of Building says ${own.told}`);
			const values = await stableValues(build);
			count.values += Object.keys(values).length;
			wrong.push(...differences(values, own.numbers).map((text) => `${name}: ${text}`));
			await build.close();
		}
		expect(wrong).toEqual([]);
		// Both kinds are there, in numbers that no change of this test's own makes by itself.
		expect(count.opened).toBeGreaterThan(25);
		expect(count.refused).toBeGreaterThan(8);
		expect(count.values).toBeGreaterThan(10_000);
	}, 900_000);
});

/** What Path of Building does not leave to chance, of all that it answers for a build. */
async function stableValues(build: Build): Promise<Record<string, number>> {
	const { unstableStats } = build;
	const stats = build.stats().filter((name) => !unstableStats.includes(name));
	return build.calculate({}, { stats });
}

describeWithPob("scanXml and the checkout's own reader of XML", (pob) => {
	it("make the same of every text", async () => {
		const seeds = [
			'<a b="c">x &lt; y<d/>t2<![CDATA[<z> ]]></a>',
			"<a><b>\n</b><c/></a>\n",
			await readFile(new URL("../fuzz/corpus/xml/build.xml", import.meta.url), "utf8"),
		];
		const pieces = [
			"<",
			">",
			"/>",
			"</",
			"<!--",
			"-->",
			"&",
			"&x;",
			"&amp;",
			";",
			'"',
			"'",
			"=",
			"<a ",
			"</a>",
			"<?x ?>",
		];
		const more = ["<![CDATA[", "]]>", "\0", " ", "\n", "b='c'", "é", "/", "?", "<!DOCTYPE a>", "<a/>", "x"];
		const text = fc
			.tuple(
				fc.constantFrom(...seeds),
				fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom(...pieces, ...more))),
			)
			.map(([seed, edits]) =>
				edits.reduce((text, [place, cut, piece]) => {
					const start = place % (text.length + 1);
					return text.slice(0, start) + piece + text.slice(start + cut);
				}, seed),
			);
		await inOwnFolder(pob, async (open) => {
			await using engine = await open(true);
			await fc.assert(
				fc.asyncProperty(text, async (given) => {
					const build = await engine.load(given);
					const { root, fault } = scanXml(given);
					expect(root === undefined || fault !== undefined ? "refused" : shown(root)).toBe(build.info.xml);
					await build.close();
				}),
				{ numRuns: 2000 },
			);
		});
	});
});

/** As test/lua/own-pob.lua shows an element. */
function shown({ name, attributes, children, text }: XmlElement): string {
	const list = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `|${key}=${value}`);
	return `<${name}${list.join("")}${children.map(shown).join("")}#${text}>`;
}
