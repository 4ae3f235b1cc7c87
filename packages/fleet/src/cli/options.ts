import { InvalidArgumentError } from "commander";
import { PobatchError } from "pobatch";

/** For commander's argParser. */
export function integer(min: number, max: number): (text: string) => number {
	return (text) => {
		const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
		if (!(value >= min && value <= max))
			throw new InvalidArgumentError(`Expected an integer from ${min} to ${max}.`);
		return value;
	};
}

/** The named queue, otherwise that of the variable. @throws PobatchError INVALID_ARGUMENT */
export function queueOf(given: string | undefined): string {
	const queue = given ?? process.env.POBATCH_QUEUE;
	if (queue) return queue;
	throw new PobatchError("INVALID_ARGUMENT", "No queue was named", {
		hint: "Name it by --queue redis://HOST:PORT or, since other users see the options of a program, by the variable POBATCH_QUEUE.",
	});
}
