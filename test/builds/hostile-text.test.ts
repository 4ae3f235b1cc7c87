import { describe, expect, it } from "vitest";
import { recognizeBuild } from "../../src/builds/build-text.js";

describe("hazard: texts on which a regular expression could take forever", () => {
	it.each([
		"`",
		'"',
		"|",
		" ",
		"=",
		"%",
		"%25",
		">",
		"> ",
		"eNo",
		"eNo ",
		"eNq\n",
		"<",
		"https:",
		"\u200B",
		"a.",
	])("4 MB of %j within the time that any test has", (piece) => {
		const text = piece.repeat(4_000_000 / piece.length);
		for (const given of [text, `${text}x`, `\`${text}<`, `\`<${text}x`]) {
			try {
				recognizeBuild(given);
			} catch (error) {
				expect(error).toMatchObject({ code: "BUILD_INVALID" });
			}
		}
	});
});
