/** A function on a stack. `file` as in {@link ProfiledFunction}. */
export interface Frame {
	readonly name: string;
	readonly file: string;
	/** Line of its definition; 0 for a main chunk, and for a function of C. */
	readonly line: number;
}

interface Rule {
	phase: string;
	file: RegExp;
	/** Last part of the function's name; any function of the file if not given. */
	name?: RegExp;
	/** What it calls is of this phase, too. */
	whole?: true;
	/** Named before the phase of what it calls: `FullDPS init`. */
	prefix?: true;
}

/** What a sample is of whose stack no rule knows, but which is at work on a row. */
const rowPhase = "calculate";

/**
 * The engine's phases by the functions on the stack. From the outermost function inwards each rule that holds replaces
 * the phase of the ones before; the first rule that holds for a function counts.
 */
const rules: readonly Rule[] = [
	// The contract's loop: its chunk and `open` run once a state, `load` once a build.
	{ phase: "boot", file: /^pobatch\/lua\/batch_loop\.lua$/, name: /^(main chunk|open)$/, whole: true },
	{ phase: "load", file: /^pobatch\/lua\/batch_loop\.lua$/, name: /^load$/, whole: true },
	{ phase: "command", file: /^pobatch\/lua\/batch_loop\.lua$/, name: /^command$/, whole: true },
	{ phase: "crossing", file: /^pobatch\/lua\/batch_loop\.lua$/ },
	// Rows that are answered without calculating.
	{ phase: "cache", file: /^pobatch\/lua\/pob\/memo\/(results|memo|read_set)\.lua$/ },
	// What earlier rows have in common with the row, put back.
	{ phase: "environment", file: /^pobatch\/lua\/pob\/environment\/pool\.lua$/ },
	// The row's node set put into the build, and back.
	{
		phase: "allocation",
		file: /^pobatch\/lua\/pob\/(tree\/\w+|row\/adaptation)\.lua$/,
	},
	{ phase: "answer", file: /^pobatch\/lua\/pob\/row\/stats\.lua$/ },
	// The calculation of Path of Building.
	{ phase: "FullDPS", file: /^Modules\/Calcs\.lua$/, name: /^calcFullDPS$/, prefix: true },
	{ phase: "FullDPS", file: /^pobatch\/lua\/pob\/replacements\/full_dps\.lua$/, prefix: true },
	{ phase: "init", file: /^Modules\/CalcSetup\.lua$/, name: /^initEnv$/ },
	// Of both: skills with their supports; modifiers of allocated nodes.
	{ phase: "skills", file: /^Modules\/CalcActiveSkill\.lua$/ },
	{
		phase: "nodes",
		file: /^(Modules\/CalcSetup\.lua|pobatch\/lua\/pob\/replacements\/node_modifiers\.lua)$/,
		name: /^(buildModListForNode(List)?|listNodes)$/,
	},
	{ phase: "perform", file: /^Modules\/CalcPerform\.lua$/, name: /^perform$/ },
	{ phase: "offence", file: /^Modules\/CalcOffence\.lua$/, name: /^offence$/ },
	{ phase: "defence", file: /^Modules\/CalcDefence\.lua$/, name: /^(defence|doActor\w*)$/ },
	{ phase: "estimations", file: /^Modules\/CalcDefence\.lua$/, name: /^buildDefenceEstimations$/ },
	{ phase: "triggers", file: /^Modules\/CalcTriggers\.lua$/, name: /^triggers$/ },
];

/** The phase of a stack, outermost function first. */
export function phaseOf(stack: readonly Frame[]): string {
	let phase = rowPhase;
	let prefix = "";
	for (const { name, file } of stack) {
		const rule = rules.find((one) => one.file.test(file) && (one.name?.test(lastPart(name)) ?? true));
		if (rule) {
			phase = rule.phase;
			if (rule.whole) return phase;
			if (rule.prefix) prefix = rule.phase;
		} else if (phase === "crossing" && file !== "[C]") phase = rowPhase;
	}
	return prefix === "" || prefix === phase ? phase : `${prefix} ${phase}`;
}

/** `initEnv` of `calcs.initEnv`. */
function lastPart(name: string): string {
	return name.slice(Math.max(name.lastIndexOf("."), name.lastIndexOf(":")) + 1);
}
