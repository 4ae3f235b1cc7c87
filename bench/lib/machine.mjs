import { cpus, loadavg } from "node:os";
import { versions } from "../../dist/index.js";

/** Where figures were measured: without this, they mean nothing. */
export function machine() {
	const { pobatch, luajit } = versions();
	const cores = cpus();
	return {
		pobatch: `pobatch ${pobatch}`,
		luajit,
		node: `Node ${process.versions.node}`,
		cpu: `${cores.length} x ${cores[0]?.model.trim() ?? "unknown"}`,
		platform: `${process.platform}-${process.arch}`,
	};
}

/** A busy machine hardly affects ratios, but it does affect the figure for two threads. */
export function load() {
	return `load of the machine before the start: ${loadavg()[0].toFixed(1)} of ${cpus().length} cores`;
}
