// Does a long-running process grow? Measured in a process of its own, so that other parts do not affect it.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export async function memory() {
	const child = fork(fileURLToPath(new URL("../../lib/memory-child.mjs", import.meta.url)), {
		execArgv: ["--expose-gc"],
	});
	const [{ kept, whole }] = await once(child, "message");
	const figure = (key, what, bytes, more) => {
		const value = bytes / 2 ** 20;
		return { key, what, value, low: value, high: value, unit: "MB", better: "lower", ...more };
	};
	return [
		figure("memory", "Growth of the process by 99 more batches of 10,000 sets", kept, {
			target: 20,
			note: "Resident memory after a collection of V8's heap and of the states; before it, the garbage counts too.",
		}),
		figure("memory-garbage", "The same before a collection", whole),
	];
}
