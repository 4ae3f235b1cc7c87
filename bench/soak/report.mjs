import { readdirSync, readlinkSync } from "node:fs";

/** Allowed growth of resident memory; not checked for parts that are too short for quarters. */
const maxGrowth = 1.05;

/** Results of one part of the soak. */
class Part {
	rows = 0;
	/** Builds loaded, if the part is about that. */
	loads = 0;
	faults = 0;
	/** Rows that have neither numbers nor the expected error. */
	lost = 0;
	wrong = 0;
	/** Bytes of resident memory, sampled evenly. */
	memory = [];
	/** Megabytes: the largest heap of a state, and its limit. */
	stateMB = 0;
	maxStateMB = Number.POSITIVE_INFINITY;

	constructor(name) {
		this.name = name;
	}

	sample() {
		this.memory.push(process.memoryUsage.rss());
	}

	/** Records the heaps of an engine's states, at their largest since it was opened. */
	states(engine) {
		for (const { peak } of engine.memory()) this.stateMB = Math.max(this.stateMB, peak / 2 ** 20);
	}
}

export class Report {
	parts = [];

	part(name) {
		const part = new Part(name);
		this.parts.push(part);
		console.log(`${name} ...`);
		return part;
	}
}

/** Describes each problem in one line. */
export function* problemsOf(parts) {
	for (const { name, lost, wrong, memory, stateMB, maxStateMB } of parts) {
		// Infinity becomes null in a message.
		if (maxStateMB !== null && stateMB > maxStateMB)
			yield `${name}: a state's heap had ${stateMB.toFixed(0)} MB, more than ${maxStateMB}`;
		if (lost > 0) yield `${name}: ${lost} rows lost`;
		if (wrong > 0) yield `${name}: ${wrong} wrong rows`;
		if (memory.length >= 8 && growth(memory) > maxGrowth)
			yield `${name}: memory's last quarter is ${growth(memory).toFixed(3)} of its second`;
	}
}

/** Median of the last quarter divided by that of the second; the first quarter warms up. */
export function growth(samples) {
	const quarter = Math.floor(samples.length / 4);
	const median = (from) => samples.slice(from, from + quarter).sort((a, b) => a - b)[quarter >> 1];
	return median(samples.length - quarter) / median(quarter);
}

/** Open file descriptors and threads of this process, if the system tells. */
export function leftOver() {
	try {
		return {
			threads: readdirSync("/proc/self/task").length,
			files: readdirSync("/proc/self/fd").filter(isOurs).length,
		};
	} catch {
		return { threads: 0, files: 0 };
	}
}

// Node leaves modules open that a worker was reading when it was terminated; pobatch opens no JavaScript.
function isOurs(descriptor) {
	try {
		return !/\.[cm]?js$/.test(readlinkSync(`/proc/self/fd/${descriptor}`));
	} catch {
		// The descriptor of the listing itself.
		return true;
	}
}

/** Integers below n, the same in each run (a linear congruential generator modulo 2^32). */
export function dice(seed) {
	let state = seed >>> 0;
	return (n) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * n);
	};
}

/** Random changes of a build: a path added, some of its own nodes removed. */
export function randomSets(build, count, roll) {
	const paths = build.tree.pathsWithin(build.allocated, 6);
	const own = build.allocated.filter((id) => build.tree.node(id).allocatable);
	return Array.from({ length: count }, () => {
		const add = roll(3) > 0 ? [...paths[roll(paths.length)].nodes] : [];
		const remove = own.length > 0 && roll(3) === 0 ? [own[roll(own.length)]] : [];
		return { add, remove };
	});
}
