// Compares variants of a checkout one after another, as scripts/drift.mjs asks by messages. What is found out of modules that they
// have in common is found out once.
import { compare } from "./comparison.mjs";

process.on("message", async (request) => {
	try {
		const found = await compare({ ...request, onPhase: (phase) => process.send({ phase }) });
		process.send({ found });
	} catch ({ stack }) {
		process.send({ fault: stack });
	}
});

// Whoever asks is gone.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
