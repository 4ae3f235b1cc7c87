// Compares variants of a checkout one after another, as requested by messages of scripts/drift.mjs. Findings about
// modules that variants have in common are reused.
import { compare } from "./comparison.mjs";

process.on("message", async (request) => {
	try {
		const found = await compare({ ...request, onPhase: (phase) => process.send({ phase }) });
		process.send({ found });
	} catch ({ stack }) {
		process.send({ fault: stack });
	}
});

// Nobody waits for the result any more.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
