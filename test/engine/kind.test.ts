import { afterAll, describe, expect, it } from "vitest";
import { createStates, type EngineKind, engineKind, kindDigest } from "../../src/engine/index.js";
import type { EngineOptions } from "../../src/index.js";
import { miniPob, miniPobWith } from "../support/pob.js";

const closing: (() => void)[] = [];
afterAll(() => {
	for (const close of closing) close();
});

async function kindOf(options: EngineOptions): Promise<EngineKind> {
	const states = await createStates({ threads: 1, ...options });
	closing.push(() => states.executor.close());
	return engineKind(states.source, await states.executor.open());
}

/** The kind of an engine: engines of one kind calculate rows for each other, with the same bits. */
describe("the kind of an engine", () => {
	it("differs with another pobatch, calculator, LuaJIT, platform or arithmetic", async () => {
		const kind = await kindOf({ calculator: "reference" });
		const parts = Object.keys(kind) as (keyof EngineKind)[];
		expect(parts.sort()).toEqual(["arithmetic", "calculator", "contents", "luajit", "platform", "pobatch"]);
		const digests = parts.map((part) => kindDigest({ ...kind, [part]: `${kind[part]}x` }));
		expect(new Set([kindDigest(kind), ...digests]).size).toBe(7);
		// Moving a text from one part to the next changes the kind.
		const moved = { ...kind, pobatch: `${kind.pobatch}r`, calculator: kind.calculator.slice(1) };
		expect(kindDigest(moved)).not.toBe(kindDigest(kind));
	});

	it("is the same for the same files elsewhere, and differs for a checkout that differs in a file", async () => {
		const calculator = "pob";
		const kind = await kindOf({ calculator, pob: miniPob });
		expect(await kindOf({ calculator, pob: miniPobWith({}) })).toEqual(kind);
		const changed = miniPobWith({ "src/Modules/Common.lua": (text) => `${text}\n` });
		const other = await kindOf({ calculator, pob: changed });
		expect({ ...other, contents: "" }).toEqual({ ...kind, contents: "" });
		expect(other.contents).not.toBe(kind.contents);
	});
});
