// Preloaded into a process: writes the processor time of all its threads, in milliseconds, when it ends.
import { writeFileSync } from "node:fs";

process.on("exit", () => {
	const { user, system } = process.cpuUsage();
	writeFileSync(process.env.POBATCH_BENCH_TIME, String((user + system) / 1000));
});
