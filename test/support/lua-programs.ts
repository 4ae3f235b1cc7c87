/** Random programs with nested constructs of LuaJIT's whole grammar. They terminate, mostly without an error. */

type Kind = "number" | "text" | "table" | "function" | "maybe" | "maybeTable";

interface Scope {
	names: { name: string; kind: Kind; isConst: boolean }[];
	/** Whether `continue` and `break` are allowed here. */
	inLoop: boolean;
	/** Calls of functions are left out where their number would explode. */
	depth: number;
}

const pick = <Item>(roll: (n: number) => number, items: readonly Item[]) => items[roll(items.length)] as Item;

// The result of bit operators on fractions and on numbers above 2^51 is unspecified, and may differ between LuaJIT's
// compiler and its interpreter. So numbers are integers here, and small where bit operators are used.
const bits = (number: string) => `((${number}) % 0x1_0000)`;

const FIELDS = ["a", "b", "c", "continue", "const"] as const;

class Writer {
	#roll: (n: number) => number;
	#count = 0;
	/** Names of the fields of `output` through which the calculation's functions exchange numbers. */
	readonly #outputs: readonly string[];

	constructor(roll: (n: number) => number, outputs: readonly string[]) {
		this.#roll = roll;
		this.#outputs = outputs;
	}

	#one(...choices: (() => string)[]): string {
		return pick(this.#roll, choices)();
	}

