import { describe, expect, it } from "vitest";
import { expected, invalidArgument, PobatchError, shortened } from "../../src/common/errors.js";

describe("PobatchError", () => {
	it("carries code, value, hint and cause", () => {
		const cause = new Error("underneath");
		const error = new PobatchError("TREE_INVALID", "no tree", { cause, value: 7, hint: "give a tree" });
		expect(error).toBeInstanceOf(Error);
		expect(error.name).toBe("PobatchError");
		expect(error.code).toBe("TREE_INVALID");
		expect(error.message).toBe("no tree");
		expect(error.value).toBe(7);
		expect(error.hint).toBe("give a tree");
		expect(error.cause).toBe(cause);
	});

	it("has no value, hint or cause if none is known", () => {
		const error = new PobatchError("CRASH", "gone");
		expect("value" in error).toBe(false);
		expect("hint" in error).toBe(false);
		expect("cause" in error).toBe(false);
	});
});

describe("hazard: a message of several lines", () => {
	it("is one line", () => {
		const error = new PobatchError("CALCULATOR_ERROR", "first\n\tsecond\r\nthird\u2028fourth ");
		expect(error.message).toBe("first second third fourth ");
		expect(error.stack?.split("\n")[0]).toBe("PobatchError: first second third fourth ");
		expect("traceback" in error).toBe(false);
	});

	it("gives Lua's traceback away to its field, unless that has one", () => {
		const text = "a.lua:1: boom\nstack traceback:\n\ta.lua:1: in main chunk";
		expect(new PobatchError("CALCULATOR_ERROR", text)).toMatchObject({
			message: "a.lua:1: boom",
			traceback: "stack traceback:\n\ta.lua:1: in main chunk",
		});
		expect(new PobatchError("CALCULATOR_ERROR", text, { traceback: "own" })).toMatchObject({
			message: "a.lua:1: boom",
			traceback: "own",
		});
	});
});

describe("expected: one phrase for every bad argument", () => {
	it("says what was expected, for what, and what came", () => {
		expect(expected("a positive integer", "threads", -1)).toBe(
			"Expected a positive integer for threads but received -1 of type number",
		);
		expect(expected("a string", "calculator", undefined)).toBe(
			"Expected a string for calculator but received undefined of type undefined",
		);
		expect(expected("an object", "options", null)).toBe(
			"Expected an object for options but received null of type null",
		);
		expect(expected("a number", "x", "12")).toBe('Expected a number for x but received "12" of type string');
	});

	it("names classes and functions", () => {
		expect(expected("a string", "x", new Map([[1, 2]]))).toBe(
			"Expected a string for x but received {} of type Map",
		);
		expect(expected("a string", "x", function load() {})).toBe(
			"Expected a string for x but received function load of type function",
		);
		expect(expected("a string", "x", Object.create(null))).toBe(
			"Expected a string for x but received {} of type object",
		);
	});

	it("becomes an error that keeps the value", () => {
		const value = { a: 1 };
		const error = invalidArgument("a string", "text", value, { hint: "pass text" });
		expect(error.code).toBe("INVALID_ARGUMENT");
		expect(error.message).toBe("Expected a string for text but received { a: 1 } of type Object");
		expect(error.value).toBe(value);
		expect(error.hint).toBe("pass text");
	});
});

describe("hazard: values too long or too strange to print", () => {
	it("shortens long texts, lists and objects", () => {
		expect(shortened("x".repeat(1_000_000))).toHaveLength(60);
		expect(shortened([1, 2, 3, 4, 5, 6])).toBe("[1, 2, 3, 4, … 6 in all]");
		expect(shortened(new Uint32Array(1_000_000))).toBe("[0, 0, 0, 0, … 1000000 in all]");
		expect(shortened({ a: 1, b: 2, c: 3, d: 4, e: 5 })).toBe("{ a: 1, b: 2, c: 3, d: 4, … }");
	});

	it("survives cycles, huge integers, symbols and objects that throw", () => {
		const cycle: unknown[] = [];
		cycle.push(cycle);
		expect(shortened(cycle)).toBe("[[[…]]]");
		expect(shortened(10n ** 1000n)).toBe("a huge integer");
		expect(shortened(12n)).toBe("12n");
		expect(shortened(-0)).toBe("-0");
		expect(shortened(Symbol("s"))).toBe("Symbol(s)");
		const throwing = new Proxy(
			{},
			{
				ownKeys() {
					throw new Error("no");
				},
				getPrototypeOf() {
					throw new Error("no");
				},
			},
		);
		expect(expected("a string", "x", throwing)).toBe(
			"Expected a string for x but received a value that cannot be shown of type object",
		);
	});
});
