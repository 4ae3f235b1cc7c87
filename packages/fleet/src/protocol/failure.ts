import { Type } from "typebox";
import { Compile } from "typebox/compile";

/** How often a job may lose its worker before it counts as the cause. */
export const deathsAllowed = 3;

/** Why a worker gives a job back, as the reason of its failure in the queue. */
const Failure = Type.Object({
	why: Type.Union([
		/** The build is not there any more: whoever wants its rows has to send it again. */
		Type.Literal("noBuild"),
		/** The calculator does not take the build here, though it did where the rows are wanted. */
		Type.Literal("notLoaded"),
		/** The job is not of the form that it should have. */
		Type.Literal("refused"),
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

/** `died`: workers that had it did not come back. */
export function readFailure(reason: string): Failure | "died" {
	// BullMQ's own words.
	if (reason.startsWith("job stalled")) return "died";
	try {
		const found: unknown = JSON.parse(reason);
		if (FailureCheck.Check(found)) return found;
	} catch {}
	return { why: "failed", code: "CRASH", message: reason.slice(0, 1000) };
}
