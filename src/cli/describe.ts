import type { BuildInfo } from "../builds/build-info.js";
import type { Build } from "../engine/build.js";
import type { Engine } from "../engine/engine.js";

/** `Titan (Warrior), level 99, 120 nodes`, and Path of Building's additional facts if there are any. */
export function describeBuild({ info, allocated }: Build): string {
	const who = info.ascendancy
		? `${info.ascendancy} (${info.class})`
		: info.class || "A build without a class";
	const { mainSkill, specs, activeSpec } = info as PobInfo;
	return [
		who,
		`level ${info.level}`,
		`${allocated.length} nodes`,
		...(mainSkill ? [`main skill ${mainSkill}`] : []),
		...(specs && specs > 1 ? [`tree ${activeSpec} of ${specs}`] : []),
	].join(", ");
}

/** Additions of lua/pob/build/info.lua to a build's info. */
interface PobInfo extends BuildInfo {
	mainSkill?: string;
	specs?: number;
	activeSpec?: number;
}

/** `calculator reference 1, tree 0_5, 2 threads`. */
export function describeEngine(engine: Engine, build?: Build, pob = ""): string {
	const tree = (build?.tree ?? engine.tree)?.version;
	return [
		`calculator ${engine.calculator.name} ${engine.calculator.version}${pob}`,
		...(tree === undefined ? [] : [`tree ${tree}`]),
		engine.threads === 0
			? "rows calculated by the workers of a queue"
			: `${engine.threads} ${engine.threads === 1 ? "thread" : "threads"}`,
	].join(", ");
}
