import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBuildSource } from "../../src/builds/build-source.js";
import { decodePobCode, encodePobCode } from "../../src/builds/code.js";
import { parseXml } from "../../src/builds/xml.js";
import { NodeSets, PassiveTree, PobatchError } from "../../src/index.js";
import { readSetLine } from "../../src/rows/set-line.js";
import { parseTree } from "../../src/tree/tree-file.js";
import { fuzz, patience } from "./fuzz.js";

// Untrusted input is answered, or refused by a PobatchError with a code, never by another exception.
const folder = new URL("./corpus/", import.meta.url);
const corpus = (kind: string) =>
	readdirSync(new URL(`${kind}/`, folder)).map((name) =>
		readFileSync(fileURLToPath(new URL(`${kind}/${name}`, folder)), "utf8"),
	);

/** Texts of the corpus with parts cut out, repeated, and replaced by these pieces or by anything. */
function mutated(seeds: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
	const edit = fc.record({
		at: fc.double({ min: 0, max: 1, noNaN: true }),
		cut: fc.nat({ max: 20 }),
		piece: fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 8 }), fc.constant("")),
		times: fc.constantFrom(1, 1, 1, 2, 100),
	});
	return fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 8 })).map(([seed, edits]) => {
		let text = seed;
		for (const { at, cut, piece, times } of edits) {
			const place = Math.floor(at * text.length);
			text = text.slice(0, place) + piece.repeat(times) + text.slice(place + cut);
		}
		return text;
	});
}

function onlyTyped(body: () => void): void {
	try {
		body();
	} catch (error) {
		if (!(error instanceof PobatchError)) throw error;
		expect(error.code).toMatch(/^[A-Z_]+$/);
		expect(error.message.length).toBeLessThan(2000);
	}
}

describe("fuzzing", () => {
	it(
		"PoB codes: what was written is read again, anything else is refused",
		async () => {
			const xml = fc.string({ unit: "binary" }).map((text) => `<a>${Buffer.from(text).toString("utf8")}</a>`);
			const codes = corpus("xml").map(encodePobCode);
			await fuzz(
				fc.property(xml, mutated(codes, ["-", "_", "=", " ", "\n", "AAAA", "eJw"]), (good, bad) => {
					expect(decodePobCode(encodePobCode(good))).toBe(good);
					onlyTyped(() => decodePobCode(bad));
				}),
			);
		},
		patience,
	);

	it(
		"codes of any bytes",
		async () => {
			await fuzz(
				fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
					onlyTyped(() => decodePobCode(Buffer.from(bytes).toString("base64")));
				}),
			);
		},
		patience,
	);

	it(
		"XML",
		async () => {
			const pieces = [
				"<",
				">",
				"/>",
				"</",
				"<!--",
				"-->",
				"<![CDATA[",
				"]]>",
				"<!DOCTYPE a>",
				"&amp;",
				"&#0;",
			];
			const more = ["&#x110000;", "&x;", '"', "'", "=", "<a ", "<?x ?>", "\uFEFF", "\0", "<Spec>"];
			await fuzz(
				fc.property(mutated(corpus("xml"), [...pieces, ...more]), (text) => onlyTyped(() => parseXml(text))),
			);
		},
		patience,
	);

	it(
		"lines of node sets",
		async () => {
			const lines = corpus("lines").flatMap((text) => text.trim().split("\n"));
			const pieces = [
				'"__proto__"',
				"null",
				"-1",
				"1e99",
				"65536",
				"[",
				"]",
				"{",
				"}",
				'"add":',
				'"nodes":[1]',
				",",
			];
			await fuzz(
				fc.property(fc.oneof(mutated(lines, pieces), fc.json()), (line) =>
					onlyTyped(() => {
						const { set, kind } = readSetLine(line);
						const sets = kind === "full" ? NodeSets.full([set as never]) : NodeSets.deltas([set]);
						expect(sets.length).toBe(1);
					}),
				),
			);
		},
		patience,
	);

	it(
		"builds as JSON or XML",
		async () => {
			const { data: tree } = await PassiveTree.embedded();
			const demo = readFileSync(new URL("../../data/demo-build.json", import.meta.url), "utf8");
			const short = '{"class":"Falconer","level":80,"nodes":[96,650],"items":[{"text":"Life"}]}';
			const pieces = [
				'"__proto__":1,',
				"null",
				"-1",
				"1e99",
				"[]",
				"{}",
				'"',
				":",
				",",
				'"level":',
				'"spec":',
			];
			await fuzz(
				fc.property(
					fc.oneof(
						mutated([demo, short], pieces),
						mutated(corpus("xml"), ["<", ">", "&", '"', "="]),
						fc.json(),
					),
					(text) => onlyTyped(() => readBuildSource(text, { tree })),
				),
			);
		},
		patience,
	);

	it(
		"trees as JSON",
		async () => {
			const id = fc.oneof(fc.nat(70_000), fc.constantFrom(-1, 1.5, null, "x", "root"));
			const node = fc.record(
				{
					skill: id,
					name: fc.string(),
					stats: fc.anything(),
					connections: fc.array(fc.record({ id })),
					group: id,
				},
				{ requiredKeys: [] },
			);
			const members = {
				nodes: fc.dictionary(fc.string(), node),
				groups: fc.array(fc.anything()),
				classes: fc.anything(),
			};
			const tree = fc.oneof(fc.record(members, { requiredKeys: [] }), fc.jsonValue(), fc.anything());
			await fuzz(fc.property(tree, (data) => onlyTyped(() => new PassiveTree(parseTree(data)))));
		},
		patience,
	);
});
