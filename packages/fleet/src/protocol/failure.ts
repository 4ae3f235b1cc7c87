import { Type } from "typebox";
import { Compile } from "typebox/compile";

/** How many workers a job of so many rows may end before it counts as the cause: only a row alone is given up. */
export function deathsAllowed(rows: number): number {
	return rows === 1 ? 3 : 2;
}

/** Why a worker gives a job back, as the reason of its failure in the queue. */
const Failure = Type.Object({
	why: Type.Union([
		/** The build is not there any more: whoever wants its rows has to send it again. */
		Type.Literal("noBuild"),
		/** The calculator does not take the build here, though it did where the rows are wanted. */
		Type.Literal("notLoaded"),
		/** The job is not of the form that it should have. */
		Type.Literal("refused"),
		/** It was begun before, and whoever began it died, too often. */
		Type.Literal("died"),
		/** Something else. */
		Type.Literal("failed"),
	]),
	code: Type.String({ maxLength: 100 }),
	message: Type.String({ maxLength: 10_000 }),
});

export type Failure = Type.Static<typeof Failure>;
const FailureCheck = Compile(Failure);

/** What a job is given back with. */
export class JobFailure extends Error {
	readonly failure: Failure;

	constructor(why: Failure["why"], code: string, message: string) {
		const failure = { why, code, message: message.slice(0, 10_000) };
		super(JSON.stringify(failure));
		this.failure = failure;
	}
}

export function readFailure(reason: string): Failure {
	// BullMQ's own words for a job that was lost again and again.
	if (reason.startsWith("job stalled")) return { why: "died", code: "CRASH", message: reason };
	try {
		const found: unknown = JSON.parse(reason);
		if (FailureCheck.Check(found)) return found;
	} catch {}
	return { why: "failed", code: "CRASH", message: reason.slice(0, 1000) };
}
