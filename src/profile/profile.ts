import type { NativeProfile } from "../native/addon.js";
import type { Frame } from "./profile-phases.js";
import { phaseOf } from "./profile-phases.js";
import { type SpeedscopeFile, speedscopeFile } from "./speedscope.js";

/** The cost of one Lua function. */
export interface ProfiledFunction {
	/** As in its source, e.g. `calcs.initEnv`; otherwise as it was called. */
	readonly name: string;
	/** Its chunk: a path, `pobatch/lua/...` for the package's own files, `[C]` for functions of LuaJIT and the host. */
	readonly file: string;
	/** Line of the definition; 0 for a file's main chunk and for functions without source. */
	readonly line: number;
	/** Samples in which it was the innermost function. */
	readonly self: number;
	/** Samples in which it was on the stack. */
	readonly total: number;
}

/** The cost of one phase of the engine, in samples. */
export interface ProfiledPhase {
	/**
	 * `boot`, `load` or `command`. For rows: `crossing` (native code, and the loop between it and the calculator), with
	 * Path of Building also `init`, `perform` and the others in src/profile/profile-phases.ts, otherwise `calculate`.
	 * Work of LuaJIT itself is `GC` and `JIT compiler`, whatever it interrupted.
	 */
	readonly name: string;
	readonly samples: number;
	/** Samples in compiled code. */
	readonly compiled: number;
	/** Samples in the interpreter. */
	readonly interpreted: number;
	/** Samples in C functions, and in native code outside Lua. */
	readonly c: number;
}

/** One sample: the stack at one moment. */
interface Sample {
	stack: number;
	ticks: number;
}

/** LuaJIT's own work is shown as functions, called by what it interrupted. */
const machinery: Readonly<Record<string, string>> = { G: "GC", J: "JIT compiler" };
const native = "native";

/**
 * Where a state's time went, as LuaJIT's sampling profiler saw it at even intervals. See {@link Engine.profile}.
 *
 * Samples count wall time on the state's own thread. A sample has a weight above 1 if the state could not be sampled
 * for several intervals, for example during a long collection.
 */
export class Profile {
	/** Samples in which the state had work: 100 % of all shares. */
	readonly samples: number;
	/** Samples in which it had none: the state waited for JavaScript or for other states. */
	readonly idle: number;
	readonly intervalMs: number;
	/** Profiled wall time, in milliseconds. */
	readonly elapsedMs: number;
	/** All sampled functions, the highest `self` first. */
	readonly functions: readonly ProfiledFunction[];
	/** The phase with most samples first. */
	readonly phases: readonly ProfiledPhase[];
	readonly #frames: readonly Frame[];
	/** Outermost function first. */
	readonly #stacks: number[][];
	/** In chronological order. */
	readonly #sequence: Sample[];

