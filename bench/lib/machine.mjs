import { cpus, loadavg } from "node:os";
import { versions } from "../../dist/index.js";

/** Where figures were measured: without it they say nothing. */
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

/** Ratios survive a busy machine, the figure for two threads does not. */
export function load() {
	return `load of the machine before the start: ${loadavg()[0].toFixed(1)} of ${cpus().length} cores`;
}