	#name(): string {
		this.#count++;
		return this.#roll(12) === 0 ? pick(this.#roll, ["continue", "const"]) : `v${this.#count}`;
	}

	#known(scope: Scope, kind: Kind, assignable = false): string | undefined {
		const found = new Map<string, Scope["names"][number]>();
		for (const entry of scope.names) found.set(entry.name, entry);
		const fitting = [...found.values()].filter(
			(entry) => entry.kind === kind && !(assignable && entry.isConst),
		);
		return fitting.length === 0 ? undefined : pick(this.#roll, fitting).name;
	}

	/** Constants may not be declared again. */
	#free(scope: Scope): string {
		let name = this.#name();
		while (scope.names.some((entry) => entry.name === name && entry.isConst)) name = `v${++this.#count}`;
		return name;
	}

	#inner(scope: Scope, changes: Partial<Scope> = {}): Scope {
		return { ...scope, names: [...scope.names], ...changes };
	}

	number(scope: Scope, depth: number): string {
		const roll = this.#roll;
		const known = this.#known(scope, "number");
		if (depth <= 0) return known !== undefined && roll(3) > 0 ? known : this.#literal();
		const n = () => this.number(scope, depth - 1);
		const table = () => this.#tableBase(scope);
		return this.#one(
			() => known ?? this.#literal(),
			() => this.#literal(),
			() => `(${n()} ${pick(roll, ["+", "-", "*", "%"])} ${n()})`,
			() => `${n()} ${pick(roll, ["+", "-", "*"])} ${n()}`,
			() => `(${bits(n())} & 0xFF ${pick(roll, ["|", "~", "&", "<<", ">>", "~>>"])} ${bits(n())})`,
			() => `- ${n()}`,
			() => `~${bits(n())}`,
			() => `(${this.test(scope, depth - 1)} ? ${this.#middle(scope, depth - 1)} : ${n()})`,
			() =>
				`(${this.test(scope, depth - 1)} ${pick(roll, ["and", "&&"])} ${n()} ${pick(roll, ["or", "||"])} ${n()})`,
			() => `((${this.maybe(scope, depth - 1)} ?? ${n()}) || ${n()})`,
			() => `(${this.maybeTable(scope)}?.${pick(roll, FIELDS)} ?? ${n()})`,
			() => `(${this.maybeTable(scope)}?.[${this.key(scope, depth - 1)}] ?? ${n()})`,
			() => `(${table()}.${pick(roll, FIELDS)} ?? ${n()})`,
			() => `#(${this.text(scope, depth - 1)})`,
			() => `(|x| -> x ${pick(roll, ["+", "-"])} ${n()})(${n()})`,
			() => `(${this.maybeTable(scope)}?.:m?.(${n()}) ?? ${n()})`,
			() => `(${table()}:m?.(${n()}) ?? ${n()})`,
			() => this.#call(scope, depth),
			() => this.#output(scope, depth),
		);
	}

	/** An expression between `?` and `:`, where a method call or another conditional needs parentheses. */
	#middle(scope: Scope, depth: number): string {
		const text = this.number(scope, depth);
		return /:|\?[^.?]/.test(text) ? `(${text})` : text;
	}

	#call(scope: Scope, depth: number): string {
		const name = scope.depth > 0 ? undefined : this.#known(scope, "function");
		if (name === undefined) return this.number(scope, depth - 1);
		return `(${name}${this.#roll(4) === 0 ? "?." : ""}(${this.number(scope, depth - 1)}, ${this.number(scope, 0)}) ?? 0)`;
	}

	/** Reads a number that a slice may leave out. */
	#output(scope: Scope, depth: number): string {
		if (this.#outputs.length === 0) return this.number(scope, depth - 1);
		const name = pick(this.#roll, this.#outputs);
		const half = `("${name.slice(0, 2)}" .. "${name.slice(2)}")`;
		return this.#one(
			() => `(output.${name} ?? ${this.number(scope, 0)})`,
			() => `(output?.${name} ?? 3)`,
			() => `(output[${half}] ?? 4)`,
			() => `(output?.[names[${1 + this.#roll(this.#outputs.length)}]] ?? 5)`,
			() => `(output[names[${1 + this.#roll(this.#outputs.length)}]] ?? 6)`,
			() => `(env.player?.output.${name} ?? 7)`,
			() => `(${this.test(scope, 0)} ? output : other).${name} ?? 8`.replace(/^(.*)$/, "($1)"),
		);
	}

	#literal(): string {
		const roll = this.#roll;
		return pick(roll, ["0", "1", `${roll(9)}`, "1_0", "0x1_F", "1_000", "1e1"]);
	}

	text(scope: Scope, depth: number): string {
		const known = this.#known(scope, "text");
		if (depth <= 0) return known ?? pick(this.#roll, ['"x"', "'yz'", "[[w]]"]);
		const t = () => this.text(scope, depth - 1);
		return this.#one(
			() => known ?? '"q"',
			() => `${t()} .. ${t()}`,
			() => `${t()} .. (${bits(this.number(scope, depth - 1))} & 7)`,
			() => `(${this.test(scope, depth - 1)} ? (${t()}) : ${t()})`,
			() => `((${this.maybe(scope, depth - 1)} ?? ${t()}) || ${t()}) .. ""`,
			() => `(${t()}):rep(2):sub(1, 9)`,
		);
	}

	test(scope: Scope, depth: number): string {
		const roll = this.#roll;
		if (depth <= 0) return pick(roll, ["true", "false", this.maybe(scope, 0), "1", "nil"]);
		const b = () => this.test(scope, depth - 1);
		return this.#one(
			() =>
				`${this.number(scope, depth - 1)} ${pick(roll, ["<", "<=", ">", ">=", "==", "~=", "!="])} ${this.number(scope, depth - 1)}`,
			() => `${this.text(scope, depth - 1)} ${pick(roll, ["==", "!=", "~="])} ${this.text(scope, depth - 1)}`,
			() => `(${b()} ${pick(roll, ["and", "&&", "or", "||", "??"])} ${b()})`,
			() => `${pick(roll, ["!", "not "])}(${b()})`,
			() => `(${b()} ? ${pick(roll, ["true", "false", "nil"])} : ${b()})`,
			() => `${this.maybe(scope, depth - 1)} ${pick(roll, ["!=", "=="])} nil`,
		);
	}

	/** An expression that may be a number, nil or false. */
	maybe(scope: Scope, depth: number): string {
		const known = this.#known(scope, "maybe");
		if (depth <= 0) return known ?? pick(this.#roll, ["nil", "false", "nothing"]);
		return this.#one(
			() => known ?? "nothing",
			() => `${this.maybeTable(scope)}?.${pick(this.#roll, FIELDS)}`,
			() => `${this.#tableBase(scope)}.none?.x${this.#roll(40) === 0 ? "" : "?"}.y`,
			() => `nothing?.${pick(this.#roll, FIELDS)}[${this.number(scope, 0)}]?.x`,
			() => `nothing?.x(${this.number(scope, 0)}):y(${this.number(scope, 0)})`,
			() => `(${this.test(scope, depth - 1)} && ${this.number(scope, depth - 1)})`,
			() => `nothing?.(${this.number(scope, depth - 1)})`,
		);
	}

	maybeTable(scope: Scope): string {
		return this.#known(scope, "maybeTable") ?? (this.#roll(2) === 0 ? "nothing" : this.#tableBase(scope));
	}

	#tableBase(scope: Scope): string {
		return this.#known(scope, "table") ?? "base";
	}

	table(scope: Scope, depth: number): string {
		const n = () => this.number(scope, depth - 1);
		return this.#one(
			() => `{ ${n()}, a = ${n()}, [${this.key(scope, 0)}] = ${n()} }`,
			() =>
				`{ b = ${n()}; continue = ${n()}, m = |self, x| -> ${this.number(this.#functionScope(scope, ["x"]), depth - 1)} }`,
			() =>
				`{ const = ${n()}, f = x -> do return ${this.number(this.#functionScope(scope, ["x"]), depth - 1)} end, }`,
		);
	}

	key(scope: Scope, depth: number): string {
		return this.#one(
			() => `"${pick(this.#roll, FIELDS)}"`,
			() => `${bits(this.number(scope, depth))} & 3`,
			() => `(${this.test(scope, 0)} ? "a" : "b")`,
		);
	}

	#functionScope(scope: Scope, parameters: readonly string[]): Scope {
		return this.#inner(scope, {
			names: [
				...scope.names,
				...parameters.map((name) => ({ name, kind: "number" as const, isConst: false })),
			],
			inLoop: false,
			depth: scope.depth + 1,
		});
	}

	#declare(scope: Scope, name: string, kind: Kind, isConst = false): void {
		scope.names.push({ name, kind, isConst });
	}

	#body(scope: Scope, depth: number, size = 1 + this.#roll(3)): string {
		const inside = this.#inner(scope);
		const lines: string[] = [];
		for (let i = 0; i < size; i++) lines.push(this.statement(inside, depth));
		if (scope.inLoop && this.#roll(5) === 0)
			lines.push(
				`if ${this.test(inside, 1)} then ${pick(this.#roll, ["continue", "continue", "break"])} end`,
			);
		return lines.join("\n");
	}

	statement(scope: Scope, depth: number): string {
		const roll = this.#roll;
		const simple = [
			() => this.#local(scope),
			() => this.#local(scope),
			() => this.#compound(scope),
			() => this.#compound(scope),
			() => this.#assignment(scope),
			() => this.#navigation(scope),
			() => this.#report(scope),
		];
		const nested = [
			() => this.#if(scope, depth - 1),
			() => this.#for(scope, depth - 1),
			() => this.#while(scope, depth - 1),
			() => this.#repeat(scope, depth - 1),
			() => this.#function(scope, depth - 1),
			() => `do\n${this.#body(scope, depth - 1)}\nend`,
		];
		return pick(roll, depth > 0 ? [...simple, ...nested] : simple)();
	}

	#report(scope: Scope): string {
		if (this.#outputs.length > 0) {
			const name = pick(this.#roll, this.#outputs);
			const value = this.number(scope, 2);
			return this.#one(
				() => `output.${name} = ${value}`,
				() => `output.${name} += ${value}`,
				() => `output?.${name} -= ${value}`,
				() => `output[names[${1 + this.#roll(this.#outputs.length)}]] += ${value}`,
				() => `output?.["${name.slice(0, 2)}" .. "${name.slice(2)}"] = ${value}`,
				() => `env?.player.output.${name} = ${value}`,
				() => `env.player.output["${name}"] *= ${value}`,
			);
		}
		return this.#one(
			() => `log(${this.number(scope, 2)}, ${this.maybe(scope, 1)})`,
			() => `log(${this.text(scope, 2)}, ${this.#tableBase(scope)})`,
			() => `log?.(${this.test(scope, 2)})`,
		);
	}

	#local(scope: Scope): string {
		const name = this.#free(scope);
		const isConst = this.#roll(4) === 0;
		const word = isConst ? "const" : "local";
		const [kind, value] = pick<() => [Kind, string]>(this.#roll, [
			() => ["number", this.number(scope, 3)],
			() => ["number", this.number(scope, 3)],
			() => ["text", this.text(scope, 2)],
			() => ["table", this.table(scope, 2)],
			() => ["maybe", this.maybe(scope, 2)],
			() => ["maybeTable", `${this.test(scope, 1)} ? ${this.#known(scope, "table") ?? "base"} : nil`],
		])();
		const text = `${word} ${name} = ${value}`;
		this.#declare(scope, name, kind, isConst);
		return text;
	}

	#compound(scope: Scope): string {
		const number = this.#known(scope, "number", true);
		const text = this.#known(scope, "text", true);
		const value = this.number(scope, 2);
		const op = pick(this.#roll, ["+", "-", "*", "%", "&", "|", "~", "<<", ">>", "~>>"]);
		const small = op === "%" ? `(${bits(value)} & 7 | 1)` : "+-*".includes(op) ? value : bits(value);
		const target = number ?? "count";
		return this.#one(
			() => `${target} %= 0x1_0000 ${target} ${op}= ${small}`,
			() => `${text ?? "word"} ..= ${this.number(scope, 0)}`,
			() => `base.n = base.n % 256 base.n ${op}= ${small}`,
			() => `do const t = ${this.#tableBase(scope)} t.n = ${bits("(t.n ?? 1)")} t?.n ${op}= ${small} end`,
			() => `base[${bits(this.number(scope, 1))} & 3] += ${value}`,
			() => `base?.list?.[1 + (${bits(this.number(scope, 1))} & 1)] -= ${value}`,
			() => `nothing?.n *= ${value}`,
			() =>
				`const t${++this.#count} = ${this.maybeTable(scope)} t${this.#count}?.n = 2 t${this.#count}?.["n"] *= ${value}`,
		);
	}

	#assignment(scope: Scope): string {
		const number = this.#known(scope, "number", true) ?? "count";
		return this.#one(
			() => `${number} = ${this.number(scope, 3)}`,
			() => `${number}, base.a = ${this.number(scope, 2)}, ${this.number(scope, 2)}`,
			() => `${this.#tableBase(scope)}.${pick(this.#roll, FIELDS)} = ${this.number(scope, 2)}`,
			() => `${this.#tableBase(scope)}[${this.key(scope, 1)}] = ${this.number(scope, 2)}`,
			() =>
				`${this.#known(scope, "maybe", true) ?? "count"} = ${this.#known(scope, "maybe", true) ? this.maybe(scope, 2) : this.number(scope, 2)}`,
		);
	}

	#navigation(scope: Scope): string {
		const n = () => this.number(scope, 2);
		return this.#one(
			() => `${this.maybeTable(scope)}?.${pick(this.#roll, FIELDS)} = ${n()}`,
			() => `${this.maybeTable(scope)}?.[${this.key(scope, 1)}] = ${n()}`,
			() => `nothing?.x[${n()}].y = ${n()}`,
			() => `nothing?.(${n()})`,
			() => `${this.maybeTable(scope)}?.:m?.(${n()})`,
			() => `base.f?.(${n()})`,
		);
	}

	#if(scope: Scope, depth: number): string {
		const parts = [`if ${this.test(scope, 2)} then\n${this.#body(scope, depth)}`];
		if (this.#roll(3) === 0) parts.push(`elseif ${this.test(scope, 2)} then\n${this.#body(scope, depth)}`);
		if (this.#roll(2) === 0) parts.push(`else\n${this.#body(scope, depth)}`);
		return `${parts.join("\n")}\nend`;
	}

	#loopScope(scope: Scope, names: readonly string[] = []): Scope {
		const inside = this.#inner(scope, { inLoop: true });
		for (const name of names) this.#declare(inside, name, "number");
		return inside;
	}

	#for(scope: Scope, depth: number): string {
		const name = this.#free(scope);
		return this.#one(
			() => {
				const body = this.#body(this.#loopScope(scope, [name]), depth);
				return `for ${name} = ${pick(this.#roll, ["1, 3", "3, 1, -1", "1, 1_0, 4"])} do\n${body}\nend`;
			},
			() => {
				const inside = this.#loopScope(scope, [name]);
				const label = `l${++this.#count}`;
				const jump = `if ${this.test(inside, 1)} then goto ${label} end`;
				return `for ${name} = 1, 3 do\n${jump}\n${this.#body(inside, depth)}\n::${label}::\nend`;
			},
			() => {
				const value = this.#free(scope);
				const inside = this.#loopScope(scope, [name, value]);
				return `for ${name}, ${value === name ? `${value}x` : value} in ipairs({ ${this.number(scope, 1)}, ${this.number(scope, 1)} }) do\n${this.#body(inside, depth)}\nend`;
			},
		);
	}

	#while(scope: Scope, depth: number): string {
		const counter = `w${++this.#count}`;
		const body = this.#body(this.#loopScope(scope), depth);
		return `local ${counter} = 0\nwhile ${counter} < 3 && ${this.test(scope, 1)} != 7 do\n${counter} += 1\n${body}\nend`;
	}

	#repeat(scope: Scope, depth: number): string {
		const counter = `r${++this.#count}`;
		const body = this.#body(this.#loopScope(scope), depth);
		return `local ${counter} = 0\nrepeat\n${counter} += 1\ndo\n${body}\nend\nuntil ${counter} >= 3 || ${this.test(scope, 1)}`;
	}

	#function(scope: Scope, depth: number): string {
		const name = `v${++this.#count}`;
		const parameters = [`p${++this.#count}`, `p${++this.#count}`];
		const inside = this.#functionScope(scope, parameters);
		const body = () => `${this.#body(inside, depth)}\nreturn ${this.number(inside, 2)}`;
		const list = parameters.join(", ");
		const [text, isConst] = pick<() => [string, boolean]>(this.#roll, [
			() => [`local function ${name}(${list})\n${body()}\nend`, false],
			() => [`const function ${name}(${list})\n${body()}\nend`, true],
			() => [`local ${name} = |${list}| -> ${this.number(inside, 3)}`, false],
			() => [`const ${name} = |${list}, ...| -> do\n${body()}\nend`, true],
			() => [`local ${name} = ${parameters[0]} -> do\nlocal ${parameters[1]} = 1\n${body()}\nend`, false],
		])();
		this.#declare(scope, name, "function", isConst);
		return text;
	}
}

