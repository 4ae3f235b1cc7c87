// One variant of a checkout: rows with all that makes them fast against rows without, in a process of its own. Prints one
// line of JSON: { rows, values, differing, first, parts, off, certified, ratio, failed }. Arguments: a checkout, a build, rows, seed,
// and "certified" where the variant is certified first, by the builds that come with pobatch, and what is found the same is used,
// without being verified: what certification does not see shows as a difference.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine, NodeSets } from "../../dist/index.js";
import { certifyPob } from "../../dist/operations/certify/certify-pob.js";

const [pob, file, rows, seed, trust] = process.argv.slice(2);
const text = readFileSync(file, "utf8");

async function open(options) {
	try {
		const engine = await Engine.open({ calculator: "pob", pob, threads: 1, ...options });
		try {
			return { engine, build: await engine.load(text) };
		} catch (error) {
			await engine.close();
			return { failed: `${error.code}: ${error.message.split("\n")[0]}` };
		}
	} catch (error) {
		return { failed: `${error.code}: ${error.message.split("\n")[0]}` };
	}
}

const certified = {};
if (trust === "certified") {
	const folder = mkdtempSync(join(tmpdir(), "pobatch-drift-certificate-"));
	try {
		const { parts } = await certifyPob(pob, { folder, timeoutMs: 600_000 });
		for (const { part, status } of parts) if (status === "certified") certified[part] = true;
	} catch {
		// It does not start or does not end, which the comparison finds out, too.
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
const fast = await open({ cache: true, options: { slicesAfter: 8, keepAnalysis: false, certified } });
const slow = await open({ cache: false, options: { fast: false } });
if (fast.failed !== undefined || slow.failed !== undefined) {
	// A checkout that does not start is the same one if neither way does.
	const differing = (fast.failed === undefined) === (slow.failed === undefined) ? 0 : 1;
	const first = { fast: fast.failed, slow: slow.failed };
	console.log(JSON.stringify({ rows: 0, values: 0, differing, first, failed: slow.failed ?? fast.failed }));
	process.exit();
}
const report = await fast.engine.command("doctor");
const parts = report.fast.filter(({ status }) => status === "fast").length;
const off = [
	...new Set(report.fast.filter(({ status }) => status !== "fast").map(({ part, why }) => `${part}: ${why}`)),
];

const sets = NodeSets.deltas(randomSets(slow.build, Number(rows), Number(seed)));
const chance = new Set([...fast.build.unstableStats, ...slow.build.unstableStats]);
const all = fast.build.stats();
const defences = ["Life", "EnergyShield", "FireResist", "TotalEHP"].filter((stat) => all.includes(stat));
const found = {
	rows: 0,
	values: 0,
	differing: 0,
	first: undefined,
	parts,
	off,
	certified: Object.keys(certified),
};
const spent = { fast: 0, slow: 0 };
// Twice in the same order: what is known by then answers, too.
for (const stats of [undefined, all, defences, undefined]) {
	const results = {};
	for (const [name, { build }] of Object.entries({ fast, slow })) {
		const start = performance.now();
		results[name] = await build.calculateBatch(sets, stats && { stats });
		spent[name] += performance.now() - start;
	}
	for (let row = 0; row < sets.length; row++) {
		const ok = [results.fast.ok(row), results.slow.ok(row)];
		if (ok[0] !== ok[1]) note(row, "an error", ok);
	}
	for (const stat of stats ?? fast.build.defaultStats) {
		if (chance.has(stat)) continue;
		const [a, b] = [results.fast.column(stat), results.slow.column(stat)];
		for (let row = 0; row < sets.length; row++) {
			if (!results.fast.ok(row) || !results.slow.ok(row)) continue;
			found.values++;
			if (!Object.is(a[row], b[row])) note(row, stat, [a[row], b[row]]);
		}
	}
	found.rows += sets.length;
}
found.ratio = spent.fast / spent.slow;
await Promise.all([fast.engine.close(), slow.engine.close()]);
console.log(JSON.stringify(found));

function note(row, what, values) {
	found.differing++;
	found.first ??= { row, what, values };
}

/** Nodes taken away, and paths of up to four nodes that hang on the build. */
function randomSets(build, count, seed) {
	let state = seed * 2654435761;
	const roll = (sides) => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) % sides;
	};
	const own = [...build.allocated];
	return Array.from({ length: count }, (_, i) => {
		const add = [];
		const remove = new Set();
		if (i % 3 !== 0) {
			let at = own[roll(own.length)];
			for (let step = 0; step <= roll(4); step++) {
				const next = [...build.tree.neighbours(at)].filter(
					(id) => !own.includes(id) && !add.includes(id) && build.tree.node(id).allocatable,
				);
				if (next.length === 0) break;
				at = next[roll(next.length)];
				add.push(at);
			}
		}
		if (i % 3 !== 1) {
			const id = own[roll(own.length)];
			if (build.tree.node(id).allocatable) remove.add(id);
		}
		return { add, remove: [...remove] };
	});
}
