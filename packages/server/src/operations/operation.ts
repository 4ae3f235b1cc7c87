import type { Build } from "pobatch";
import { PobatchError } from "pobatch";
import { readSetLine } from "pobatch/operations";
import type { Static, TSchema } from "typebox";
import type { NodeSet } from "./schemas.js";

export interface OperationContext {
	/** Ends the work early: by the client's end, a limit of time, or whoever cancels a job. */
	readonly signal: AbortSignal;
	/** @param best of a search: its goal so far */
	readonly onProgress?: (done: number, total: number, best?: number) => void;
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