	/** @internal */
	constructor(raw: NativeProfile, frames: readonly Frame[], intervalMs: number, elapsedMs: number) {
		const known = raw.stacks.map((stack) => withoutHost(stack, frames).reverse());
		const counts = new Map<string, Map<string, number>>();
		const count = (phase: string, kind: string, ticks: number) => {
			const kinds = counts.get(phase) ?? new Map<string, number>();
			counts.set(phase, kinds.set(kind, (kinds.get(kind) ?? 0) + ticks));
		};
		const all = new Pseudo(frames, known);
		const phases = known.map((stack) => phaseOf(stack.map((id) => frames[id] as Frame)));
		this.#sequence = raw.samples.map((stack, i) => {
			const ticks = raw.weights[i] as number;
			const state = raw.states[i] as string;
			const own = machinery[state];
			count(own ?? (phases[stack] as string), state, ticks);
			return { stack: own === undefined ? stack : all.called(stack, own), ticks };
		});
		if (raw.native > 0) {
			count("crossing", "C", raw.native);
			this.#sequence.push({ stack: all.alone(native), ticks: raw.native });
		}
		this.#frames = all.frames;
		this.#stacks = all.stacks;
		this.samples = this.#sequence.reduce((sum, { ticks }) => sum + ticks, 0);
		this.idle = raw.idle;
		this.intervalMs = intervalMs;
		this.elapsedMs = elapsedMs;
		this.functions = this.#countFunctions();
		this.phases = Array.from(counts, ([name, kinds]) => ({
			name,
			samples: [...kinds.values()].reduce((a, b) => a + b, 0),
			compiled: kinds.get("N") ?? 0,
			interpreted: kinds.get("I") ?? 0,
			c: kinds.get("C") ?? 0,
		})).sort((a, b) => b.samples - a.samples);
	}

	#countFunctions(): ProfiledFunction[] {
		const self = new Float64Array(this.#frames.length);
		const total = new Float64Array(this.#frames.length);
		for (const { stack, ticks } of this.#sequence) {
			const ids = this.#stacks[stack] as number[];
			const innermost = ids.at(-1);
			if (innermost !== undefined) self[innermost] = (self[innermost] as number) + ticks;
			// A recursive function counts once per stack.
			for (const id of new Set(ids)) total[id] = (total[id] as number) + ticks;
		}
		return this.#frames
			.map((frame, id) => ({ ...frame, self: self[id] as number, total: total[id] as number }))
			.filter(({ total }) => total > 0)
			.sort((a, b) => b.self - a.self || b.total - a.total);
	}

	/** One line per stack, `outer;inner count`, as flame graph tools read it. */
	toCollapsed(): string {
		const counts = new Map<number, number>();
		for (const { stack, ticks } of this.#sequence) counts.set(stack, (counts.get(stack) ?? 0) + ticks);
		const names = this.#frames.map((frame) => label(frame).replace(/[;\s]+/g, " "));
		return Array.from(counts, ([stack, ticks]) => {
			const ids = this.#stacks[stack] as number[];
			return `${ids.map((id) => names[id]).join(";")} ${ticks}\n`;
		})
			.sort()
			.join("");
	}

	/** A file for https://www.speedscope.app; write it as JSON. */
	toSpeedscope(name = "pobatch"): SpeedscopeFile {
		const samples = this.#sequence.map(({ stack }) => this.#stacks[stack] as number[]);
		const weights = this.#sequence.map(({ ticks }) => ticks * this.intervalMs);
		return speedscopeFile(name, this.#frames, samples, weights);
	}
}

/** `calcs.initEnv (Modules/CalcSetup.lua:412)`. */
function label({ name, file, line }: Frame): string {
	return file === "" ? name : `${name} (${file}${line > 0 ? `:${line}` : ""})`;
}

/** Removes the outermost function, through which native code calls Lua. Innermost first. */
function withoutHost(stack: readonly number[], frames: readonly Frame[]): number[] {
	const outermost = frames[stack.at(-1) ?? -1];
	return stack.slice(0, outermost?.file === "[C]" ? -1 : stack.length);
}

/** Adds frames and stacks for work outside Lua. */
class Pseudo {
	readonly frames: Frame[];
	readonly stacks: number[][];
	readonly #ids = new Map<string, number>();
	readonly #called = new Map<string, number>();

	constructor(frames: readonly Frame[], stacks: readonly number[][]) {
		this.frames = [...frames];
		this.stacks = [...stacks];
	}

	/** The stack, with a function added that its innermost function calls. */
	called(stack: number, name: string): number {
		const key = `${stack} ${name}`;
		let id = this.#called.get(key);
		if (id === undefined) {
			id = this.stacks.push([...(this.stacks[stack] as number[]), this.#frame(name)]) - 1;
			this.#called.set(key, id);
		}
		return id;
	}

	alone(name: string): number {
		return this.stacks.push([this.#frame(name)]) - 1;
	}

	#frame(name: string): number {
		let id = this.#ids.get(name);
		if (id === undefined) {
			id = this.frames.push({ name: `[${name}]`, file: "", line: 0 }) - 1;
			this.#ids.set(name, id);
		}
		return id;
	}
}
