const signals = ["SIGINT", "SIGTERM"] as const;

/** Resolves on Ctrl-C and on SIGTERM; a second signal then ends the process at once. */
export function untilSignal(): Promise<NodeJS.Signals> {
	return new Promise((resolve) => {
		const stop = (name: NodeJS.Signals) => {
			for (const one of signals) process.off(one, stop);
			resolve(name);
		};
		for (const one of signals) process.on(one, stop);
	});
}
