import { JsonCheck, type JsonObject } from "../common/json-check.js";
import type { Plain } from "../native/addon.js";
import type { VariantChange } from "./change.js";

const check = new JsonCheck("INVALID_ARGUMENT", "See VariantChange for what a variant can change.");

type Members = Record<string, Plain>;

const parts: Record<keyof VariantChange, (value: unknown, path: string) => Plain> = {
	items: (value, path) => mapped(value, path, item),
	jewels: (value, path) =>
		Object.entries(check.object(value, path))
			.map(([id, text]): Members => {
				const node = Number(id);
				if (!Number.isInteger(node) || node < 1) throw check.wrong("a node id", `${path}'s key`, id);
				return text === null ? { node } : { node, text: check.string(text, `${path}.${id}`) };
			})
			.sort((a, b) => (a.node as number) - (b.node as number)),
	anoints: (value, path) => mapped(value, path, anoint),
	gems: (value, path) => check.array(value, path).map((entry, i) => gem(entry, `${path}[${i}]`)),
	config: (value, path) => mapped(value, path, option),
	customModifiers: (value, path) => check.strings(value, path),
	level: (value, path) => whole(value, path, 1, 100),
	mainSkill,
};

/**
 * Normalises a change to the form that the contract's `derive` receives, with its members in a fixed order, so that
 * changes with the same meaning are identical: see docs/own-calculator.md.
 *
 * @throws PobatchError INVALID_ARGUMENT
 */
export function normalChange(change: VariantChange): Members {
	const given = check.object(change, "change");
	checkNames(given, "change", Object.keys(parts));
	const normal: Members = {};
	for (const [name, read] of Object.entries(parts).sort(byName)) {
		const value = given[name];
		if (value !== undefined) normal[name] = read(value, name);
	}
	return normal;
}

function byName([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

function mapped(value: unknown, path: string, read: (value: unknown, path: string) => Plain): Members {
	const entries = Object.entries(check.object(value, path)).filter(([, entry]) => entry !== undefined);
	return Object.fromEntries(
		entries.sort(byName).map(([name, entry]) => [name, read(entry, `${path}.${name}`)]),
	);
}

function checkNames(given: JsonObject, path: string, known: readonly string[]): void {
	for (const name of Object.keys(given)) {
		if (!known.includes(name))
			throw check.error(`${path} has no ${name}: there are ${known.join(", ")}`, name);
	}
}

function item(value: unknown, path: string): Plain {
	if (value === null) return { empty: true };
	if (typeof value === "string") return { text: value };
	const given = check.object(value, path, "an item's text, null or an object");
	checkNames(given, path, ["text", "active"]);
	const { text, active } = given;
	return {
		...(text === null && { empty: true }),
		...(text !== null && text !== undefined && { text: check.string(text, `${path}.text`) }),
		...(active !== undefined && { active: check.boolean(active, `${path}.active`) }),
	};
}

function anoint(value: unknown, path: string): Plain {
	if (value === null) return {};
	if (typeof value === "string" || (typeof value === "number" && Number.isInteger(value)))
		return { notable: value };
	throw check.wrong("a notable's name, a node id or null", path, value);
}

function option(value: unknown, path: string): Plain {
	if (value === null) return { default: true };
	if (typeof value === "boolean" || typeof value === "string") return { value };
	if (typeof value === "number" && Number.isFinite(value)) return { value };
	throw check.wrong("true, false, a number, a text or null", path, value);
}

function whole(value: unknown, path: string, low: number, high = Number.MAX_SAFE_INTEGER): number {
	if (typeof value !== "number" || !Number.isInteger(value) || value < low || value > high) {
		const what =
			high === Number.MAX_SAFE_INTEGER
				? `a whole number from ${low}`
				: `a whole number from ${low} to ${high}`;
		throw check.wrong(what, path, value);
	}
	return value;
}

const gemFields: Record<string, (value: unknown, path: string) => Plain> = {
	count: (value, path) => whole(value, path, 0),
	enabled: (value, path) => check.boolean(value, path),
	level: (value, path) => whole(value, path, 1, 99),
	name: (value, path) => check.string(value, path),
	quality: (value, path) => whole(value, path, 0, 99),
};

const groupFields: typeof gemFields = {
	...gemFields,
	add: (value, path) => check.boolean(value, path),
	gem: (value, path) => whole(value, path, 1),
	group: (value, path) => whole(value, path, 1),
	includeInFullDps: (value, path) => check.boolean(value, path),
	remove: (value, path) => check.boolean(value, path),
	supports: (value, path) =>
		check.array(value, path).map((entry, i) => {
			if (typeof entry === "string") return { name: entry };
			const support = fields(entry, `${path}[${i}]`, gemFields);
			check.string(support.name, `${path}[${i}].name`);
			return support;
		}),
};

function fields(value: unknown, path: string, known: typeof gemFields): Members {
	const given = check.object(value, path);
	checkNames(given, path, Object.keys(known));
	const found: Members = {};
	for (const [name, read] of Object.entries(known).sort(byName)) {
		if (given[name] !== undefined) found[name] = read(given[name], `${path}.${name}`);
	}
	return found;
}

function gem(value: unknown, path: string): Plain {
	const given = fields(value, path, groupFields);
	const { gem, add, remove, supports, name } = given;
	if (add === false) delete given.add;
	if (remove === false) delete given.remove;
	const aims = [gem !== undefined, add === true, supports !== undefined].filter(Boolean).length;
	if (aims > 1) throw check.error(`${path}: gem, add and supports exclude each other`, value);
	if (add === true && name === undefined) throw check.wrong("a gem's name", `${path}.name`, name);
	if (remove === true && gem === undefined) throw check.wrong("the place of a gem", `${path}.gem`, gem);
	if (aims === 0) {
		for (const field of ["name", "level", "quality", "count", "remove"]) {
			if (given[field] !== undefined)
				throw check.error(`${path}: ${field} is of a gem, which gem or add has to name`, given[field]);
		}
	}
	return given;
}

function mainSkill(value: unknown, path: string): Plain {
	if (typeof value === "string") return { skill: value };
	if (typeof value === "number") return { group: whole(value, path, 1) };
	const given = check.object(value, path, "a skill group's number, a skill's name or an object");
	checkNames(given, path, ["group", "skill", "part"]);
	const { group, skill, part } = given;
	return {
		...(group !== undefined && { group: whole(group, `${path}.group`, 1) }),
		...(part !== undefined && { part: whole(part, `${path}.part`, 1) }),
		...(skill !== undefined && {
			skill: typeof skill === "string" ? skill : whole(skill, `${path}.skill`, 1),
		}),
	};
}
