import type { EngineKind } from "pobatch/engine";
import type { WorkerMember } from "../queue/members.js";

/** The name of each part of a kind, and whether its value is readable for people. */
const names: Readonly<Record<keyof EngineKind, readonly [name: string, isShown: boolean]>> = {
	pobatch: ["pobatch", true],
	calculator: ["the calculator", true],
	luajit: ["LuaJIT", true],
	platform: ["the platform", true],
	contents: ["the calculator's files, tree or options", false],
	arithmetic: ["the processor's or the C library's mathematics", false],
};

/** Why no worker takes an engine's rows: whether there are workers, and how they differ. */
export function noWorkerText(wanted: EngineKind, workers: readonly WorkerMember[]): string {
	if (workers.length === 0) return "No worker is at the queue.";
	const differences = new Set(workers.map(({ parts }) => differenceOf(wanted, parts)));
	const count = workers.length === 1 ? "The worker" : `None of the ${workers.length} workers`;
	const verb = workers.length === 1 ? "is not" : "is";
	return `${count} at the queue ${verb} of this engine's kind; different: ${[...differences].join(" / ")}.`;
}

function differenceOf(wanted: EngineKind, found: EngineKind): string {
	const parts = (Object.keys(names) as (keyof EngineKind)[]).filter((part) => wanted[part] !== found[part]);
	return parts
		.map((part) => {
			const [name, isShown] = names[part];
			return isShown ? `${name} (${found[part]} there, ${wanted[part]} here)` : name;
		})
		.join(", ");
}
