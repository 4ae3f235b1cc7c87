// A process that certifies a checkout in the background of an engine, which waits for it (calculators/pob/background-certification).
import { constants, setPriority } from "node:os";
import type { CertifyAnswer, CertifyRequest } from "../../calculators/pob/background-certification.js";
import { useBinary } from "../../native/addon.js";
import { certifyPob } from "./certify-pob.js";

// What its parent was told to take.
useBinary(process.argv[2]);

// What the user waits for goes first. Threads that are made from now on have it, too.
try {
	setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
	// Not allowed everywhere.
}

/** A minute on two threads, of what the machine has left. */
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

// Killed rather than exited: nothing has to be cleaned up.
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
			// What there was no time for is tried again.
			keepsUnfinished: false,
			...(versions !== undefined && { versions }),
			onProgress: (progress) => send({ progress }),
		});
		send({ certificate: { parts, builds: compared, rows, values } }, end);
	} catch (error) {
		send({ failed: (error as Error).message }, end);
	}
});

// Whoever waits for it is gone.
process.on("disconnect", end);
// Ctrl-C in a terminal reaches the whole group: the parent decides what ends.
process.on("SIGINT", () => {});
