// A process that certifies a checkout for an engine, in the background (calculators/pob/background-certification).
import { constants, setPriority } from "node:os";
import type { CertifyAnswer, CertifyRequest } from "../../calculators/pob/background-certification.js";
import { useBinary } from "../../native/addon.js";
import { certifyPob } from "./certify-pob.js";

// The binary that the parent was told to load.
useBinary(process.argv[2]);

// The user's own work has priority. Threads created from now on inherit this one.
try {
	setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
	// Not permitted everywhere.
}

/** One minute on two threads, at low priority. */
const limitMs = 60_000;
const threads = 2;

function spentMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000 / threads;
}

function send(answer: CertifyAnswer, sent = () => {}): void {
	if (process.connected) process.send?.(answer, sent);
	else sent();
}

// SIGKILL instead of exit: there is nothing to clean up.
function end(): void {
	process.kill(process.pid, "SIGKILL");
}

process.once("message", async ({ pob, builds, versions }: CertifyRequest) => {
	try {
		const {
			parts,
			builds: compared,
			rows,
			values,
		} = await certifyPob(pob, {
			builds,
			timeoutMs: limitMs,
			clock: spentMs,
			// What there was no time for is tried again by a later process.
			keepsUnfinished: false,
			...(versions !== undefined && { versions }),
			onProgress: (progress) => send({ progress }),
		});
		send({ certificate: { parts, builds: compared, rows, values } }, end);
	} catch (error) {
		send({ failed: (error as Error).message }, end);
	}
});

// Nobody waits for the result any more.
process.on("disconnect", end);
// Ctrl-C in a terminal reaches the whole process group: the parent decides what ends.
process.on("SIGINT", () => {});
