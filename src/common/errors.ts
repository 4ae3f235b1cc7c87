/**
 * The stable codes of {@link PobatchError}. Programs should check the code; the message is for people and may change.
 */
export type PobatchErrorCode =
	/** An argument has the wrong type, is out of range, or contradicts another one. */
	| "INVALID_ARGUMENT"
	/** A node set names a node id that the passive tree does not have. */
	| "UNKNOWN_NODE"
	/** A node set contradicts itself, or gives a choice to a node that takes none. */
	| "INVALID_NODE_SET"
	/** The calculator does not derive variants of a build. */
	| "VARIANTS_UNSUPPORTED"
	/** The calculator rejects a variant's change, as Path of Building's window would; the message names it. */
	| "VARIANT_INVALID"
	/** The calculator does not provide a requested stat for this build. */
	| "UNKNOWN_STAT"
	/** A class or ascendancy name does not exist in the passive tree. */
	| "UNKNOWN_CLASS"
	/** The calculator raised a Lua error; `traceback` says where. */
	| "CALCULATOR_ERROR"
	/** The calculator's Lua file does not compile. */
	| "CALCULATOR_SYNTAX"
	/** The calculator's file is valid Lua but does not implement the calculator contract. */
	| "CALCULATOR_INVALID"
	/** `Calculate` returned something other than a number for a requested stat. */
	| "BAD_RESULT"
	/** A row or a batch took longer than its time limit. */
	| "TIMEOUT"
	/** A state reached its memory limit, or the system is out of memory. */
	| "MEMORY"
	/** The caller's AbortSignal stopped the work. */
	| "ABORTED"
	/** The engine was closed before or while the call ran. */
	| "ENGINE_CLOSED"
	/** A build's text (Path of Building XML, PoB code or JSON) cannot be read. */
	| "BUILD_INVALID"
	/** A passive tree's JSON cannot be read. */
	| "TREE_INVALID"
	/** A file of node sets (JSON lines) has a line that is not a node set. */
	| "SETS_INVALID"
	/** The native addon for this platform was not found or does not load. */
	| "ADDON_NOT_FOUND"
	/** A command or an option comes with another package, which is not installed. */
	| "PACKAGE_NOT_FOUND"
	/** A file that the caller named does not exist or cannot be read. */
	| "FILE_NOT_FOUND"
	/** A file cannot be written. */
	| "FILE_NOT_WRITABLE"
	/** No Path of Building checkout was named or found. */
	| "POB_NOT_FOUND"
	/** A folder was named as a Path of Building checkout, but is not one or is incomplete. */
	| "POB_INVALID"
	/** Lua code outside the calculator's functions raised an error: the batch loop, or a state's initialisation. */
	| "LUA_ERROR"
	/** A row that was recalculated to verify the cache is not bit-identical. */
	| "CACHE_MISMATCH"
	/**
	 * No profile can be taken: the states are in other processes, the platform does not support it, or another profile is
	 * being taken.
	 */
	| "PROFILE_UNAVAILABLE"
	/** The queue of a fleet is unreachable, or refuses the connection. */
	| "QUEUE_UNAVAILABLE"
	/** No worker of the engine's kind was available for as long as a batch waits. */
	| "NO_WORKER"
	/** A child process of an isolated engine, or workers of a fleet, died while they worked on this row. */
	| "CRASH";

/** What to do about {@link PobatchErrorCode | MEMORY}. */
export const memoryHint =
	"Raise memoryLimitMB where it is set, close builds that are not needed, or take fewer threads or rows at once.";

/** What a {@link PobatchError} can carry in addition to its code and message. */
export interface PobatchErrorDetails {
	/** The error underneath, if there is one. */
	cause?: unknown;
	/** The offending value as it was received. */
	value?: unknown;
	/** What to do about it, as one sentence or one command. */
	hint?: string;
	/** Lua's traceback, where the error was raised in Lua. */
	traceback?: string;
}

/**
 * The one error class of pobatch.
 *
 * @example
 * try {
 * 	await engine.load(text);
 * } catch (error) {
 * 	if (error instanceof PobatchError && error.code === "BUILD_INVALID") console.error(error.message);
 * 	else throw error;
 * }
 */
export class PobatchError extends Error {
	override readonly name: string = "PobatchError";
	/** Stable, for programs. */
	readonly code: PobatchErrorCode;
	/** The offending value as it was received. */
	declare readonly value?: unknown;
	/** What to do about it, as one sentence or one command. */
	declare readonly hint?: string;
	/** Lua's traceback, where the error was raised in Lua. */
	declare readonly traceback?: string;

