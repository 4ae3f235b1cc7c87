/** Where parts come in while a row is calculated (lua/pob/patch/hooks.lua). */

import { describe, expect, it } from "vitest";
import { luaTool } from "../support/lua-tool.js";

interface Called {
	log: string[];
	first?: string;
	second?: string;
	isDone?: boolean;
	answers?: boolean[];
}

describe("hooks", () => {
	const command = luaTool("hooks.lua");

	it.each([
		[["memo", "first_skill", "pool"]],
		[["pool", "memo", "first_skill"]],
	])("are called in the declared order, whatever order they were added in: %s", async (parts) => {
		expect(await command<Called>("around", { name: "initEnv", parts })).toEqual({
			log: [
				"memo begins",
				"first_skill begins",
				"pool begins",
				"calcs.initEnv argument",
				"pool ends",
				"first_skill ends",
				"memo ends",
			],
			first: "calcs",
			second: "argument",
		});
	});

	it("leave out parts that are not in use", async () => {
		const { log } = await command<Called>("around", { name: "initEnv", parts: ["pool"] });
		expect(log).toEqual(["pool begins", "calcs.initEnv argument", "pool ends"]);
	});

	it("can be called from the inside of one", async () => {
		const parts = ["memo", "first_skill", "pool"];
		const { log } = await command<Called>("around", { name: "initEnv", parts, within: "first_skill" });
		expect(log).toEqual(["pool begins", "calcs.initEnv argument", "pool ends"]);
	});

	it("stay around the function of a slice, and end with the table that they were for", async () => {
		expect(await command<Called>("replaced")).toEqual({
			log: [
				"first_skill begins",
				"slice",
				"first_skill ends",
				"first_skill begins",
				"calcs.perform",
				"first_skill ends",
				"other.perform",
				"pool begins",
				"other.initEnv",
				"pool ends",
			],
			answers: [true, false, false],
		});
	});

	it("of a row come in the declared order, with its strategy before it and with none after it", async () => {
		expect(
			await command<Called>("row", {
				begin: ["memo", "pool", "defences"],
				calculation: ["estimations", "defences", "first_skill"],
			}),
		).toEqual({
			log: [
				"defences strategy",
				"pool strategy",
				"memo strategy",
				"first_skill begins",
				"defences begins",
				"estimations begins",
				"calcs.perform env",
				"estimations ends",
				"defences ends",
				"first_skill ends",
				"defences nil",
				"pool nil",
				"memo nil",
			],
			isDone: true,
		});
	});

	it("refuse a part that has no place there", async () => {
		expect(await command("misplaced", { name: "perform", part: "pool" })).toBe(
			"pool has no place around perform: hooks.lua names those that have",
		);
	});
});
