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
	/** Last part of the function's name; without it, the rule is for every function of the file. */
	name?: RegExp;
	/** All functions that it calls belong to this phase, too. */
	whole?: true;
	/** The phase's name is prefixed to the phases of functions that it calls: `FullDPS init`. */
	prefix?: true;
}

/** The phase of work on a row for which no rule matches. */
const rowPhase = "calculate";

/**
 * The engine's phases by the functions on the stack. Going from the outermost function inwards, each function that
 * matches a rule sets the phase, and its first matching rule counts.
 */
const rules: readonly Rule[] = [
	// The contract's loop: its chunk and `open` run once per state, `load` once per build.
	{ phase: "boot", file: /^pobatch\/lua\/batch_loop\.lua$/, name: /^(main chunk|open)$/, whole: true },
	{ phase: "load", file: /^pobatch\/lua\/batch_loop\.lua$/, name: /^load$/, whole: true },
	{ phase: "command", file: /^pobatch\/lua\/batch_loop\.lua$/, name: /^command$/, whole: true },
	{ phase: "crossing", file: /^pobatch\/lua\/batch_loop\.lua$/ },
	// Rows that are answered without being calculated.
	{ phase: "cache", file: /^pobatch\/lua\/pob\/memo\/(results|memo|read_set)\.lua$/ },
	// Restoring what the row shares with earlier rows.
	{ phase: "environment", file: /^pobatch\/lua\/pob\/environment\/pool\.lua$/ },
	// Putting the row's node set into the build, and undoing it.
	{
		phase: "allocation",
		file: /^pobatch\/lua\/pob\/(tree\/\w+|row\/adaptation)\.lua$/,
	},
	{ phase: "answer", file: /^pobatch\/lua\/pob\/row\/stats\.lua$/ },
	// Path of Building's calculation.
	{ phase: "FullDPS", file: /^Modules\/Calcs\.lua$/, name: /^calcFullDPS$/, prefix: true },
	{ phase: "FullDPS", file: /^pobatch\/lua\/pob\/replacements\/full_dps\.lua$/, prefix: true },
	{ phase: "init", file: /^Modules\/CalcSetup\.lua$/, name: /^initEnv$/ },
	// Used by both phases: skills with their supports, and modifiers of allocated nodes.
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
