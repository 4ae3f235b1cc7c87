import { Type } from "typebox";
import { Compile } from "typebox/compile";

/** How many workers a job of this many rows may end before it counts as the cause: only a single row is given up. */
export function deathsAllowed(rows: number): number {
	return rows === 1 ? 3 : 2;
}

/** Why a worker returns a job unfinished; sent as the failure reason in the queue. */
const Failure = Type.Object({
	why: Type.Union([
		/** The queue no longer has the build: whoever wants its rows has to send it again. */
		Type.Literal("noBuild"),
		/** The calculator does not load the build here, though it did for the engine that wants the rows. */
		Type.Literal("notLoaded"),
		/** The job is malformed. */
		Type.Literal("refused"),
		/** Too many workers died while they evaluated it. */
		Type.Literal("died"),
		/** Anything else. */
		Type.Literal("failed"),
	]),
	code: Type.String({ maxLength: 100 }),
	message: Type.String({ maxLength: 10_000 }),
});

export type Failure = Type.Static<typeof Failure>;
const FailureCheck = Compile(Failure);

/** The error with which a job is returned. */
export class JobFailure extends Error {
	readonly failure: Failure;

	constructor(why: Failure["why"], code: string, message: string) {
		const failure = { why, code, message: message.slice(0, 10_000) };
		super(JSON.stringify(failure));
		this.failure = failure;
	}
}

export function readFailure(reason: string): Failure {
	// BullMQ's own message for a job that stalled repeatedly.
	if (reason.startsWith("job stalled")) return { why: "died", code: "CRASH", message: reason };
	try {
		const found: unknown = JSON.parse(reason);
		if (FailureCheck.Check(found)) return found;
	} catch {}
	return { why: "failed", code: "CRASH", message: reason.slice(0, 1000) };
}
