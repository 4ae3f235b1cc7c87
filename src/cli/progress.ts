import cliProgress from "cli-progress";

/** Shows the progress of a command. */
export interface Progress {
	/**
	 * @param fraction 0 to 1; undefined if the end is not known
	 * @param note additional text at the end
	 */
	update(rows: number, fraction: number | undefined, note?: string): void;
	stop(): void;
}

const scale = 10_000;

/** What runs in the background. */
let aside: string | undefined;

/** Text that all bars show at their end from now on; undefined: none. */
export function tellAside(text: string | undefined): void {
	aside = text;
}

/** A line on the terminal during work of unknown length; it is removed at the end. */
export function waiting(text: string): Disposable {
	if (!process.stderr.isTTY) return { [Symbol.dispose]() {} };
	process.stderr.write(text);
	// Back to the line's start, and clear it.
	return { [Symbol.dispose]: () => void process.stderr.write("\r\x1b[K") };
}

/**
 * A bar on the terminal; nothing if stderr is not a terminal or the rows themselves go to it. The bar is removed at the
 * end; the summary stays.
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
		// It would end the process on a signal, before the current rows are written.
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
