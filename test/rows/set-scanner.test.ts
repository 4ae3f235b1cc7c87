import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NodeSets, SetsBuilder } from "../../src/rows/node-sets.js";
import { readSetLine } from "../../src/rows/set-line.js";
import { SetScanner } from "../../src/rows/set-scanner.js";

const scanner = new SetScanner();

function scanned(line: string) {
	const bytes = Buffer.from(line);
	const kind = scanner.scan(bytes, 0, bytes.length);
	if (!kind) return undefined;
	const builder = new SetsBuilder(kind);
	builder.addWords(scanner.words);
	return { kind, ...builder.take().row(0) };
}

/** What the line means, read as JSON; undefined where it is no row to calculate. */
function parsed(line: string) {
	try {
		const { set, kind, failure } = readSetLine(line);
		if (failure) return undefined;
		const sets = kind === "full" ? NodeSets.full([set as never]) : NodeSets.deltas([set]);
		return { kind, ...sets.row(0) };
	} catch {
		return undefined;
	}
}

describe("node sets straight from bytes", () => {
	it.each([
		['{"nodes":[3,1,2]}', { kind: "full", nodes: [1, 2, 3] }],
		['{"nodes":[]}', { kind: "full", nodes: [] }],
		['{"add":[7,0,65535]}', { kind: "delta", add: [0, 7, 65535], remove: [] }],
		['{"remove":[5]}', { kind: "delta", add: [], remove: [5] }],
		['{"add":[1],"remove":[2,3]}', { kind: "delta", add: [1], remove: [2, 3] }],
		['{"remove":[2],"add":[1]}', { kind: "delta", add: [1], remove: [2] }],
		[' {\t"nodes" : [ 1 ,  2\t] } \r', { kind: "full", nodes: [1, 2] }],
	])("%s", (line, expected) => {
		expect(scanned(line)).toEqual(expected);
	});

	it.each([
		"",
		"{}",
		"[]",
		'{"nodes":[1]',
		'{"nodes":[1]}}',
		'{"nodes":[1],}',
		'{"nodes":[1,]}',
		'{"nodes":[,1]}',
		'{"nodes":[01]}',
		'{"nodes":[00]}',
		'{"nodes":[1.0]}',
		'{"nodes":[1e2]}',
		'{"nodes":[-1]}',
		'{"nodes":[1 2]}',
		'{"nodes":[65536]}',
		'{"nodes":[99999999999999999999]}',
		'{"nodes":["1"]}',
		'{"nodes":[[1]]}',
		'{"nodes":null}',
		'{"node":[1]}',
		'{"Nodes":[1]}',
		'{"nodes":[1],"add":[2]}',
		'{"add":[1],"nodes":[2]}',
		'{"add":[1],"add":[2]}',
		'{"add":[1],"attributes":{"1":"Dex"}}',
		'{"add":[1],"variant":"a"}',
		'{"add":[1]}x',
		"{\u00a0}",
	])("leaves %s to whoever reads JSON", (line) => {
		expect(scanned(line)).toBeUndefined();
	});

	it("reads no bytes but the line's, wherever it lies", () => {
		const bytes = Buffer.from('{"add":[1]}\n{"nodes":[12]}99');
		expect(scanner.scan(bytes, 0, 11)).toBe("delta");
		expect(scanner.scan(bytes, 12, 26)).toBe("full");
		expect([...scanner.words]).toEqual([12]);
		// Cut off within the number, and before the end.
		expect(scanner.scan(bytes, 12, 23)).toBeUndefined();
		expect(scanner.scan(bytes, 12, 25)).toBeUndefined();
	});

	it("leaves lists that are longer than its memory to the JSON reader", () => {
		const list = (length: number) => JSON.stringify({ add: Array.from({ length }, (_, i) => i) });
		expect(scanned(list(4096))?.add).toHaveLength(4096);
		expect(scanned(list(4097))).toBeUndefined();
	});

	it("means the same as JSON, whatever the line", () => {
		const pieces = [
			"{",
			"}",
			"[",
			"]",
			",",
			":",
			'"nodes"',
			'"add"',
			'"remove"',
			" ",
			"\t",
			"0",
			"7",
			"65535",
			"65536",
			"-",
		];
		const broken = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((list) => list.join(""));
		const ids = fc.array(fc.integer({ min: 0, max: 70_000 }), { maxLength: 8 });
		const well = fc
			.tuple(
				fc.record({ add: ids, remove: ids, nodes: ids }, { requiredKeys: [] }),
				fc.constantFrom(undefined, 1),
			)
			.map(([set, indent]) => JSON.stringify(set, null, indent).replaceAll("\n", " "));
		fc.assert(
			fc.property(fc.oneof(broken, well), (line) => {
				const found = scanned(line);
				if (found) expect(found).toEqual(parsed(line));
			}),
			{ numRuns: 3000 },
		);
	});
});
