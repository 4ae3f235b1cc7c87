import { AdaptiveMemory } from "./adaptive.js";
import { FrequencyMemory } from "./frequency.js";
import { RecencyMemory } from "./recency.js";
import type { CachePolicy, MemoryLimits, RowMemory } from "./row-memory.js";

export function openMemory<Value extends object>(
	policy: CachePolicy,
	limits: MemoryLimits<Value>,
): RowMemory<Value> {
	switch (policy) {
		case "adaptive":
			return new AdaptiveMemory(limits);
		case "lfu":
			return new FrequencyMemory(limits);
		case "lru":
			return new RecencyMemory(limits, true);
		case "ttl":
			return new RecencyMemory(limits, false);
	}
}
