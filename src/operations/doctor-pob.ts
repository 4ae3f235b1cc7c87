import { type Certificate, certificateOf, type PartStatus } from "../calculators/pob/certificates.js";
import { findPob, installHint, pobSource } from "../calculators/pob/checkout.js";
import { PobatchError } from "../common/errors.js";
import { Engine } from "../engine/engine.js";

export interface Check {
	name: string;
	/** Returns what was found; throws if something is wrong. */
	find(): Promise<string> | string;
}

/** The smallest text that Path of Building accepts as a build. */
const emptyBuild = '<PathOfBuilding2><Build level="1" targetVersion="0_1"/></PathOfBuilding2>';
const shownFunctions = 5;

/** What the calculator's command `doctor` returns (lua/pob/init.lua); empty Lua tables arrive as objects. */
interface PobReport {
	version: string;
	trees: readonly PobTree[] | Record<string, never>;
	missing: readonly string[] | Record<string, never>;
	fast: readonly FastFunction[] | Record<string, never>;
	parts: readonly PartStatus[] | Record<string, never>;
	/** Functions of the window that Path of Building calls and the host does not provide. */
	lacking: readonly string[] | Record<string, never>;
	/** See lua/pob/tree/window_rules.lua. */
	rules?: { unknown: Readonly<Record<string, string>> | readonly never[]; unchecked?: string };
}

interface PobTree {
	version: string;
	present: boolean;
}

/** One of Path of Building's functions that pobatch can replace with a faster one. */
interface FastFunction {
	name: string;
	file: string;
	status: "fast" | "original";
	why?: string;
}

/** Boots the checkout and describes what was found; a single failed check if it does not start. */
export async function pobChecks(named: string | undefined): Promise<Check[]> {
	const name = "PoB";
	const folder = await findPob(named);
	if (folder === undefined) return [{ name, find: () => `none found. ${installHint}` }];
	try {
		const source = await pobSource(folder);
		const { report, seconds } = await boot(folder);
		const certificate = await (await certificateOf(source)).read();
		const missing = listOf<string>(report.missing);
		return [
			{
				name,
				find: () =>
					`${report.version} in ${folder}, starts in ${seconds.toFixed(2)} s and loads an empty build`,
			},
			{ name: "PoB trees", find: () => describeTrees(listOf(report.trees)) },
			{
				name: "PoB files",
				find() {
					if (missing.length === 0) return "all there";
					throw new PobatchError("POB_INVALID", `missing: ${missing.join(", ")}`);
				},
			},
			{ name: "PoB window", find: () => describeWindow(listOf(report.lacking)) },
			{ name: "PoB rules", find: () => describeRules(report.rules) },
			{ name: "PoB speed", find: () => describeFast(listOf(report.fast)) },
			{ name: "PoB parts", find: () => describeParts(listOf(report.parts), certificate) },
		];
	} catch (error) {
		return [
			{
				name,
				find() {
					throw error;
				},
			},
		];
	}
}

async function boot(folder: string): Promise<{ report: PobReport; seconds: number }> {
	const start = performance.now();
	await using engine = await Engine.open({ calculator: "pob", pob: folder, threads: 1 });
	const seconds = (performance.now() - start) / 1000;
	// Some of Path of Building's modules are only loaded with the first build.
	await engine.load(emptyBuild);
	return { report: (await engine.command("doctor")) as unknown as PobReport, seconds };
}

function describeTrees(trees: readonly PobTree[]): string {
	const names = (present: boolean) =>
		trees
			.filter((tree) => tree.present === present)
			.map(({ version }) => version)
			.join(", ");
	return names(true) + (names(false) ? `; listed, but without data: ${names(false)}` : "");
}

function describeWindow(lacking: readonly string[]): string {
	if (lacking.length === 0) return "every function of the window that it calls is there";
	return `it calls functions of the window that pobatch does not have; they do nothing here: ${lacking.join(", ")}`;
}

/** How rows know what clicks on the tree do in this version. */
function describeRules(rules: PobReport["rules"]): string {
	if (rules === undefined) return "not looked at";
	if (rules.unchecked !== undefined)
		throw new PobatchError("POB_INVALID", `clicks on a small tree failed: ${rules.unchecked}`);
	const unknown = Object.entries(rules.unknown);
	if (unknown.length === 0) return "rows allocate nodes as clicks do, checked on small trees";
	const each = unknown.map(([what, why]) => `${rowsAbout[what] ?? what} (${why})`);
	return `rows are really clicked, and slower, where they are about ${each.join(", ")}`;
}

const rowsAbout: Record<string, string> = {
	weaponSets: "weapon sets",
	attributes: "attribute nodes",
	options: "options that exclude each other",
	all: "any node",
};

/** Other versions of Path of Building may have functions that pobatch does not know: they run, only slower. */
function describeFast(functions: readonly FastFunction[]): string {
	const originals = functions.filter(({ status }) => status === "original");
	const known = `${functions.length - originals.length} of ${functions.length} hot functions recognised`;
	if (originals.length === 0) return known;
	const each = originals
		.slice(0, shownFunctions)
		.map(({ name, file, why }) => `${name} (${file}${why ? `: ${why}` : ""})`);
	const more = originals.length - each.length;
	return `${known}; as they are, and slower: ${each.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The state of the parts that make rows faster. */
function describeParts(parts: readonly PartStatus[], certificate: Certificate | undefined): string {
	const count = (wanted: PartStatus["status"]) => parts.filter(({ status }) => status === wanted).length;
	const inUse = `${count("known")} known, ${count("derived")} derived from the checkout's text`;
	const off = parts.filter(({ status }) => status === "off");
	if (off.length === 0) return inUse;
	const found = new Map((certificate?.parts ?? []).map((part) => [part.part, part]));
	const each = off.map(({ part, why }) => {
		const kept = found.get(part);
		if (kept === undefined) return `${part} (${why})`;
		if (kept.status === "off") return `${part} (${why}; not certified: ${kept.why})`;
		if (certificate?.withdrawn) return `${part} (${why}; was certified: ${certificate.withdrawn})`;
		return `${part} (${why}; certified: in use with trust "certified")`;
	});
	const hint =
		certificate === undefined ? "; `pobatch pob certify` finds out what can be used all the same" : "";
	return `${inUse}; off: ${each.join(", ")}${hint}`;
}

function listOf<Item>(list: readonly Item[] | Record<string, never>): readonly Item[] {
	return Array.isArray(list) ? list : [];
}
