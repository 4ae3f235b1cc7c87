import { describe, expect, test } from "vitest";
import { miniBuild, miniPob } from "../support/pob.js";
import { demoBuild, run, scratch } from "./run.js";

const files = scratch();
const build = files.write("build.xml", miniBuild());

// The order in which Lua walks a table depends on a random seed of each state.
describe("the keys of --json keep one order from run to run", () => {
	test.each([
		["calc with the reference calculator", ["calc", demoBuild, "--calculator", "reference", "--json"]],
		["calc with Path of Building", ["calc", build, "--pob", miniPob, "--json"]],
		["calc in processes", ["calc", build, "--pob", miniPob, "--isolation", "process", "--json"]],
		["power", ["power", demoBuild, "--calculator", "reference", "--depth", "1", "--format", "json"]],
		["coverage", ["coverage", "--json"]],
	])("%s", async (_, args) => {
		const texts = new Set<string>();
		for (let i = 0; i < 3; i++) {
			const { stdout, status } = await run(args);
			expect(status).toBe(0);
			texts.add(stdout);
		}
		expect([...texts]).toHaveLength(1);
	});
});
