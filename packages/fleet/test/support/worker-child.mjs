// A worker in a process of its own, from dist/: the options are its argument, as JSON. A process without an IPC channel or
// whose parent is gone ends.
import { startWorker } from "../../dist/index.js";

await startWorker({ ...JSON.parse(process.argv[2]), log: (text) => process.stderr.write(`${text}\n`) });
process.send?.("ready");
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
