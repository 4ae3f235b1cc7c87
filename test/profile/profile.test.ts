import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Engine, type EngineOptions, NodeSets, type Profile, type SpeedscopeFile } from "../../src/index.js";
import { Profile as ProfileClass } from "../../src/profile/profile.js";
import { phaseOf } from "../../src/profile/profile-phases.js";
import { calculatorWith, fixture, luaFile } from "../support/calculators.js";
import { packageUrl, runChild } from "../support/child.js";
import { dice, miniBuild, miniPob, randomSets } from "../support/pob.js";

const isBuilt = existsSync(fileURLToPath(packageUrl));

/** Most of a row's time is in `heavy`, a tenth of that in `light`; their lines are their positions in the file. */
const uneven = luaFile(`local function heavy(n)
	local x = 0
	for i = 1, n do
		x = x + math.sin(i)
	end
	return x
end

local light = function(n)
	return heavy(n)
end

return {
	name = "uneven",
	version = "1",
	load = function() return {}, { allocated = {} } end,
	stats = function() return { "X" } end,
	Calculate = function(_, set)
		return { X = heavy(20000) + light(2000) + set.add[1] }
	end,
}
`);

const open = (options: EngineOptions = {}) => Engine.open({ calculator: uneven, threads: 1, ...options });
const sets = NodeSets.deltas(Array.from({ length: 20 }, (_, i) => ({ add: [i + 1] })));

/** Nodes of the stand-in that neither fail nor run forever. */
const miniSets = NodeSets.deltas([
	{ add: [24] },
	{ add: [14, 24] },
	{ remove: [13] },
	{ add: [19], remove: [13] },
]);

/** Calculates until `profile` has a few hundred samples on a quiet machine. */
async function busy(engine: Engine): Promise<void> {
	const build = await engine.load("");
	const end = performance.now() + 300;
	while (performance.now() < end) await build.calculateBatch(sets);
}

const called = ({ functions }: Profile, name: string) => functions.find((one) => one.name === name);
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

it.runIf(process.platform === "win32")(
	"is refused on Windows, and the engine goes on calculating (needs Windows)",
	async () => {
		await using engine = await open();
		await expect(engine.profile(() => {})).rejects.toMatchObject({ code: "PROFILE_UNAVAILABLE" });
		await expect(open({ profile: true })).rejects.toMatchObject({ code: "PROFILE_UNAVAILABLE" });
		const build = await engine.load("");
		expect((await build.calculateBatch(sets)).errors).toEqual([]);
	},
);

