import { Ajv } from "ajv";
import { PobatchError } from "pobatch";
import { nearest } from "pobatch/operations";
import type { TSchema } from "typebox";

/** What is looked at of a schema. */
interface Shape {
	type?: string;
	items?: Shape;
	properties?: Record<string, Shape>;
}

const ajv = new Ajv({ strict: false });
const checks = new WeakMap<object, ReturnType<Ajv["compile"]>>();

/**
 * Converts a tool's arguments to its schema. Models send lists as text, numbers in quotes, JSON within JSON, null for
 * what they leave out, `per_point` for `perPoint`: the meaning is clear. Anything else is refused by name, since
 * ignoring an argument would give a wrong answer.
 *
 * @throws PobatchError INVALID_ARGUMENT
 */
export function forgiven<Input>(schema: TSchema, given: unknown): Input {
	const { properties = {} } = schema as Shape;
	const input = named(fitted(schema as Shape, given ?? {}), Object.keys(properties));
	for (const [name, value] of Object.entries(input)) {
		if (value === null) delete input[name];
		else input[name] = fitted(properties[name] ?? {}, value);
	}
	let check = checks.get(schema);
	if (!check) {
		check = ajv.compile(schema);
		checks.set(schema, check);
	}
	if (check(input)) return input as Input;
	const [wrong] = check.errors ?? [];
	const where = wrong?.instancePath.slice(1).replaceAll("/", ".") || "the arguments";
	throw new PobatchError("INVALID_ARGUMENT", `${where}: ${wrong?.message ?? "wrong"}`, { value: input });
}

function named(given: unknown, names: readonly string[]): Record<string, unknown> {
	if (typeof given !== "object" || given === null || Array.isArray(given))
		throw new PobatchError("INVALID_ARGUMENT", "Expected an object of arguments", {
			hint: `They are ${names.join(", ")}.`,
		});
	const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
	const known = new Map(names.map((name) => [plain(name), name]));
	return Object.fromEntries(
		Object.entries(given).map(([name, value]) => {
			const meant = known.get(plain(name));
			if (meant !== undefined) return [meant, value];
			const close = nearest(name, names);
			throw new PobatchError("INVALID_ARGUMENT", `There is no argument ${JSON.stringify(name)}`, {
				value: name,
				hint: close.length > 0 ? `Did you mean ${close.join(" or ")}?` : `There are ${names.join(", ")}.`,
			});
		}),
	);
}

function fitted({ type, items = {}, properties = {} }: Shape, value: unknown): unknown {
	switch (type) {
		case "array":
			return listOf(value).map((item) => fitted(items, item));
		case "object": {
			const object = typeof value === "string" ? (parsed(value) ?? value) : value;
			if (typeof object !== "object" || object === null || Array.isArray(object)) return object;
			return Object.fromEntries(
				Object.entries(object)
					.filter(([, member]) => member !== null)
					.map(([name, member]) => [name, fitted(properties[name] ?? {}, member)]),
			);
		}
		case "integer":
		case "number":
			return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))
				? Number(value)
				: value;
		case "boolean":
			if (typeof value !== "string") return value;
			return /^(true|yes|1)$/i.test(value) ? true : /^(false|no|0)$/i.test(value) ? false : value;
		case "string":
			return typeof value === "number" ? String(value) : value;
		default:
			return value;
	}
}

function listOf(value: unknown): unknown[] {
	if (Array.isArray(value)) return value;
	if (typeof value !== "string") return [value];
	const list = /^\s*\[/.test(value) ? parsed(value) : undefined;
	if (Array.isArray(list)) return list;
	return value
		.split(/[,;\n]+/)
		.map((item) => item.trim().replace(/^(["'])(.*)\1$/, "$2"))
		.filter((item) => item !== "");
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
