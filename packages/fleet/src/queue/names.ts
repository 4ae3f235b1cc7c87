/** Prefix of all our keys; BullMQ uses it for its own, too. */
export const prefix = "pobatch";

/** How many seconds an answer, or the note that a batch was stopped, is kept for its reader. */
export const answerSeconds = 3600;
/** How many seconds a build is kept after its last use. */
export const buildSeconds = 86_400;

/** The queue of all engines of one kind; others do not see its jobs. @param kind a SHA-256 in hexadecimal */
export function queueName(kind: string): string {
	return `rows-${kind.slice(0, 32)}`;
}

export const keys = {
	/** A build's text. */
	build: (digest: string) => `${prefix}:build:${digest}`,
	/** The rows of a job. */
	answer: (job: string) => `${prefix}:answer:${job}`,
	/** How often a job was begun. */
	begun: (job: string) => `${prefix}:begun:${job}`,
	/** Exists while the rows of a batch are no longer wanted. */
	stopped: (batch: string) => `${prefix}:stopped:${batch}`,
	/** The channel that announces this. */
	stops: `${prefix}:stops`,
	member: (id: string) => `${prefix}:member:${id}`,
	/** The ids of workers and engines that are present, or were until recently. */
	members: `${prefix}:members`,
};
