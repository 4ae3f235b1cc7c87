import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe } from "vitest";
import { findPob, installHint } from "../../src/calculators/pob/checkout.js";
import type { AttributeName, Build, NodeSetDelta } from "../../src/index.js";

/** A checkout of Path of Building, or undefined. */
export const pob = await findPob();

/** Tests that need Path of Building; without it they are skipped by a name that says how to install it. */
export function describeWithPob(name: string, body: (pob: string) => void, also = true, why = ""): void {
	// A busy machine takes several times as long as usual.
	if (pob !== undefined && also) describe(name, { timeout: 120_000 }, () => body(pob));
	else
		describe.skip(`${name} (needs ${pob === undefined ? `Path of Building: ${installHint}` : why})`, () =>
			body(""));
}

const shared = fileURLToPath(new URL("../../../shared/data/", import.meta.url));
const haveShared = existsSync(join(shared, "truth"));

/** Names of the real builds in `../shared`; empty if there are none. */
export const sharedBuilds = haveShared
	? (await readdir(join(shared, "truth"))).map((file) => file.replace(/\.json$/, "")).sort()
	: [];

/** The same for tests that also need the real builds. */
export function describeWithBuilds(name: string, body: (pob: string) => void): void {
	describeWithPob(name, body, haveShared, "the builds in ../shared/data");
}

export const buildText = (name: string) => readFile(join(shared, "builds", `${name}.xml`), "utf8");

const xmlOf = async (folder: string) =>
	(await readdir(folder).catch(() => []))
		.filter((file) => file.endsWith(".xml"))
		.sort()
		.map((file): [string, () => Promise<string>] => [
			file.replace(/\.xml$/, ""),
			() => readFile(join(folder, file), "utf8"),
		]);

/** Builds as players share them, next to the project: by name and text; empty if there are none. */
export const wildBuilds = await xmlOf(join(shared, "wild"));

const ownBuilds = process.env.POBATCH_BUILDS;

/** Builds to attack, by name and text: all in the folder POBATCH_BUILDS if that is set, otherwise the shared ones. */
export const testedBuilds: [name: string, text: () => Promise<string>][] = ownBuilds
	? await xmlOf(ownBuilds)
	: sharedBuilds.map((name) => [name, () => buildText(name)]);

/** How many rows of `build` were answered in which way since it was loaded. */
export const strategyStats = async (build: Build) =>
	(await build.command("strategyStats")) as Record<string, number>;

/** What the memo of `build` has answered and stored. */
export const cacheStats = async (build: Build) =>
	(await build.command("cacheStats")) as Record<string, number>;

/** The same for tests that need builds to attack. */
export function describeWithTestedBuilds(name: string, body: (pob: string) => void): void {
	describeWithPob(name, body, testedBuilds.length > 0, "builds: a folder of PoB XML in POBATCH_BUILDS");
}

/** Path of Building's own results for a build and changes of its tree. */
export interface Truth {
	base: Record<string, number>;
	sets: {
		add: number[];
		remove: number[];
		attributes?: Record<string, string | number>;
		weaponSets?: Record<string, 1 | 2>;
		out: Record<string, number>;
	}[];
}

export async function truthOf(name: string): Promise<Truth> {
	return JSON.parse(await readFile(join(shared, "truth", `${name}.json`), "utf8")) as Truth;
}

const attributeNames: Record<string, AttributeName> = {
	...{ 1: "Str", 2: "Dex", 3: "Int", Str: "Str", Dex: "Dex", Int: "Int" },
	...{ Strength: "Str", Dexterity: "Dex", Intelligence: "Int" },
};

/** A truth file's change as a node set. */
export function setOf({
	add,
	remove,
	attributes = {},
	weaponSets = {},
}: Truth["sets"][number]): NodeSetDelta {
	const names = Object.entries(attributes).map(([id, choice]) => [id, attributeNames[choice]]);
	return { add, remove, attributes: Object.fromEntries(names), weaponSets };
}

/**
 * Stats of a row whose bits differ from the expected ones, each as text; a stat that Path of Building leaves out is 0.
 */
export function differences(row: Record<string, number>, wanted: Record<string, number>): string[] {
	return Object.keys(row)
		.filter((stat) => !sameBits(row[stat] as number, wanted[stat] ?? 0))
		.map((stat) => `${stat}: ${row[stat]} instead of ${wanted[stat] ?? 0}`);
}

// JSON has no -0, and Path of Building prints 0 and -0 alike.
function sameBits(a: number, b: number): boolean {
	return Object.is(a, b) || (a === 0 && b === 0);
}

/** The stand-in of test/fixtures. */
export const miniPob = fileURLToPath(new URL("../fixtures/mini-pob", import.meta.url));

