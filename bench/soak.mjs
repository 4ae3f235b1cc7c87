// `npm run soak`: hours of a server's life in minutes. Rows with errors, time-outs, memory limits and aborts mixed in,
// engines opened and closed, allocations refused, child processes killed; prints a table and ends with status 1 if a
// row was lost or wrong, memory grew, a file descriptor or thread was left over, or the process that did it all crashed.
// SOAK_ROWS (200,000) shortens it; Path of Building takes a tenth of the rows where it is installed. Needs dist/ and, for
// the counts, Linux.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { growth, problemsOf } from "./soak/report.mjs";

const rows = Number(process.env.SOAK_ROWS ?? 200_000);
if (!(Number.isInteger(rows) && rows > 0)) {
	console.error(`error: SOAK_ROWS is ${process.env.SOAK_ROWS}, not a positive integer`);
	process.exit(2);
}

const host = fork(fileURLToPath(new URL("./soak/host.mjs", import.meta.url)), [String(rows)]);
let told = { parts: [] };
host.on("message", (message) => {
	told = message;
});
const [status, signal] = await once(host, "exit");
const { parts, before, after } = told;
const crashes = signal === null ? 0 : 1;

const table = new Table({
	head: ["part", "rows", "faults injected", "rows lost", "wrong rows", "memory, last / second quarter"],
	style: { head: [], border: [] },
});
for (const { name, rows, faults, lost, wrong, memory } of parts)
	table.push([name, rows, faults, lost, wrong, memory.length < 8 ? "-" : growth(memory).toFixed(3)]);
const total = (field) => parts.reduce((sum, part) => sum + part[field], 0);
table.push(["all", total("rows"), total("faults"), total("lost"), total("wrong"), ""]);
console.log(table.toString());
console.log(`crashes of the host: ${crashes}`);

const problems = [...problemsOf(parts)];
if (status !== 0) problems.push(`the host ended with ${signal ?? `status ${status}`}`);
if (after) {
	console.log(
		`threads ${before.threads} -> ${after.threads}; file descriptors ${before.files} -> ${after.files}`,
	);
	if (after.threads > before.threads) problems.push(`${after.threads - before.threads} threads left over`);
	if (after.files > before.files) problems.push(`${after.files - before.files} file descriptors left over`);
}
for (const problem of problems) console.error(`error: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
