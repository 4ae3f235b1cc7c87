// `npm run soak`: hours of a server's life in minutes. Rows with errors, time-outs, memory limits and aborts, engines
// opened and closed, failing allocations, killed child processes; if Path of Building is installed, also twenty builds
// loaded in turn, repeatedly, and a mixed load on three engines at once. Prints a table and ends with status 1 if a row
// was lost or wrong, memory grew or passed its limit, a file descriptor or thread was left over, or the process
// crashed. Needs dist/ and, for the counts, Linux. Variables make it shorter or longer:
//   SOAK_ROWS     rows (200,000), and a tenth as many with Path of Building
//   SOAK_LOADS    loads of builds in turn (1,000)
//   SOAK_MINUTES  duration of the mixed load (30)
//   SOAK_BUILDS   a folder of Path of Building's XML (../shared/data/wild)
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { growth, problemsOf } from "./soak/report.mjs";

const amounts = Object.entries({ SOAK_ROWS: 200_000, SOAK_LOADS: 1000, SOAK_MINUTES: 30 }).map(
	([name, usual]) => {
		const amount = Number(process.env[name] ?? usual);
		if (amount > 0 && (Number.isInteger(amount) || name === "SOAK_MINUTES")) return String(amount);
		const wanted = name === "SOAK_MINUTES" ? "number" : "integer";
		console.error(`error: ${name} is ${process.env[name]}, not a positive ${wanted}`);
		return process.exit(2);
	},
);

const host = fork(fileURLToPath(new URL("./soak/host.mjs", import.meta.url)), amounts);
let told = { parts: [] };
host.on("message", (message) => {
	told = message;
});
const [status, signal] = await once(host, "exit");
const { parts, before, after } = told;
const crashes = signal === null ? 0 : 1;

const table = new Table({
	head: ["part", "rows", "loads", "faults", "lost", "wrong", "MB a state", "memory, last / second quarter"],
	style: { head: [], border: [] },
});
for (const { name, rows, loads, faults, lost, wrong, stateMB, memory } of parts)
	table.push([
		...[name, rows, loads || "", faults, lost, wrong, stateMB > 0 ? stateMB.toFixed(0) : ""],
		memory.length < 8 ? "" : growth(memory).toFixed(3),
	]);
const total = (field) => parts.reduce((sum, part) => sum + part[field], 0);
table.push(["all", ...["rows", "loads", "faults", "lost", "wrong"].map(total), "", ""]);
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
