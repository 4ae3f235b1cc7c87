import type { BestSoFar } from "../operations/operation.js";
import type { KnownBuild } from "./build-store.js";
import type { Problem } from "./errors.js";

export type JobStatus = "queued" | "running" | "done" | "failed" | "cancelled";

/** What is told of a job. */
export interface JobState {
	readonly id: string;
	readonly operation: string;
	readonly build: string;
	readonly status: JobStatus;
	/** Of the units that the operation counts, rows mostly; the total may grow. */
	readonly progress: {
		readonly done: number;
		readonly total: number;
		/** Of a search: its goal so far. */
		readonly best?: number;
		/** Of a search: what the best changes of the build's nodes. */
		readonly set?: BestSoFar["set"];
	};
	/** Milliseconds since 1970. */
	readonly createdAt: number;
	readonly startedAt?: number;
	readonly endedAt?: number;
	readonly error?: Problem;
}

export interface JobRequest {
	readonly operation: string;
	/** Kept with the job: the server may forget it meanwhile. */
	readonly build: KnownBuild;
	readonly input: unknown;
	/** Who counts as one. */
	readonly client: string;
}

/** A job as its file holds it. */
export interface SavedJob extends JobRequest {
	readonly state: JobState;
	readonly result?: unknown;
}
