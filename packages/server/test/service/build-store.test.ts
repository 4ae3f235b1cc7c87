import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BuildStore, type BuildStoreLimits } from "../../src/service/build-store.js";
import { Calculators } from "../../src/service/calculators.js";
import { wild } from "../support/calculators.js";
import { scratch } from "../support/server.js";

const files = scratch();
let calculators: Calculators;
const loads: string[] = [];
beforeAll(() => {
	const file = files.write("wild.lua", wild);
	calculators = new Calculators(
		[
			{ name: "one", calculator: file },
			{ name: "two", calculator: file },
		],
		{ threads: 1, sandbox: false },
	);
});
afterAll(() => calculators.close());

const store = (limits: Partial<BuildStoreLimits> = {}) =>
	new BuildStore(
		calculators,
		{ builds: 2, bytes: 2 ** 30, textBytes: 2 ** 20, loadMs: 60_000, ...limits },
		(_, name) => loads.push(name),
	);

const sumOf = async (builds: BuildStore, id: string) => {
	using lease = await builds.acquire(id);
	return (await lease.build.calculate({ add: [5] })).Sum;
};

describe("builds of a server", () => {
	test("the one that was used least recently makes room, and is loaded again when it is asked for", async () => {
		const builds = store();
		const ids: string[] = [];
		for (const text of ["a", "b"]) {
			using lease = await builds.add({ text });
			ids.push(lease.known.id);
		}
		expect(await sumOf(builds, ids[0] as string)).toBe(5);
		{
			using lease = await builds.add({ text: "c" });
			expect(lease.warm).toBe(false);
		}
		expect(builds.counts().get("one")).toBe(2);
		const before = loads.length;
		expect(await sumOf(builds, ids[0] as string)).toBe(5);
		expect(loads.length).toBe(before);
		expect(await sumOf(builds, ids[1] as string)).toBe(5);
		expect(loads.length).toBe(before + 1);
	});

	test("one in use stays loaded until it is released, whatever is loaded meanwhile", async () => {
		const builds = store({ builds: 1 });
		const lease = await builds.add({ text: "held" });
		for (const text of ["x", "y", "z"]) (await builds.add({ text }))[Symbol.dispose]();
		expect((await lease.build.calculate({ add: [7] })).Sum).toBe(7);
		lease[Symbol.dispose]();
		// Twice does no harm to others.
		lease[Symbol.dispose]();
		await expect(lease.build.calculate({ add: [7] })).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
	});

	test("many that are loaded at the same moment are all usable, though there is room for one", async () => {
		const builds = store({ builds: 1 });
		const answers = await Promise.all(
			Array.from({ length: 12 }, async (_, i) => {
				using lease = await builds.add({ text: `at once ${i % 6}` });
				return (await lease.build.calculate({ add: [i] })).Sum;
			}),
		);
		expect(answers).toEqual(Array.from({ length: 12 }, (_, i) => i));
		expect(builds.counts().get("one")).toBe(1);
	});

	test("that is asked for twice at once is loaded once", async () => {
		const builds = store();
		const before = loads.length;
		const leases = await Promise.all([1, 2, 3].map(() => builds.add({ text: "same" })));
		expect(loads.length).toBe(before + 1);
		expect(new Set(leases.map(({ known }) => known.id)).size).toBe(1);
		for (const lease of leases) lease[Symbol.dispose]();
	});

	test("bounded in bytes", async () => {
		const builds = store({ builds: 100, bytes: 2500 });
		for (const letter of "abcde") (await builds.add({ text: letter.repeat(1000) }))[Symbol.dispose]();
		expect(builds.counts().get("one")).toBeLessThanOrEqual(2);
		expect(builds.counts().get("one")).toBeGreaterThan(0);
	});

	test("the same text for another calculator, or another tree of it, is another build", async () => {
		const builds = store();
		const ids: string[] = [];
		for (const given of [{ text: "t" }, { text: "t", calculator: "two" }, { text: "t", spec: 2 }]) {
			using lease = await builds.add(given);
			ids.push(lease.known.id);
		}
		expect(new Set(ids).size).toBe(3);
	});

	test("texts are forgotten in time", async () => {
		const builds = store({ textBytes: 3000 });
		const ids: string[] = [];
		for (const letter of "abc") {
			using lease = await builds.add({ text: letter.repeat(600) });
			ids.push(lease.known.id);
		}
		expect(() => builds.known(ids[0] as string)).toThrow(expect.objectContaining({ code: "BUILD_UNKNOWN" }));
		expect(builds.known(ids[2] as string).text).toMatch(/^c+$/);
	});

	test("one that cannot be loaded leaves nothing behind", async () => {
		const builds = store();
		await expect(builds.add({ text: "x", calculator: "three" })).rejects.toMatchObject({ code: "NOT_FOUND" });
		expect(builds.counts().size).toBe(0);
	});
});
