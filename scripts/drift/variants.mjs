import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The modules in which parts replace functions or analyse statements. */
export const modules = [
	"Modules/Calcs.lua",
	"Modules/CalcSetup.lua",
	"Modules/CalcPerform.lua",
	"Modules/CalcActiveSkill.lua",
	"Modules/CalcDefence.lua",
	"Modules/CalcOffence.lua",
	"Modules/CalcTriggers.lua",
	"Modules/CalcMirages.lua",
	"Modules/CalcTools.lua",
	"Modules/ModTools.lua",
	"Modules/Common.lua",
	"Data/Global.lua",
	"Classes/ModStore.lua",
	"Classes/ModDB.lua",
	"Classes/ModList.lua",
	"Classes/PassiveSpec.lua",
];

/** Modules that Path of Building loads again for each build: Modules/Calcs.lua and what it loads. */
export const loadedByBuilds = new Set(modules.slice(0, 8));

/** Changes that are made in five functions each; see scripts/drift/cosmetics.lua. */
const harmless = ["newLocal", "guard", "helper", "loop"];

export function textsOf(checkout) {
	return new Map(modules.map((path) => [path, readFileSync(join(checkout, "src", path), "latin1")]));
}

/** Everything renamed and reformatted; comments moved. */
export async function cosmeticVariants(tool, texts) {
	const variants = [];
	for (const kind of ["renamed", "commented"]) {
		const files = new Map();
		for (const [path, text] of texts) {
			const { text: made } = await tool.command("change", { kind, path, text, number: 1 });
			if (made) files.set(path, made);
		}
		variants.push({ kind: `cosmetic: ${kind}`, files, about: `${files.size} modules` });
	}
	return variants;
}

/** As many changes as requested of each kind that keeps the meaning, in five functions each; and one renamed field. */
export async function harmlessVariants(tool, texts, checkout, count, seed) {
	const variants = [];
	const roll = dice(seed);
	for (const kind of harmless)
		for (let i = 0; i < count; i++) {
			const files = new Map();
			for (let made = 0, tries = 0; made < 5 && tries < 50; tries++) {
				const path = modules[roll(modules.length)];
				const text = files.get(path) ?? texts.get(path);
				const changed = await tool.command("change", { kind, path, text, number: 1 + roll(10_000) });
				if (!changed.text) continue;
				files.set(path, changed.text);
				made++;
			}
			variants.push({ kind: `harmless: ${kind}`, files, about: [...files.keys()].join(" ") });
		}
	variants.push(...renamedFields(checkout, texts, count, roll));
	return variants;
}

/** A field that the whole checkout only uses as `.name`, renamed everywhere. */
function renamedFields(checkout, texts, count, roll) {
	const all = new Map();
	for (const folder of ["Modules", "Classes", "Data"])
		for (const name of readdirSync(join(checkout, "src", folder)))
			if (name.endsWith(".lua") && name !== "ModCache.lua")
				all.set(`${folder}/${name}`, readFileSync(join(checkout, "src", folder, name), "latin1"));
	const names = new Set();
	for (const path of modules.slice(0, 6))
		for (const [, name] of texts.get(path).matchAll(/\b(?:env|activeSkill|cache)\.([a-z]\w+[A-Z]\w+)\b/g))
			names.add(name);
	const fit = [...names].sort().filter((name) => {
		const asField = new RegExp(`(?<=[\\w)\\]]\\.)${name}\\b`, "g");
		const asWord = new RegExp(`\\b${name}\\b`, "g");
		return [...all.values()].every(
			(text) => (text.match(asField) ?? []).length === (text.match(asWord) ?? []).length,
		);
	});
	return Array.from({ length: Math.min(count, fit.length) }, () => {
		const [name] = fit.splice(roll(fit.length), 1);
		const files = new Map();
		for (const [path, text] of all) {
			const made = text.replace(new RegExp(`(?<=[\\w)\\]]\\.)${name}\\b`, "g"), `${name}Renamed`);
			if (made !== text) files.set(path, made);
		}
		return { kind: "harmless: field renamed", files, about: `${name} in ${[...files.keys()].join(" ")}` };
	});
}

/**
 * Changes of meaning, each at one place of a module; the same number for each module, and for each kind within it. The
 * small modules are the ones that parts replace.
 */
export async function meaningVariants(tool, texts, count, seed) {
	const roll = dice(seed);
	const byModule = new Map();
	for (const [path, text] of texts) byModule.set(path, await tool.command("mutations", { path, text }));
	const variants = [];
	const taken = new Set();
	for (let i = 0; variants.length < count && i < 10 * count; i++) {
		const path = modules[i % modules.length];
		const list = byModule.get(path);
		const ofKind = [...new Set(list.map(({ kind }) => kind))];
		const kind = ofKind[roll(ofKind.length)];
		const ones = list.filter((one) => one.kind === kind);
		const { first, last, by, line, at } = ones[roll(ones.length)];
		if (taken.has(`${path} ${first} ${by}`)) continue;
		taken.add(`${path} ${first} ${by}`);
		const text = texts.get(path);
		variants.push({
			kind: `meaning: ${kind}`,
			files: new Map([[path, text.slice(0, first - 1) + by + text.slice(last)]]),
			about: `${path}:${line} ${text.slice(first - 1, last).split("\n")[0]} -> ${by.split("\n")[0]}`,
			point: { path, what: kind, ...at },
		});
	}
	return variants;
}

function dice(start) {
	let state = start >>> 0;
	return (sides) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * sides);
	};
}