describe.skipIf(process.platform === "win32")("engine.profile (not on Windows)", () => {
	it("names the functions by their source, with self and total", async () => {
		await using engine = await open();
		const profile = await engine.profile(() => busy(engine));
		expect(profile.samples).toBeGreaterThan(0);
		expect(called(profile, "heavy")).toMatchObject({ file: uneven, line: 1 });
		const { self, total } = called(profile, "Calculate") ?? { self: 0, total: 0 };
		expect(called(profile, "Calculate")).toMatchObject({ file: uneven, line: 18 });
		expect(total).toBeGreaterThanOrEqual(called(profile, "heavy")?.total ?? Number.NaN);
		expect(total).toBeGreaterThan(self);
		expect(called(profile, "protocol.run")?.file).toBe("pobatch/lua/batch_loop.lua");
		expect(sum(profile.functions.map((one) => one.self))).toBe(profile.samples);
	});

	it("distinguishes functions created at run time under one chunk name", async () => {
		const made =
			'assert(loadstring("return function(n) local x = 0 for i = 1, n do x = x + i % 7 end return x end", "=made"))()';
		await using engine = await open({
			calculator: calculatorWith({
				open: `function() first, second = ${made}, ${made} end`,
				stats: 'function() return { "X" } end',
				Calculate: "function() return { X = first(20000) + second(20000) } end",
			}),
		});
		const { functions } = await engine.profile(() => busy(engine));
		const named = functions.filter(({ file }) => file === "made").map(({ name }) => name);
		expect(named).toEqual(expect.arrayContaining(["first", "second"]));
	});

	it("divides the samples among phases", async () => {
		await using engine = await open();
		const { phases, samples } = await engine.profile(() => busy(engine));
		expect(sum(phases.map((phase) => phase.samples))).toBe(samples);
		expect(phases[0]?.name).toBe("calculate");
		for (const { name, samples, compiled, interpreted, c } of phases) {
			const machinery = name === "GC" || name === "JIT compiler";
			expect(compiled + interpreted + c).toBe(machinery ? 0 : samples);
		}
	});

	it("with profile: true has the opening, and goes on", async () => {
		await using engine = await open({ calculator: "reference", profile: true });
		const opening = await engine.takeProfile();
		expect(called(opening, "protocol.open")).toBeDefined();
		expect(opening.phases.map(({ name }) => name)).toContain("boot");
		const rows = await engine.profile(async () => {
			const build = await engine.load("{}").catch(() => undefined);
			expect(build).toBeUndefined();
		});
		expect(called(rows, "protocol.open")).toBeUndefined();
		await engine.takeProfile();
	});

	it("changes no bit", async () => {
		// Enough rows that some are interpreted, some compiled, and some with another state's collections.
		const demo = await readFile(
			fileURLToPath(new URL("../../data/demo-build.json", import.meta.url)),
			"utf8",
		);
		for (const [text, changes, options] of [
			[miniBuild(), miniSets, { calculator: "pob", pob: miniPob, cache: false }],
			[demo, undefined, { calculator: "reference" }],
		] as const) {
			const bits = async (engine: Engine) => {
				const build = await engine.load(text);
				const near = changes ?? NodeSets.deltas(randomSets(build, 200, dice(1)));
				const results: string[] = [];
				for (let i = 0; i < 30; i++) {
					const { values, errors } = await build.calculateBatch(near, { stats: build.stats() });
					expect(errors).toEqual([]);
					results.push(createHash("sha256").update(values).digest("hex"));
				}
				return results;
			};
			await using plain = await Engine.open({ ...options, threads: 1 });
			await using sampled = await Engine.open({ ...options, threads: 1, profile: true });
			const without = await bits(plain);
			expect(await bits(sampled)).toEqual(without);
			expect((await sampled.takeProfile()).samples).toBeGreaterThan(0);
			expect(await bits(sampled)).toEqual(without);
		}
	});

	it("knows Path of Building's functions", async () => {
		await using engine = await Engine.open({
			calculator: "pob",
			pob: miniPob,
			threads: 1,
			cache: false,
			profile: true,
		});
		const build = await engine.load(miniBuild());
		const phases = new Set<string>();
		let perform: ReturnType<typeof called>;
		// A phase may end before a sample is taken: each is worked on until all were seen.
		const sampledUntil = async (work: () => Promise<unknown>, wanted: string[]) => {
			while (!wanted.every((name) => phases.has(name))) {
				await work();
				const profile = await engine.takeProfile();
				for (const { name } of profile.phases) phases.add(name);
				perform ??= called(profile, "calcs.perform");
			}
		};
		await sampledUntil(async () => (await engine.load(miniBuild())).close(), ["boot", "load"]);
		await sampledUntil(() => build.calculateBatch(miniSets), ["init", "perform"]);
		expect(perform).toMatchObject({ file: "Modules/CalcPerform.lua", line: 4 });
		expect([...phases]).toEqual(expect.arrayContaining(["boot", "load", "init", "perform"]));
	});

	it("continues with the state that replaces one in doubt", async () => {
		await using engine = await open({ calculator: fixture("endless.lua"), rollback: false, profile: true });
		const build = await engine.load("compiled loop");
		const rows = NodeSets.deltas([{ add: [9] }, { add: [1] }]);
		const { reloads, errors } = await build.calculateBatch(rows, { rowTimeoutMs: 50 });
		expect(errors.map(({ code }) => code)).toEqual(["TIMEOUT"]);
		expect(reloads).toBe(1);
		// On a busy machine, a row may end before a sample is taken.
		const untilSampled = async () => {
			while (!called(await engine.takeProfile(), "forever")?.self)
				await build.calculateBatch(rows, { rowTimeoutMs: 50 });
		};
		await untilSampled();
		// Of the state that came last.
		await untilSampled();
	});

	it("samples every way to loop, and a loop can still be stopped", async () => {
		await using engine = await open({
			calculator: fixture("endless.lua"),
			sandbox: false,
			profile: true,
		});
		const ways = (await engine.command("ways")) as string[];
		for (const way of ways) {
			const build = await engine.load(way);
			const result = await build.calculateBatch(NodeSets.deltas([{ add: [9] }, { add: [7] }]), {
				rowTimeoutMs: 30,
			});
			expect([way, result.errors.map(({ code }) => code)]).toEqual([way, ["TIMEOUT"]]);
			expect(result.row(1)).toEqual({ Node: 7 });
			await build.close();
		}
		expect((await engine.takeProfile()).samples).toBeGreaterThan(0);
	});

	it("passes on what the function throws, and samples no longer", async () => {
		await using engine = await open();
		const thrown = new Error("mine");
		await expect(engine.profile(() => Promise.reject(thrown))).rejects.toBe(thrown);
		await expect(engine.takeProfile()).rejects.toMatchObject({ code: "PROFILE_UNAVAILABLE" });
		expect((await engine.profile(() => busy(engine))).samples).toBeGreaterThan(0);
	});

	it("takes one profile at a time in a process", async () => {
		const first = await open({ profile: true });
		await using second = await open();
		await expect(second.profile(() => {})).rejects.toMatchObject({
			code: "PROFILE_UNAVAILABLE",
			message: "another profile is being taken in this process",
		});
		await expect(open({ profile: true })).rejects.toMatchObject({ code: "PROFILE_UNAVAILABLE" });
		await first.profile(async () => {
			await expect(first.profile(() => {})).rejects.toMatchObject({ code: "PROFILE_UNAVAILABLE" });
		});
		await first.close();
		expect((await second.profile(() => busy(second))).samples).toBeGreaterThan(0);
	});

	it("refuses arguments that are not functions, closed engines and child processes", async () => {
		const engine = await open();
		await expect(engine.profile(1 as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
		await engine.close();
		await expect(engine.profile(() => {})).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
		await expect(open({ isolation: "process", profile: true })).rejects.toMatchObject({
			code: "PROFILE_UNAVAILABLE",
		});
		await using isolated = await open({ isolation: "process" });
		await expect(isolated.profile(() => {})).rejects.toMatchObject({
			code: "PROFILE_UNAVAILABLE",
			message: "States in other processes cannot be profiled",
		});
	});

	it("ends with an engine that is closed meanwhile", async () => {
		const engine = await open({ calculator: fixture("endless.lua") });
		const build = await engine.load("calls");
		const profile = engine.profile(() => build.calculateBatch(NodeSets.deltas([{ add: [9] }])));
		const failed = expect(profile).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
		await new Promise((resolve) => setTimeout(resolve, 50));
		await engine.close();
		await failed;
		await using next = await open();
		expect((await next.profile(() => busy(next))).samples).toBeGreaterThan(0);
	});
});

describe.skipIf(!isBuilt || process.platform === "win32")(
	"the signal (not on Windows; needs dist/: npm run build:ts)",
	() => {
		const calculator = calculatorWith({});
		it("is left to Node's own profiler", async () => {
			const { stdout, code } = await runChild(
				`const engine = await pobatch.Engine.open({ calculator: ${JSON.stringify(calculator)}, threads: 1 });
			const { Session } = await import("node:inspector/promises");
			const session = new Session();
			session.connect();
			await session.post("Profiler.enable");
			await session.post("Profiler.start");
			await engine.profile(() => {}).catch(({ code, message }) => console.log(code, message));
			await session.post("Profiler.stop");
			await engine.profile(() => {});
			await engine.close();`,
			);
			expect(stdout).toBe(
				"PROFILE_UNAVAILABLE the signal SIGPROF is in use, by Node's own profiler (--cpu-prof) perhaps\n",
			);
			expect(code).toBe(0);
		});

		it("ends no process that exits, or whose worker is terminated, while it is sampled", async () => {
			const options = JSON.stringify({ calculator: fixture("endless.lua"), threads: 2, profile: true });
			const loop = `const engine = await pobatch.Engine.open(${options});
			const build = await engine.load("compiled loop");
			build.calculateBatch(pobatch.NodeSets.deltas([{ add: [9] }, { add: [9] }]));
			await new Promise((resolve) => setTimeout(resolve, 50));`;
			expect(await runChild(`${loop} process.exit(3);`)).toMatchObject({ code: 3, signal: null });
			const inWorker = await runChild(`
			import { Worker } from "node:worker_threads";
			const text = ${JSON.stringify(`import(${JSON.stringify(packageUrl)}).then(async (pobatch) => { ${loop} require("node:worker_threads").parentPort.postMessage(1); });`)};
			for (let i = 0; i < 3; i++) {
				const worker = new Worker(text, { eval: true, execArgv: [] });
				await new Promise((resolve) => worker.once("message", resolve));
				await worker.terminate();
			}
			console.log("done");`);
			expect(inWorker).toEqual({ code: 0, signal: null, stdout: "done\n", stderr: "" });
		});
	},
);

/** Eleven samples: six of `inner`, called by `outer`, one of them collecting; two of `outer`; three of native code. */
const byHand = new ProfileClass(
	{
		frames: [],
		stacks: [[0, 1, 2], [1, 2], [2]],
		samples: [0, 1, 0, 0],
		weights: [2, 2, 3, 1],
		states: "NICG",
		native: 3,
		idle: 5,
	},
	[
		{ name: "inner", file: "a;b.lua", line: 3 },
		{ name: "outer", file: "c d.lua", line: 0 },
		{ name: "?", file: "[C]", line: 0 },
	],
	2,
	100,
);

describe("a profile", () => {
	it("counts self and total; a collection is a function of its own", () => {
		expect(byHand.samples).toBe(11);
		expect(byHand.idle).toBe(5);
		expect(byHand.functions).toEqual([
			{ name: "inner", file: "a;b.lua", line: 3, self: 5, total: 6 },
			{ name: "[native]", file: "", line: 0, self: 3, total: 3 },
			{ name: "outer", file: "c d.lua", line: 0, self: 2, total: 8 },
			{ name: "[GC]", file: "", line: 0, self: 1, total: 1 },
		]);
	});

	it("counts phases by what the state was doing", () => {
		expect(byHand.phases).toEqual([
			{ name: "calculate", samples: 7, compiled: 2, interpreted: 2, c: 3 },
			{ name: "crossing", samples: 3, compiled: 0, interpreted: 0, c: 3 },
			{ name: "GC", samples: 1, compiled: 0, interpreted: 0, c: 0 },
		]);
	});

	it("counts a recursive function once", () => {
		const { functions } = new ProfileClass(
			{ frames: [], stacks: [[0, 0, 0]], samples: [0], weights: [4], states: "N", native: 0, idle: 0 },
			[{ name: "f", file: "f.lua", line: 1 }],
			1,
			4,
		);
		expect(functions).toEqual([{ name: "f", file: "f.lua", line: 1, self: 4, total: 4 }]);
	});

	it("writes collapsed stacks that flame graph programs can divide", () => {
		expect(byHand.toCollapsed()).toBe(
			"[native] 3\nouter (c d.lua) 2\nouter (c d.lua);inner (a b.lua:3) 5\nouter (c d.lua);inner (a b.lua:3);[GC] 1\n",
		);
	});

	it("writes speedscope's format", async () => {
		expect(byHand.toSpeedscope("mine")).toEqual({
			$schema: "https://www.speedscope.app/file-format-schema.json",
			name: "mine",
			exporter: expect.stringMatching(/^pobatch \d/),
			activeProfileIndex: 0,
			shared: {
				frames: [
					{ name: "inner", file: "a;b.lua", line: 3 },
					{ name: "outer", file: "c d.lua" },
					{ name: "?", file: "[C]" },
					{ name: "[GC]" },
					{ name: "[native]" },
				],
			},
			profiles: [
				{
					type: "sampled",
					name: "mine",
					unit: "milliseconds",
					startValue: 0,
					endValue: 22,
					samples: [[1, 0], [1], [1, 0], [1, 0, 3], [4]],
					weights: [4, 4, 6, 2, 6],
				},
			],
		} satisfies SpeedscopeFile);
	});
});

describe("phases", () => {
	const lua = "pobatch/lua/batch_loop.lua";
	const run = { name: "protocol.run", file: lua, line: 1 };
	const pob = (name: string, file: string) => ({ name, file: `Modules/${file}.lua`, line: 1 });
	const perform = pob("calcs.perform", "CalcPerform");
	const sum = { name: "Sum", file: "Classes/ModDB.lua", line: 1 };
	it.each([
		["crossing", [run]],
		["crossing", [run, { name: "xpcall", file: "[C]", line: 0 }]],
		["calculate", [run, { name: "Calculate", file: "/home/me/own.lua", line: 1 }]],
		["boot", [{ name: "main chunk", file: lua, line: 0 }, sum]],
		["boot", [{ name: "protocol.open", file: lua, line: 1 }, perform]],
		["load", [{ name: "protocol.load", file: lua, line: 1 }, perform, sum]],
		["init", [run, pob("calcs.initEnv", "CalcSetup"), sum]],
		[
			"nodes",
			[run, pob("calcs.initEnv", "CalcSetup"), pob("calcs.buildModListForNodeList", "CalcSetup"), sum],
		],
		["skills", [run, pob("calcs.initEnv", "CalcSetup"), pob("calcs.createActiveSkill", "CalcActiveSkill")]],
		["perform", [run, perform, sum]],
		["offence", [run, perform, pob("calcs.offence", "CalcOffence"), sum]],
		["FullDPS", [run, pob("calcs.calcFullDPS", "Calcs"), sum]],
		["FullDPS init", [run, pob("calcs.calcFullDPS", "Calcs"), pob("calcs.initEnv", "CalcSetup"), sum]],
		["cache", [run, { name: "answers:find", file: "pobatch/lua/pob/memo/results.lua", line: 1 }, sum]],
	])("%s", (phase, stack) => {
		expect(phaseOf(stack)).toBe(phase);
	});
});