	/** @param message becomes one line; a traceback of Lua in it goes to `traceback`, unless the details have one */
	constructor(code: PobatchErrorCode, message: string, details: PobatchErrorDetails = {}) {
		const at = message.indexOf(LUA_TRACEBACK);
		super(
			oneLine(at < 0 ? message : message.slice(0, at)),
			"cause" in details ? { cause: details.cause } : undefined,
		);
		this.code = code;
		// Absent rather than undefined, so that a printed error shows only what is known.
		if ("value" in details) this.value = details.value;
		if (details.hint !== undefined) this.hint = details.hint;
		const traceback = details.traceback || (at < 0 ? "" : message.slice(at + 1));
		if (traceback) this.traceback = traceback;
	}
}

/** How Lua's `debug.traceback` continues after the message. */
const LUA_TRACEBACK = "\nstack traceback:\n";

/** A text as one line: logs, tables and terminals show an error as one. */
export function oneLine(text: string): string {
	return text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, " ");
}

/** The same error, prefixed with the location of its input: a file, or a file and line. */
export function located(where: string, error: unknown): unknown {
	if (!(error instanceof PobatchError)) return error;
	return new PobatchError(error.code, `${where}: ${error.message}`, {
		cause: error,
		...("value" in error && { value: error.value }),
		...(error.hint !== undefined && { hint: error.hint }),
		...(error.traceback !== undefined && { traceback: error.traceback }),
	});
}

/**
 * The one phrase for every bad argument: `Expected a positive integer for threads but received -1 of type number`.
 *
 * @param what what was expected, with its article
 * @param name the argument's name, or the path of a value inside a document
 * @param received the value as it was received; a long one is shortened
 */
export function expected(what: string, name: string, received: unknown): string {
	return `Expected ${what} for ${name} but received ${shortened(received)} of type ${typeName(received)}`;
}

/** The error for a bad argument, in the phrase of {@link expected}. */
export function invalidArgument(
	what: string,
	name: string,
	received: unknown,
	details: Omit<PobatchErrorDetails, "value"> = {},
): PobatchError {
	return new PobatchError("INVALID_ARGUMENT", expected(what, name, received), {
		...details,
		value: received,
	});
}

/** Longest rendering of a received value, in UTF-16 units. */
const MAX_SHOWN = 60;
/** A list or an object shows at most this many members: it may hold millions. */
const MAX_MEMBERS = 4;

function typeName(value: unknown): string {
	if (value === null) return "null";
	if (typeof value !== "object") return typeof value;
	try {
		const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
		return typeof name === "string" && name !== "" ? name : "object";
	} catch {
		// A Proxy may throw when its prototype is requested.
		return "object";
	}
}

/** A short one-line rendering of any value; never throws. */
export function shortened(value: unknown): string {
	let text: string;
	try {
		text = render(value, 2);
	} catch {
		text = "a value that cannot be shown";
	}
	return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}

function render(value: unknown, depth: number): string {
	switch (typeof value) {
		case "string":
			return JSON.stringify(value.length > MAX_SHOWN ? value.slice(0, MAX_SHOWN) : value);
		case "number":
			return Object.is(value, -0) ? "-0" : String(value);
		case "bigint": {
			// String() of a huge bigint takes seconds.
			const limit = 1n << 256n;
			return value > limit || value < -limit ? "a huge integer" : `${value}n`;
		}
		case "function":
			return value.name === "" ? "a function" : `function ${value.name}`;
		case "object":
			break;
		default:
			return String(value);
	}
	if (value === null) return "null";
	if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
		const view = value as unknown as ArrayLike<number | bigint>;
		return list(
			Array.from({ length: Math.min(view.length, MAX_MEMBERS) }, (_, i) => String(view[i])),
			view.length,
		);
	}
	if (Array.isArray(value)) {
		if (depth === 0) return value.length === 0 ? "[]" : "[…]";
		return list(
			value.slice(0, MAX_MEMBERS).map((member) => render(member, depth - 1)),
			value.length,
		);
	}
	if (value instanceof Error) return value.message;
	const keys = Object.keys(value);
	if (keys.length === 0) return "{}";
	if (depth === 0) return "{…}";
	const shown = keys
		.slice(0, MAX_MEMBERS)
		.map((key) => `${key}: ${render((value as Record<string, unknown>)[key], depth - 1)}`);
	if (keys.length > MAX_MEMBERS) shown.push("…");
	return `{ ${shown.join(", ")} }`;
}

function list(shown: string[], length: number): string {
	if (length > shown.length) shown.push(`… ${length} in all`);
	return `[${shown.join(", ")}]`;
}
