import type { Build, NodeSetDelta } from "pobatch";
import { PobatchError } from "pobatch";
import { readSetLine } from "pobatch/operations";
import type { Static, TSchema } from "typebox";
import type { KnownBuild, Lease } from "../service/build-store.js";
import type { SharedEngineOptions } from "../service/calculators.js";
import type { NodeSet } from "./schemas.js";

/** A change as a request gives it, as a search answers it. */
export function plainSet({ add = [], remove = [], ...choices }: NodeSetDelta) {
	return { add: [...add], remove: [...remove], ...choices };
}

/** Of a search that runs. */
export interface BestSoFar {
	/** Its goal. */
	readonly worth: number;
	/** What it changes of the build's nodes. */
	readonly set: ReturnType<typeof plainSet>;
	/** Rows and milliseconds that it took up to now. */
	readonly evaluations: number;
	readonly elapsedMs: number;
}

/** How work is observed and ended. */
export interface WorkContext {
	/** Ends the work early: by the client's end, a limit of time, or whoever cancels a job. */
	readonly signal: AbortSignal;
	/** @param best of a search: what it has so far */
	readonly onProgress?: (done: number, total: number, best?: BestSoFar) => void;
	/** Of a search that a server's end has interrupted: what it had, to go on from. */
	readonly interrupted?: BestSoFar | undefined;
}

/** What an operation has besides the build. */
export interface OperationContext extends WorkContext {
	/** The build as it was given. */
	readonly known: KnownBuild;
	/** Another build, by its id, code, text or link. @throws as `Service.open` */
	readonly open: (source: string) => Promise<Lease>;
	/** How engines are opened that an operation needs for itself. */
	readonly engine: SharedEngineOptions;
}

/** One thing that a server can do with a build: a route of its own, and the work of a job. */
export interface Operation<Input extends TSchema = TSchema, Answer extends TSchema = TSchema> {
	/** Last part of its address. */
	readonly name: string;
	/** One sentence. */
	readonly summary: string;
	readonly input: Input;
	readonly answer: Answer;
	run(build: Build, input: Static<Input>, context: OperationContext): Promise<Static<Answer>>;
}

/** The same, with the types of its schemas for `run`. */
export function operation<Input extends TSchema, Answer extends TSchema>(
	definition: Operation<Input, Answer>,
): Operation {
	return definition as unknown as Operation;
}

/** A node set that a request gave, with the library's own checks. @throws PobatchError SETS_INVALID, UNKNOWN_NODE, INVALID_NODE_SET */
export function readSet(given: NodeSet | undefined): ReturnType<typeof readSetLine>["set"] | undefined {
	if (given === undefined) return undefined;
	const { set, failure } = readSetLine(JSON.stringify(given));
	if (failure) throw new PobatchError(failure.code, failure.message, { value: given });
	return set;
}