const copies: string[] = [];
afterAll(() => {
	// Windows forgets a file when the last one who had it open lets it go.
	for (const folder of copies) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** A copy of the stand-in with files changed (as functions of their text), added, or removed (undefined). */
export function miniPobWith(
	files: Record<string, ((text: string) => string) | string | Buffer | undefined>,
): string {
	const folder = mkdtempSync(join(tmpdir(), "pobatch-mini-pob-"));
	copies.push(folder);
	cpSync(miniPob, folder, { recursive: true });
	for (const [name, change] of Object.entries(files)) {
		const path = join(folder, name);
		if (change === undefined) rmSync(path);
		else writeFileSync(path, typeof change === "function" ? change(readFileSync(path, "utf8")) : change);
	}
	return folder;
}

export interface MiniBuild {
	/** Attributes of <Build>. */
	build?: string;
	/** <Spec> elements; by default the nodes of `nodes` and the attribute choices of `overrides`. */
	specs?: string[];
	activeSpec?: number;
	nodes?: string;
	spec?: string;
	skills?: string;
	items?: string;
	more?: string;
}

/** XML of a build of the stand-in: a Sage with a Spark gem of level 5. */
export function miniBuild({
	build = 'level="20" mainSocketGroup="1"',
	nodes = "1,10,12,13,30",
	spec = '<Overrides><AttributeOverride strNodes="10"/></Overrides>',
	specs = [miniSpec(nodes, spec)],
	activeSpec = 1,
	skills = '<Skill includeInFullDPS="true"><Gem nameSpec="Spark" level="5"/></Skill>',
	items = "",
	more = "",
}: MiniBuild = {}): string {
	return `<PathOfBuilding2><Build ${build}/><Tree activeSpec="${activeSpec}">${specs.join("")}</Tree><Skills>${skills}</Skills><Items>${items}</Items>${more}</PathOfBuilding2>`;
}

export function miniSpec(
	nodes: string,
	inside = "",
	version = "0_1",
	classId = "7",
	attributes = "",
): string {
	return `<Spec ${attributes} treeVersion="${version}" classInternalId="${classId}" ascendancyInternalId="Wanderer1" nodes="${nodes}">${inside}</Spec>`;
}

/** Integers from 0 to n - 1, the same in each run (a linear congruential generator modulo 2^32). */
export function dice(seed: number): (n: number) => number {
	let state = seed >>> 0;
	return (n) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * n);
	};
}

export function shuffled<Item>(items: readonly Item[], roll: (n: number) => number): Item[] {
	const copy = [...items];
	for (let i = copy.length - 1; i > 0; i--) {
		const j = roll(i + 1);
		[copy[i], copy[j]] = [copy[j] as Item, copy[i] as Item];
	}
	return copy;
}

/**
 * Random changes of a build: an added path, a removed node with all nodes that depend on it, both, another attribute.
 */
export function randomSets(build: Build, count: number, roll: (n: number) => number): NodeSetDelta[] {
	const { tree, allocated } = build;
	if (!tree) throw new Error("the build has no tree");
	const paths = tree.pathsWithin(allocated, 7);
	const stranded = new Set(tree.unreachable(allocated));
	const own = allocated.filter((id) => tree.node(id).allocatable);
	const choices = ["Str", "Dex", "Int"] as const;
	const pick = <Item>(items: readonly Item[]) => items[roll(items.length)] as Item;
	const add = (): NodeSetDelta => {
		const nodes = [...pick(paths).nodes];
		const attributes = nodes.filter((id) => tree.node(id).type === "attribute" && roll(4) > 0);
		const weaponSet = roll(6);
		return {
			add: nodes,
			attributes: Object.fromEntries(attributes.map((id) => [id, pick(choices)])),
			weaponSets:
				weaponSet === 1 || weaponSet === 2 ? Object.fromEntries(nodes.map((id) => [id, weaponSet])) : {},
		};
	};
	const remove = (): number[] => {
		const id = pick(own);
		const left = allocated.filter((other) => other !== id);
		return [id, ...[...tree.unreachable(left)].filter((other) => !stranded.has(other))];
	};
	const switched = (): NodeSetDelta => {
		const id = pick(allocated.filter((node) => tree.node(node).type === "attribute"));
		return { add: [id], attributes: { [id]: pick(choices) } };
	};
	return Array.from({ length: count }, () => {
		const kind = roll(8);
		if (kind < 3) return add();
		if (kind < 5) return { remove: remove() };
		if (kind < 6) return switched();
		return { ...add(), remove: remove() };
	});
}

/** A build with more inputs (XML) in its config tab. */
export function withConfig(text: string, inputs: string): string {
	const changed = text.replace(/(<ConfigSet[^>]*?)(\/>|>)/, (_, start: string, end: string) =>
		end === "/>" ? `${start}>${inputs}</ConfigSet>` : `${start}>${inputs}`,
	);
	if (changed === text) throw new Error("the build has no <ConfigSet>");
	return changed;
}

/** A build with a custom modifier in its config tab. */
export function withCustomMods(text: string, mods: string): string {
	const own = /<Input name="customMods" string="[^"]*"\/>/;
	return withConfig(text.replace(own, ""), `<Input name="customMods" string="${mods}"/>`);
}
