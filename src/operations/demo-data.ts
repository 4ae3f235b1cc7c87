import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageFolder } from "../native/addon.js";

/** The text of the made-up build for the embedded tree. */
export function demoBuildText(): Promise<string> {
	return readFile(join(packageFolder, "data", "demo-build.json"), "utf8");
}

/** Numbers from 0 up to but excluding 1, the same for the same seed on every machine (mulberry32). */
export function seededRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}
