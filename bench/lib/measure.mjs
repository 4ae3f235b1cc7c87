import { Bench } from "tinybench";

/**
 * Measures cases against each other. They alternate round by round, so that a slow moment of a shared machine affects
 * all of them; ratios are taken within a round.
 *
 * @param cases name -> function; a function that returns a number of milliseconds has measured itself
 * @returns name -> median milliseconds of one call, one per round
 */
export async function measure(cases, { rounds = 7, time = 150 } = {}) {
	const medians = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
	for (let round = 0; round < rounds; round++) {
		const bench = new Bench({ time, iterations: 3, warmup: round === 0, warmupTime: time, throws: true });
		for (const [name, run] of Object.entries(cases)) {
			bench.add(name, async () => {
				const own = await run();
				return typeof own === "number" ? { overriddenDuration: own } : undefined;
			});
		}
		await bench.run();
		for (const task of bench.tasks) medians[task.name].push(task.result.latency.p50);
	}
	return medians;
}

/** Median, quartiles and extremes of values measured round by round. */
export function summary(values) {
	const sorted = [...values].sort((a, b) => a - b);
	const at = (share) => {
		const place = share * (sorted.length - 1);
		const low = sorted[Math.floor(place)];
		return low + (sorted[Math.ceil(place)] - low) * (place % 1);
	};
	return { value: at(0.5), low: at(0.25), high: at(0.75), min: sorted[0], max: sorted.at(-1) };
}

/** The rounds of `a` divided by those of `b`. */
export function ratios(a, b) {
	return a.map((value, round) => value / b[round]);
}

/**
 * The sum of all rounds of `a` divided by that of `b`, with the quartiles of the rounds' own ratios. For cases whose
 * time depends on the round: in Path of Building's loop, a garbage collection falls into every second round of 300
 * rows, and takes as long as the rows.
 */
export function ratioOfSums(a, b) {
	return { ...summary(ratios(a, b)), value: sum(a) / sum(b) };
}

/** The mean, with the quartiles. */
export function mean(values) {
	return { ...summary(values), value: sum(values) / values.length };
}

function sum(values) {
	return values.reduce((total, value) => total + value, 0);
}