/** A program that logs what it does and returns two values. */
export function randomProgram(roll: (n: number) => number): string {
	const writer = new Writer(roll, []);
	const scope: Scope = { names: [], inLoop: false, depth: 0 };
	const lines = [
		"local nothing",
		"local count, word = 1, 'w'",
		"local base = { n = 1, list = { 1, 2 }, 3, 4, [0] = 5, [3] = 6 }",
	];
	for (let i = 0; i < 10; i++) lines.push(writer.statement(scope, 3));
	lines.push("log(count, word, base)", `return ${writer.number(scope, 3)}, ${writer.text(scope, 2)}`);
	return lines.join("\n");
}

/**
 * A calculation like Path of Building's: `calcs.perform(env)` writes numbers with these names into `env.player.output`.
 */
export function randomCalculation(roll: (n: number) => number, outputs: readonly string[]): string {
	const writer = new Writer(roll, outputs);
	const scope: Scope = { names: [], inLoop: false, depth: 0 };
	const lines = [
		"local calcs = ...",
		"function calcs.perform(env)",
		"local nothing",
		"local output = env.player.output",
		"local count, word = 1, 'w'",
	];
	lines.push("local base, other = { n = 1, list = { 1, 2 }, 3, 4, [0] = 5, [3] = 6 }, {}");
	lines.push(`local names = { ${outputs.map((name) => `"${name}"`).join(", ")} }`);
	for (const [i, name] of outputs.entries()) lines.push(`output.${name} = ${i}`);
	for (let i = 0; i < 14; i++) lines.push(writer.statement(scope, 3));
	lines.push("end");
	return lines.join("\n");
}
