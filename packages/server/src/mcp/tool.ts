import type { Static, TObject } from "typebox";
import type { WorkContext } from "../operations/operation.js";
import type { Session } from "./session.js";

/** One thing that a language model can ask for. */
export interface Tool<Input extends TObject = TObject> {
	readonly name: string;
	readonly title: string;
	/** For the model: when to use it, what comes back, what to mind. */
	readonly description: string;
	readonly input: Input;
	/** False for the few that start or end something; nothing changes a build. */
	readonly readOnly?: boolean;
	/** What is answered may be longer than brief, since it was asked for. */
	readonly isLong?: (input: Static<Input>) => boolean;
	run(session: Session, input: Static<Input>, context: WorkContext): Promise<Record<string, unknown>>;
}

/** The same, with the types of its schema for `run`. */
export function tool<Input extends TObject>(definition: Tool<Input>): Tool {
	return definition as unknown as Tool;
}
