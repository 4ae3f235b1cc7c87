import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";

interface Loaded {
	text: string;
	rebuilt: number;
	isWhole: boolean;
}

describe("a tree that is loaded", () => {
	const command = luaTool("tree-loading.lua");

	it.each<[what: string, name: string, rebuilt: number]>([
		["once its nodes were imported", "imported", 1],
		["where somebody looks at its nodes before that", "read", 1],
		["where somebody looks at a count before that", "counted", 1],
		["where its nodes are replaced before that", "written", 2],
		["where it is rebuilt before that", "rebuilt", 2],
		["after clicks", "clicked", 3],
		["where it is converted from another version", "converted", 5],
		["after another one could not be loaded", "failing", 1],
	])("is what the original makes of it, %s", async (_, name, rebuilt) => {
		const wanted = await command<Loaded>("run", { case: name, installed: false });
		const found = await command<Loaded>("run", { case: name, installed: true });
		expect(found.text).toBe(wanted.text);
		expect(found.isWhole).toBe(true);
		expect(found.rebuilt).toBe(rebuilt);
		expect(wanted.rebuilt).toBeGreaterThanOrEqual(rebuilt);
	});

	it("is not rebuilt where nobody looks at it", async () => {
		expect(await command("unread")).toEqual({ rebuilt: 0, class: 1 });
	});
});
