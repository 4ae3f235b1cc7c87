// Hit rates of the cache's policies on recorded traces: keys of rows in the order of the requests.
import { openMemory } from "../../../dist/cache/memory/open-memory.js";
import { cachePolicies } from "../../../dist/cache/memory/row-memory.js";
import { recordTraces } from "./traces.mjs";

/** Sizes of the memory, as shares of a trace's distinct rows. */
const shares = [0.05, 0.2, 0.5];
const rowBytes = 500;

/** @param trace batches of keys: each batch is looked up as a whole, then the missing rows are stored */
function hitRate(policy, trace, maxEntries) {
	const memory = openMemory(policy, {
		maxBytes: Number.MAX_SAFE_INTEGER,
		maxEntries,
		// Longer than any trace takes, so that only the order of eviction matters.
		ttlMs: policy === "ttl" ? 3_600_000 : 0,
		sizeOf: () => rowBytes,
	});
	let hits = 0;
	let asked = 0;
	for (const keys of trace) {
		const absent = keys.filter((key) => memory.get(key) === undefined);
		for (const key of absent) memory.set(key, {});
		hits += keys.length - absent.length;
		asked += keys.length;
	}
	return hits / asked;
}

export async function policies() {
	const { traces, note } = await recordTraces();
	const figures = [];
	for (const [name, trace] of traces) {
		const rows = trace.reduce((sum, keys) => sum + keys.length, 0);
		const different = new Set(trace.flat()).size;
		const most = 1 - different / rows;
		for (const share of shares) {
			const maxEntries = Math.max(1, Math.round(share * different));
			const rates = cachePolicies.map((policy) => [policy, hitRate(policy, trace, maxEntries)]);
			for (const [policy, value] of rates) {
				figures.push({
					key: `${name} ${share} ${policy}`,
					what: `${name} (${rows.toLocaleString("en-US")} rows, hits ${percent(most)} at most), ${percent(share)} fit: ${policy}`,
					value: 100 * value,
					low: 100 * value,
					high: 100 * value,
					unit: "%",
					better: "higher",
				});
			}
		}
	}
	figures.at(-1).note = `Share of rows that memory answers. ${note}`;
	return figures;
}

function percent(share) {
	return `${Math.round(100 * share)} %`;
}
