import { PobatchError } from "../common/errors.js";
import { JsonCheck } from "../common/json-check.js";
import type { VariantChange } from "../variants/change.js";

/** Named changes of a build. */
export type NamedVariants = Readonly<Record<string, VariantChange>>;

const hint = 'Variants are a JSON object of changes by name: {"ring":{"items":{"Ring 1":"..."}}}.';
const check = new JsonCheck("INVALID_ARGUMENT", hint);

/**
 * Reads named changes from JSON. Each change is checked when a line refers to it.
 *
 * @param name how errors name the text
 * @throws PobatchError INVALID_ARGUMENT
 */
export function readNamedVariants(text: string, name: string): NamedVariants {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (cause) {
		throw new PobatchError("INVALID_ARGUMENT", `${name}: Not JSON: ${(cause as Error).message}`, {
			cause,
			hint,
		});
	}
	return namedVariants(json, name);
}

/** The same, from the line `{"variants":{...}}`. @throws PobatchError INVALID_ARGUMENT */
export function readVariantsLine(line: string): NamedVariants {
	let json: unknown;
	try {
		json = JSON.parse(line);
	} catch (cause) {
		throw new PobatchError("INVALID_ARGUMENT", `Not JSON: ${(cause as Error).message}`, { cause, hint });
	}
	const object = check.object(json, "the line");
	check.onlyKeys(object, "", ["variants"]);
	return namedVariants(object.variants, "variants");
}

function namedVariants(json: unknown, name: string): NamedVariants {
	const named = check.object(json, name);
	for (const [variant, change] of Object.entries(named)) check.object(change, `${name}: ${variant}`);
	return named as NamedVariants;
}
