/**
 * A condition that does not stop an engine but is worth knowing about. Programs should check the code; the text is for
 * people.
 */
export interface EngineWarning {
	readonly code: EngineWarningCode;
	readonly text: string;
	/** What it is about: the cache's folder, the checkout, or the queue. */
	readonly where: string;
}

export type EngineWarningCode =
	/** The folder of the row cache cannot be used, read or written: rows that it might have contained are calculated. */
	| "CACHE_UNUSABLE"
	/** Files in the folder of the row cache are damaged: the rows that they contained are calculated again. */
	| "CACHE_DAMAGED"
	/** The folder of the row cache contains files of an older pobatch, which are no longer read. */
	| "CACHE_OLD"
	/** `trust: "certified"`, and the checkout has no certificate: one is made in the background, or by `pobatch pob certify`. */
	| "POB_NOT_CERTIFIED"
	/** A verified row differed: nothing in the checkout is certified any more. */
	| "CERTIFICATE_WITHDRAWN"
	/** No worker of the engine's kind is at the queue: its rows wait. */
	| "NO_WORKER"
	/** The queue is currently unreachable: rows wait. */
	| "QUEUE_UNAVAILABLE";

const emitted = new Set<string>();

/**
 * Like Node's own warnings, but each text only once per process: a server may open many engines over the same full
 * disk.
 */
export function emitWarning({ code, text }: EngineWarning): void {
	if (emitted.has(text)) return;
	emitted.add(text);
	process.emitWarning(text, { type: "PobatchWarning", code });
}
