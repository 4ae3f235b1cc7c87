import fc, { type IAsyncProperty, type IProperty } from "fast-check";
import { expect } from "vitest";

/** Per target; `npm run fuzz` gives 10 minutes. */
export const seconds = Number(process.env.FUZZ_SECONDS ?? 2);
/** Milliseconds until a target counts as stuck. */
export const patience = (seconds + 60) * 1000;

/**
 * Runs the property until the time is up, `slice` inputs at a time and at least once: fast-check's own time limit fails
 * if not even one run is finished by then. A failure shows the seed and the smallest input.
 */
export async function fuzz<T>(property: IProperty<T> | IAsyncProperty<T>, slice = 100): Promise<void> {
	const end = performance.now() + seconds * 1000;
	let runs = 0;
	do {
		await fc.assert(property, { numRuns: slice });
		runs += slice;
		// Vitest also needs the event loop for its messages.
		await new Promise(setImmediate);
	} while (performance.now() < end);
	if (seconds >= 10) console.log(`${expect.getState().currentTestName}: ${runs} inputs in ${seconds} s`);
}
