import jsep from "jsep";
import { invalidArgument, PobatchError } from "../common/errors.js";

/** Goals by name. `dps` and `ehp` can also be used in expressions; they stand for the stats in {@link aliases}. */
export const presets: Readonly<Record<string, string>> = {
	dps: "dps",
	ehp: "ehp",
	// The geometric mean: neither term can be sacrificed for the other, and the best tree does not depend on the build
	// that a search starts from.
	balanced: "sqrt(dps * ehp)",
};

/** The meaning of a name: the first of these stats that is above 0 for the build itself. */
export const aliases: Readonly<Record<string, readonly string[]>> = {
	dps: ["FullDPS", "CombinedDPS", "TotalDPS"],
	ehp: ["TotalEHP"],
};

/** Evaluates one row; values are in the order of `Goal.stats`. */
type Term = (values: ArrayLike<number>, at: number) => number;
type Reader = (stat: string, raw: boolean) => Term;

/** A goal as written: which stats it reads, before anything is calculated. */
export class Goal {
	/** As passed in. */
	readonly text: string;
	readonly #tree: jsep.Expression;
	/** The distinct names in the expression that are not functions. */
	readonly #names: readonly string[];

	/** @throws PobatchError INVALID_ARGUMENT, saying what is wrong with the expression */
	constructor(text: string) {
		if (typeof text !== "string" || text.trim() === "")
			throw invalidArgument("a stat or an expression over stats", "goal", text);
		this.text = text.trim();
		try {
			this.#tree = jsep(presets[this.text] ?? this.text);
		} catch (cause) {
			throw refused(this.text, (cause as Error).message, cause);
		}
		const names = new Set<string>();
		compile(this.#tree, this.text, (stat) => {
			names.add(stat);
			return () => 1;
		});
		if (names.size === 0) throw refused(this.text, "it names no stat");
		this.#names = [...names];
	}

	/** The stats of the build itself that are needed to bind the goal to it. */
	candidates(known: ReadonlySet<string>): string[] {
		return this.#names.flatMap((name) => {
			const list = aliases[name];
			return list && !known.has(name) ? list.filter((stat) => known.has(stat)) : [name];
		});
	}

	/**
	 * Binds the goal to one build: each stat counts relative to the build's own value, `raw(Stat)` as an absolute number.
	 *
	 * @param own the build's values of the stats in {@link candidates}
	 * @throws PobatchError INVALID_ARGUMENT if one of the build's values is not above 0
	 */
	bind(own: Readonly<Record<string, number>>, known: ReadonlySet<string>): BoundGoal {
		const notes: string[] = [];
		let tree = this.#tree;
		const chosen = new Map<string, string | undefined>();
		for (const name of this.#names) {
			const list = known.has(name) ? undefined : aliases[name];
			if (list)
				chosen.set(
					name,
					list.find((stat) => (own[stat] as number) > 0),
				);
		}
		for (const [name, stat] of chosen) {
			const list = aliases[name] as readonly string[];
			if (stat !== undefined) {
				if (list.length > 1) notes.push(`${name} is ${stat}${why(list, stat, known)}`);
			} else if (this.text === "balanced" && name === "dps" && chosen.get("ehp") !== undefined) {
				tree = jsep("ehp");
				notes.push(`no damage of this build is above 0 (${list.join(", ")}): only TotalEHP counts`);
			} else {
				throw new PobatchError("INVALID_ARGUMENT", `The goal ${this.text} needs a ${name} above 0`, {
					value: this.text,
					hint: `Of ${list.join(", ")} this build has none above 0: name another stat as the goal.`,
				});
			}
		}
		const stats: string[] = [];
		const worth = compile(tree, this.text, (name, raw) => {
			const stat = chosen.get(name) ?? name;
			const value = own[stat] as number;
			if (!raw && !(value > 0 && Number.isFinite(value))) {
				throw new PobatchError(
					"INVALID_ARGUMENT",
					`The goal reads ${stat} relative to the build's own value, which is ${value}`,
					{ value: this.text, hint: `Take raw(${stat}) for the number itself, or another stat.` },
				);
			}
			if (!stats.includes(stat)) stats.push(stat);
			const place = stats.indexOf(stat);
			const scale = raw ? 1 : value;
			return (values, at) => (values[at + place] as number) / scale;
		});
		return { text: this.text, stats, notes, worth };
	}
}

