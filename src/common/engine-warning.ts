/** What does not stop an engine but should be known. A program decides by the code; the text is for people. */
export interface EngineWarning {
	readonly code: EngineWarningCode;
	readonly text: string;
	/** What it is about: the cache's folder, the checkout, or the queue. */
	readonly where: string;
}

export type EngineWarningCode =
	/** The folder of the row cache cannot be used, read or written: rows are calculated that it might have answered. */
	| "CACHE_UNUSABLE"
	/** Files in the folder of the row cache are not as they were written: what they had is calculated again. */
	| "CACHE_DAMAGED"
	/** The folder of the row cache has files of an older pobatch, which are not read any more. */
	| "CACHE_OLD"
	/** `trust: "certified"`, and the checkout has no certificate: one is made in the background, or by `pobatch pob certify`. */
	| "POB_NOT_CERTIFIED"
	/** A row that was verified differed: nothing of the checkout is certified any more. */
	| "CERTIFICATE_WITHDRAWN"
	/** No worker of the engine's kind is at the queue: its rows wait. */
	| "NO_WORKER"
	/** The queue cannot be reached at the moment: rows wait. */
	| "QUEUE_UNAVAILABLE";

const emitted = new Set<string>();

/** As Node's own warnings, each text once a process: a server may open many engines over one full disk. */
export function emitWarning({ code, text }: EngineWarning): void {
	if (emitted.has(text)) return;
	emitted.add(text);
	process.emitWarning(text, { type: "PobatchWarning", code });
}
