/** Before the name of each key of ours; BullMQ puts it before its own, too. */
export const prefix = "pobatch";

/** Seconds that an answer, or the note that a batch was stopped, waits for whoever it is for. */
export const answerSeconds = 3600;
/** Seconds that a build is kept after it was last used. */
export const buildSeconds = 86_400;

/** The queue of all engines of a kind: nobody else sees its jobs. @param kind a SHA-256 in hexadecimal */
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
	/** There while nobody wants the rows of a batch any more. */
	stopped: (batch: string) => `${prefix}:stopped:${batch}`,
	/** The channel on which that is said. */
	stops: `${prefix}:stops`,
	member: (id: string) => `${prefix}:member:${id}`,
	/** The ids of workers and engines that are there, or were a short time ago. */
	members: `${prefix}:members`,
};
