import type { Lease } from "../service/build-store.js";
import type { BuildSummary } from "./schemas.js";

/** What is said of a build that was loaded. */
export function summaryOf({ build, known, warm }: Lease): BuildSummary {
	const { info, allocated, warnings, unstableStats, defaultStats } = build;
	const { mainSkill } = info as { mainSkill?: unknown };
	return {
		id: known.id,
		calculator: known.calculator,
		class: info.class,
		...(info.ascendancy !== undefined && { ascendancy: info.ascendancy }),
		level: info.level,
		treeVersion: info.treeVersion,
		...(typeof mainSkill === "string" && { mainSkill }),
		...(known.spec !== undefined && { spec: known.spec }),
		nodes: allocated.length,
		warm,
		defaultStats: [...defaultStats],
		warnings: warnings.map(({ code, text, where }) => ({ code, text, where })),
		unstableStats: [...unstableStats],
	};
}
