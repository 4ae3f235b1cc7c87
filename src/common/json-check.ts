import { expected, PobatchError, type PobatchErrorCode } from "./errors.js";

/** A JSON object before its members are checked. */
export type JsonObject = { readonly [key: string]: unknown };

/**
 * Checks the members of a parsed JSON document one by one. Every failure is a
 * {@link PobatchError} with the document's code, and its message names the path
 * of the value (`nodes.123.stats`), in the one phrase of `expected`.
 */
export class JsonCheck {
	readonly #code: PobatchErrorCode;
	readonly #hint: string | undefined;

	/**
	 * @param code the code of every error, `TREE_INVALID` for instance
	 * @param hint what a user can do about a wrong document
	 */
	constructor(code: PobatchErrorCode, hint?: string) {
		this.#code = code;
		this.#hint = hint;
	}

	/** The error for a value that is not what it should be. */
	wrong(what: string, path: string, value: unknown): PobatchError {
		return this.error(expected(what, path, value), value);
	}

	/** An error with the document's code and a custom message. */
	error(message: string, value?: unknown): PobatchError {
		return new PobatchError(
			this.#code,
			message,
			this.#hint === undefined ? { value } : { value, hint: this.#hint },
		);
	}

	object(value: unknown, path: string, what = "an object"): JsonObject {
		if (typeof value !== "object" || value === null || Array.isArray(value))
			throw this.wrong(what, path, value);
		return value as JsonObject;
	}

	array(value: unknown, path: string, what = "an array"): readonly unknown[] {
		if (!Array.isArray(value)) throw this.wrong(what, path, value);
		return value;
	}

	string(value: unknown, path: string): string {
		if (typeof value !== "string") throw this.wrong("a string", path, value);
		return value;
	}

	strings(value: unknown, path: string): string[] {
		const list = this.array(value, path, "an array of strings");
		return list.map((member, i) => this.string(member, `${path}[${i}]`));
	}

	boolean(value: unknown, path: string): boolean {
		if (typeof value !== "boolean") throw this.wrong("true or false", path, value);
		return value;
	}

	/** A finite number. JSON cannot express any other, but a caller's own object can. */
	number(value: unknown, path: string): number {
		if (typeof value !== "number" || !Number.isFinite(value))
			throw this.wrong("a finite number", path, value);
		return value;
	}

	integer(value: unknown, path: string, min: number, max: number): number {
		if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
			throw this.wrong(`an integer from ${min} to ${max}`, path, value);
		}
		return value;
	}

	/** Rejects members that the format does not have, so that a misspelt one is not silently ignored. */
	onlyKeys(value: JsonObject, path: string, known: readonly string[]): void {
		for (const key of Object.keys(value)) {
			if (!known.includes(key))
				throw this.wrong(
					`one of ${known.join(", ")}`,
					path === "" ? "a member's name" : `a member's name in ${path}`,
					key,
				);
		}
	}
}
