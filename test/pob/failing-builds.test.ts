import { describe, expect, it } from "vitest";
import { Engine, type PobatchError } from "../../src/index.js";
import {
	buildText,
	describeWithBuilds,
	miniBuild,
	miniPob,
	miniPobWith,
	sharedBuilds,
} from "../support/pob.js";

async function errorOf(engine: Engine, text: string): Promise<PobatchError> {
	return engine.load(text).then(
		() => expect.unreachable("it loads"),
		(error: PobatchError) => error,
	);
}

// The stand-in joins the gem's name to a message, and there is none.
const nameless = miniBuild({ skills: '<Skill><Gem level="5"/></Skill>' });

describe.each([
	"thread",
	"process",
] as const)("hazard: a build on which Path of Building itself fails (%s)", (isolation) => {
	it("is BUILD_INVALID in one line; Lua's traceback is in a field; the next build loads", async () => {
		await using engine = await Engine.open({ calculator: "pob", pob: miniPob, threads: 1, isolation });
		const error = await errorOf(engine, nameless);
		expect(error.name).toBe("PobatchError");
		expect(error.code).toBe("BUILD_INVALID");
		expect(error.message).toMatch(
			/^Path of Building fails on the build, in its window as well: Modules\/Build\.lua:\d+: attempt to concatenate .*nameSpec.*$/,
		);
		expect(error.message).not.toMatch(/[\r\n]/);
		expect(error.traceback).toMatch(/^stack traceback:\n(?:.*\n)*.*Modules\/Build\.lua/);
		const build = await engine.load(miniBuild());
		expect((await build.calculate()).Life).toBe(96);
	});
});

it("hazard: an error of Path of Building in several lines is one line all the same", async () => {
	const raising = '$1\terror("no such\\nskill")\n';
	const pob = miniPobWith({
		"src/Modules/Build.lua": (text) => text.replace(/(\nfunction buildMode:LoadSkills\(xml\)\n)/, raising),
	});
	await using engine = await Engine.open({ calculator: "pob", pob, threads: 1 });
	const { message, traceback } = await errorOf(engine, miniBuild());
	expect(message).toMatch(/^Path of Building fails on the build, .*Build\.lua:\d+: no such skill$/);
	expect(traceback).toMatch(/^stack traceback:\n(?:.*\n)*?.*Build\.lua:\d+: in function 'LoadSkills'/);
});

describeWithBuilds("hazard: a build on which the real Path of Building fails", (pob) => {
	it.each([
		[
			"no tree active",
			(text: string) => text.replace(/activeSpec="\d*"/, 'activeSpec="0"'),
			/TreeTab\.lua:\d+:/,
		],
		[
			"a gem without a level",
			(text: string) => text.replace(/(<Gem [^>]*)level="\d+"/, "$1"),
			/CalcTools\.lua:\d+: bad argument/,
		],
	])("%s", async (_, change, message) => {
		await using engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		const text = await buildText(sharedBuilds[0] as string);
		const error = await errorOf(engine, change(text));
		expect(error).toMatchObject({ code: "BUILD_INVALID", message: expect.stringMatching(message) });
		expect(error.message).not.toMatch(/[\r\n]/);
		expect(error.traceback).toContain("Modules/Build.lua");
	});
});
