import cliProgress from "cli-progress";

/** Shows how far a command is. */
export interface Progress {
	/**
	 * @param fraction 0 to 1; undefined where the end is not known
	 * @param note what else to say, after the rest
	 */
	update(rows: number, fraction: number | undefined, note?: string): void;
	stop(): void;
}

const scale = 10_000;

/** What goes on beside the command. */
let aside: string | undefined;

/** What else bars say from now on, at their end; undefined: nothing. */
export function tellAside(text: string | undefined): void {
	aside = text;
}

/** A line on the terminal while something goes on whose end is not known; it goes away at the end. */
export function waiting(text: string): Disposable {
	if (!process.stderr.isTTY) return { [Symbol.dispose]() {} };
	process.stderr.write(text);
	// Back to the line's start, and clear it.
	return { [Symbol.dispose]: () => void process.stderr.write("\r\x1b[K") };
}

/**
 * A bar on the terminal, nothing where stderr is not one or where the rows themselves go to the terminal. The bar goes
 * away at the end: the summary stays.
 */
export function progressBar(total: { known: boolean }, rowsOnTerminal: boolean): Progress {
	if (!process.stderr.isTTY || rowsOnTerminal) return { update() {}, stop() {} };
	const start = performance.now();
	const bar = new cliProgress.SingleBar({
		format: total.known
			? "{bar} {percentage} % | {rows} rows | {rate} rows/s | {eta_formatted} left{note}"
			: "{rows} rows | {rate} rows/s{note}",
		barCompleteChar: "█",
		barIncompleteChar: "░",
		barsize: 30,
		stream: process.stderr,
		hideCursor: true,
		clearOnComplete: true,
		fps: 10,
		// It would end the process at a signal, before the rows at hand are written.
		gracefulExit: false,
	});
	bar.start(scale, 0, { rows: "0", rate: "0", note: "" });
	return {
		update(rows, fraction, note) {
			const rate = rows / Math.max((performance.now() - start) / 1000, 1e-3);
			bar.update(Math.min(Math.round((fraction ?? 0) * scale), scale - 1), {
				rows: rows.toLocaleString("en-US"),
				rate: rate.toLocaleString("en-US", { maximumFractionDigits: rate < 10 ? 1 : 0 }),
				note: [note, aside].map((text) => (text === undefined ? "" : ` | ${text}`)).join(""),
			});
		},
		stop: () => bar.stop(),
	};
}
