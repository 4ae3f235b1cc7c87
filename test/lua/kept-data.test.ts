/** Data that follow from long texts (lua/pob/host/kept_data.lua). */
import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";

describe("data that is kept", () => {
	const ask = luaTool("kept-data.lua");

	it.each([
		["are found out once for each text", { stores: true, size: 0 }, { same: true, made: 1, afterAnother: 2 }],
		[
			"are found out each time where nothing keeps them",
			{ stores: false, size: 0 },
			{ same: true, made: 2, afterAnother: 3 },
		],
		[
			"are found out each time where a chunk cannot hold them",
			{ stores: true, size: 70_000 },
			{ same: true, made: 2, afterAnother: 3 },
		],
	])("%s", async (_, args, found) => {
		expect(await ask("ask", args)).toEqual(found);
	});
});
