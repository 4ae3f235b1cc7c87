import { describe, expect, it } from "vitest";
import { withLevel, withNote } from "../../src/builds/notes.js";

describe("a note in a build's XML", () => {
	it("comes before what its notes have, escaped", () => {
		const xml = "<PathOfBuilding2>\n<Notes>\nmine\n</Notes>\n</PathOfBuilding2>\n";
		expect(withNote(xml, "a < b & c")).toBe(
			"<PathOfBuilding2>\n<Notes>\na &lt; b &amp; c\n\nmine\n</Notes>\n</PathOfBuilding2>\n",
		);
	});

	it("is made where there are no notes, or empty ones", () => {
		expect(withNote("<PathOfBuilding2><Notes/></PathOfBuilding2>", "new")).toBe(
			"<PathOfBuilding2><Notes>\nnew\n</Notes></PathOfBuilding2>",
		);
		expect(withNote("<PathOfBuilding2></PathOfBuilding2>\n", "new")).toBe(
			"<PathOfBuilding2><Notes>\nnew\n</Notes>\n</PathOfBuilding2>\n",
		);
	});
});

describe("the level in a build's XML", () => {
	it("no longer follows the points", () => {
		const xml = '<Build className="Monk" level="70" characterLevelAutoMode="true">';
		expect(withLevel(xml, 76)).toBe('<Build className="Monk" level="76" characterLevelAutoMode="false">');
	});
});