/** What a row of these stats is worth: higher is better; NaN ranks lowest. */
export interface BoundGoal {
	readonly text: string;
	/** In the order in which `worth` reads them. */
	readonly stats: readonly string[];
	/** Remarks about how the goal was interpreted. */
	readonly notes: readonly string[];
	readonly worth: Term;
}

function why(list: readonly string[], stat: string, known: ReadonlySet<string>): string {
	const before = list.slice(0, list.indexOf(stat)).filter((other) => known.has(other));
	return before.length > 0 ? `, since ${before.join(" and ")} of this build is 0` : "";
}

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
	min: Math.min,
	max: Math.max,
	sqrt: Math.sqrt,
	log: Math.log,
	abs: Math.abs,
};

/** The parser only parses; this function defines everything that an expression can do. */
function compile(node: jsep.Expression, text: string, read: Reader): Term {
	switch (node.type) {
		case "Literal": {
			const { value } = node as jsep.Literal;
			if (typeof value !== "number") throw refused(text, `${String(value)} is no number`);
			return () => value;
		}
		case "Identifier":
			return read((node as jsep.Identifier).name, false);
		case "UnaryExpression": {
			const { operator, argument } = node as jsep.UnaryExpression;
			const inner = compile(argument, text, read);
			if (operator === "-") return (values, at) => -inner(values, at);
			if (operator === "+") return inner;
			throw refused(text, `it cannot have the operator ${operator}`);
		}
		case "BinaryExpression":
			return binary(node as jsep.BinaryExpression, text, read);
		case "CallExpression":
			return call(node as jsep.CallExpression, text, read);
		default:
			throw refused(text, "it can have numbers, stats, + - * / **, min, max, sqrt, log, abs and raw");
	}
}

function binary(node: jsep.BinaryExpression, text: string, read: Reader): Term {
	const left = compile(node.left, text, read);
	const right = compile(node.right, text, read);
	switch (node.operator) {
		case "+":
			return (values, at) => left(values, at) + right(values, at);
		case "-":
			return (values, at) => left(values, at) - right(values, at);
		case "*":
			return (values, at) => left(values, at) * right(values, at);
		case "/":
			return (values, at) => left(values, at) / right(values, at);
		case "**":
			return (values, at) => left(values, at) ** right(values, at);
		default:
			throw refused(text, `it cannot have the operator ${node.operator}`);
	}
}

function call(node: jsep.CallExpression, text: string, read: Reader): Term {
	const name = (node.callee as jsep.Identifier).name;
	const { arguments: given } = node;
	if (name === "raw") {
		const [stat] = given;
		if (given.length !== 1 || stat?.type !== "Identifier")
			throw refused(text, "raw takes one stat, as raw(Life)");
		return read((stat as jsep.Identifier).name, true);
	}
	const body = Object.hasOwn(functions, name) ? functions[name] : undefined;
	if (!body) throw refused(text, `it knows no function ${name}, only min, max, sqrt, log, abs and raw`);
	const parts = given.map((part) => compile(part, text, read));
	const [first, second] = parts;
	if (!first) throw refused(text, `${name} needs a value`);
	if (parts.length === 1) return (values, at) => body(first(values, at));
	if (name !== "min" && name !== "max") throw refused(text, `${name} takes one value`);
	if (parts.length === 2 && second) return (values, at) => body(first(values, at), second(values, at));
	return (values, at) => body(...parts.map((part) => part(values, at)));
}

function refused(text: string, reason: string, cause?: unknown): PobatchError {
	return new PobatchError("INVALID_ARGUMENT", `The goal ${JSON.stringify(text)} cannot be read: ${reason}`, {
		value: text,
		hint: "For instance dps, ehp, balanced, Life, or 0.6*FullDPS + 0.4*TotalEHP.",
		...(cause !== undefined && { cause }),
	});
}
