import { Engine } from "pobatch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tools } from "../../src/mcp/tools/table.js";
import { Service } from "../../src/service/service.js";
import { McpClient } from "../support/mcp.js";
import { demoText, scratch } from "../support/server.js";

const files = scratch();
let service: Service;
let client: McpClient;
let build: Awaited<ReturnType<Engine["load"]>>;
let engine: Engine;
beforeAll(async () => {
	service = new Service({
		calculators: [{ name: "reference", calculator: "reference" }],
		engine: { threads: 1, isolation: "thread" },
	});
	client = await new McpClient().connectTo(service);
	engine = await Engine.open({ threads: 1 });
	build = await engine.load(demoText);
	await client.call("load", { source: demoText });
});
afterAll(async () => {
	await client.close();
	await service.close();
	await engine.close();
});

/** A notable two or more points away, and the way to it. */
function farNotable() {
	const tree = build.tree as NonNullable<typeof build.tree>;
	const names = new Map<string, number>();
	for (const { name } of tree.nodes) names.set(name, (names.get(name) ?? 0) + 1);
	const path = tree
		.pathsWithin(build.allocated, 5)
		.find(({ target, nodes }) => nodes.length > 1 && names.get(tree.node(target).name) === 1);
	if (!path) throw new Error("the demo tree has changed");
	return { ...tree.node(path.target), path: [...path.nodes] };
}

describe("the list of tools", () => {
	test("tells what each does, takes and does not change", async () => {
		const { tools: listed } = await client.client.listTools();
		expect(listed.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
		for (const { name, description, inputSchema, annotations } of listed) {
			expect([name, (description ?? "").length > 30]).toEqual([name, true]);
			expect([name, inputSchema.type]).toEqual([name, "object"]);
			expect([name, annotations?.readOnlyHint]).toEqual([
				name,
				!["search_start", "search_cancel"].includes(name),
			]);
			expect([name, annotations?.destructiveHint]).toEqual([name, false]);
		}
	});

	test("costs a model less than 20 kB", async () => {
		const text = JSON.stringify((await client.client.listTools()).tools);
		expect(text.length).toBeLessThan(20_000);
	});
});

describe("loading", () => {
	test("takes a file, and text in a chat's fence", async () => {
		const file = files.write("build.json", demoText);
		for (const source of [file, `\`\`\`json\n${demoText}\n\`\`\``]) {
			const { answer } = await client.call("load", { source });
			expect(answer).toMatchObject({ who: "Skywatcher (Falconer), level 80", nodes: 105 });
		}
	});

	test("says what is wrong with a link, a file that is not there, a code that was cut", async () => {
		for (const [source, code] of [
			["https://pobb.in/abc", "LINK_REFUSED"],
			["/nowhere/build.xml", "FILE_NOT_FOUND"],
			["eNrtXVtz2zYWfk5nqP+gcWZ2dpttRIKkKKWxd+RbrNZybEtOujM70wFJSELFW0nIjpvpf99zAN", "BUILD_INVALID"],
			["", "INVALID_ARGUMENT"],
		] as const) {
			const { isError, answer } = await client.call("load", { source });
			expect([source, isError, answer.error.code]).toEqual([source, true, code]);
			expect(answer.error.message).not.toBe("");
		}
	});

	test("is needed first", async () => {
		const other = await new McpClient().connectTo(service);
		const { isError, answer } = await other.call("stats");
		expect([isError, answer.error.hint]).toEqual([true, expect.stringMatching(/Call load/)]);
		await other.close();
	});
});

describe("what_if", () => {
	test("answers stats and delta, takes the path along and names it, and keeps nothing", async () => {
		const { id, name, path } = farNotable();
		const base = await build.calculate({}, { stats: ["Life", "Mana", "TotalEHP"] });
		const after = await build.calculate({ add: path }, { stats: ["Life", "Mana", "TotalEHP"] });
		const asked = { stats: ["Life", "Mana", "TotalEHP"] };
		for (const given of [id, String(id), name, name.toUpperCase()]) {
			const { answer } = await client.call("what_if", { ...asked, add: [given] });
			expect(answer.added.map((node: { id: number }) => node.id)).toEqual(path);
			expect(answer.added.at(-1)).toMatchObject({ id, name });
			expect(answer.points).toBe(path.length);
			expect(answer.notes.join()).toMatch(new RegExp(`${path.length} points away`));
			for (const stat of asked.stats) {
				expect(answer.stats[stat]).toBeCloseTo(after[stat] as number, 2);
				expect(answer.delta[stat]).toBeCloseTo((after[stat] as number) - (base[stat] as number), 2);
			}
		}
		expect((await client.call("stats", asked)).answer.stats.Life).toBeCloseTo(base.Life as number, 2);
	});

	test("takes along what hangs on a removed node", async () => {
		const own = await build.power({ stats: ["Life"], depth: 1, remove: true });
		const removal = own.nodes.find(({ points }) => points < -2);
		if (!removal) throw new Error("the demo build has changed");
		const { answer } = await client.call("what_if", { remove: [removal.id], stats: "Life" });
		expect(answer.removed.map((node: { id: number }) => node.id).sort()).toEqual([...removal.nodes].sort());
		expect(answer.points).toBe(removal.points);
		expect(answer.delta.Life).toBeCloseTo(removal.gains.Life as number, 2);
	});

	test("says what is no change: a node that the build has, or has not", async () => {
		const { answer } = await client.call("what_if", {
			add: [96],
			remove: [farNotable().id],
			stats: ["Life"],
		});
		expect(answer.notes.join()).toMatch(/allocated already.*|not allocated/);
		expect(answer).toMatchObject({ added: [], removed: [], points: 0, delta: { Life: 0 } });
	});

	test("refuses a node that nobody knows with what looks like it", async () => {
		const { name } = farNotable();
		const { isError, answer } = await client.call("what_if", { add: [`${name}x`] });
		expect([isError, answer.error.code]).toEqual([true, "UNKNOWN_NODE"]);
		expect(answer.error.hint).toContain(name);
	});
});

describe("questions about nodes", () => {
	test("find_nodes finds names and stat lines, the nearest first, and only nodes that the build can have", async () => {
		const { answer } = await client.call("find_nodes", { text: "life maximum", limit: 100 });
		expect(answer.found).toBeGreaterThan(3);
		for (const { name, stats } of answer.nodes)
			expect([name, ...stats].some((line: string) => /life/i.test(line) && /maximum/i.test(line))).toBe(true);
		const points = answer.nodes.map(({ pointsAway = 0 }: { pointsAway?: number | string }) =>
			pointsAway === "not reachable" ? Infinity : pointsAway,
		);
		expect(points).toEqual([...points].sort((a, b) => a - b));
		const { answer: none } = await client.call("find_nodes", { text: "no such words anywhere" });
		expect(none).toEqual({ found: 0, nodes: [] });
	});

	test("power is the library's, with names", async () => {
		const own = await build.power({ stats: ["Life"], depth: 3 });
		const { answer } = await client.call("power", { stats: "Life", depth: "3", top: 5 });
		expect(answer.nodes.map(({ id }: { id: number }) => id)).toEqual(
			own.nodes.slice(0, 5).map(({ id }) => id),
		);
		expect(answer.nodes[0]).toMatchObject({ name: own.nodes[0]?.name, points: own.nodes[0]?.points });
	});

	test("explain tells of a node what taking it changes, and of a stat who brings it", async () => {
		const { id, path, stats } = farNotable();
		const { answer } = await client.call("explain", { node: id });
		expect(answer).toMatchObject({
			id,
			allocated: false,
			statLines: stats,
			ifTaken: { points: path.length },
		});
		expect((await client.call("explain", { node: 96 })).answer).toMatchObject({ allocated: true });
		const own = await build.power({ stats: ["Life"], depth: 1, remove: true });
		const most = own.nodes.filter(({ points }) => points < 0).map(({ gains }) => gains.Life as number);
		const { answer: stat } = await client.call("explain", { stat: "life" });
		expect(stat).toMatchObject({ stat: "Life", meaning: expect.any(String) });
		expect(stat.mostMissedNodes[0].gains.Life).toBeCloseTo(Math.min(...most), 2);
	});
});

describe("inputs as models send them", () => {
	test("lists as text, numbers in quotes, names in other cases and spellings, null", async () => {
		const { answer: plain } = await client.call("stats", { stats: ["Life", "FireResist"] });
		for (const stats of [
			'["Life","FireResist"]',
			"life, fireresist",
			"Life\nfire_resist",
			["LIFE", "fire resist"],
		])
			expect((await client.call("stats", { stats, match: null })).answer).toEqual(plain);
		const { answer } = await client.call("power", { stats: "Life", depth: "2", per_point: "true", Top: "3" });
		const { answer: same } = await client.call("power", {
			stats: ["Life"],
			depth: 2,
			perPoint: true,
			top: 3,
		});
		expect(answer).toEqual(same);
	});

	test("what cannot be meant is refused by name", async () => {
		for (const [name, args, message] of [
			["stats", { stat: ["Life"] }, /"stat"/],
			["power", { depth: "deep" }, /depth/],
			["power", { depth: 0 }, /depth/],
			["stats", { stats: ["Lyfe"] }, /Lyfe/],
			["jump", {}, /"jump"/],
			["explain", {}, /node or stat/],
			["search_status", { job: "none" }, /none/],
		] as const) {
			const { isError, answer } = await client.call(name, args);
			expect([name, isError, answer.error.message]).toEqual([name, true, expect.stringMatching(message)]);
		}
	});

	test("a stat that is not there is answered with what looks like it", async () => {
		const { answer } = await client.call("stats", { stats: ["FireResits"] });
		expect(answer.error.hint).toMatch(/FireResist/);
		expect((await client.call("stats", { match: "resist" })).answer.stats).toHaveProperty("ColdResist");
	});
});

describe("two builds", () => {
	test("are compared by stats and nodes", async () => {
		const document = JSON.parse(demoText);
		const text = JSON.stringify({ ...document, nodes: document.nodes.slice(1) });
		const { answer } = await client.call("compare", { after: text, stats: ["Life"] });
		expect(answer.nodesOnlyBefore).toEqual([expect.stringMatching(/\(96\)$/)]);
		expect(answer.nodesOnlyAfter).toEqual([]);
		expect(answer.delta.Life).toBeCloseTo(answer.after.Life - answer.before.Life, 2);
		// The build that is talked about is still the first one.
		expect((await client.call("summary")).answer.nodes).toBe(105);
	});
});

describe("a search", () => {
	const ended = async () => {
		for (;;) {
			const { answer } = await client.call("search_status");
			if (answer.job.status !== "queued" && answer.job.status !== "running") return answer.job.status;
			// The client in this process answers within one turn of the event loop, in which no job advances.
			await new Promise((done) => setTimeout(done, 5));
		}
	};

	test("is the library's, step by step", async () => {
		const options = { goal: "TotalEHP", points: 3, maxEvaluations: 300 };
		const own = await build.search(options);
		await client.call("search_start", { ...options, points: "3" });
		expect(await ended()).toBe("done");
		const { answer } = await client.call("search_result");
		expect(answer.after.TotalEHP).toBe(own.after.TotalEHP);
		expect(answer.steps.map(({ id }: { id: number }) => id)).toEqual(own.steps.map(({ target }) => target));
		expect(answer.steps[0]).toHaveProperty("name");
		const { answer: full } = await client.call("search_result", { full: true });
		expect(full.set.add).toEqual([...(own.set.add ?? [])]);
	});

	test("that is cancelled answers the best so far", async () => {
		await client.call("search_start", { goal: "TotalEHP", points: 20, respec: 20, timeLimitMs: 600_000 });
		let best = 1;
		while (best <= 1) {
			best = (await client.call("search_status")).answer.job.progress.best ?? 1;
			await new Promise((done) => setTimeout(done, 5));
		}
		expect((await client.call("search_cancel")).answer.job.status).toBe("cancelled");
		const { answer } = await client.call("search_result");
		expect(answer.improved).toBe(true);
		expect(answer.after.TotalEHP).toBeGreaterThan(answer.before.TotalEHP);
	});

	test("between two stats answers a front", async () => {
		await client.call("search_start", { of: "Life,TotalEHP", points: 4, maxEvaluations: 300 });
		expect(await ended()).toBe("done");
		const { answer } = await client.call("search_result", { full: true });
		expect(answer.of).toEqual(["Life", "TotalEHP"]);
		expect(answer.front.length).toBeGreaterThan(0);
		expect((await client.call("search_start", { of: ["Life", "Mana"], goal: "dps" })).isError).toBe(true);
	});

	test("order and trim are the library's", async () => {
		const trimmed = await build.trim({ goal: "TotalEHP" });
		const { answer } = await client.call("trim", { goal: "TotalEHP", top: 5 });
		expect(answer.nodes.map(({ id }: { id: number }) => id)).toEqual(
			trimmed.nodes.slice(0, 5).map(({ id }) => id),
		);
		const ordered = await build.order({ goal: "TotalEHP" });
		const { answer: order } = await client.call("order", { goal: "TotalEHP" });
		expect(order.steps[0]).toMatchObject({ id: ordered.steps[0]?.target, level: ordered.steps[0]?.level });
	});
});

test("answers are brief unless more is asked for, and say what was left out", async () => {
	for (const [name, args] of [
		["stats", { match: "a" }],
		["summary", {}],
		["find_nodes", { text: "e", limit: 200 }],
		["capabilities", {}],
	] as const) {
		const { text } = await client.call(name, args);
		expect([name, Buffer.byteLength(text) <= 4000]).toEqual([name, true]);
	}
	const { answer } = await client.call("find_nodes", { text: "e", limit: 200 });
	expect(answer.leftOut.nodes + answer.nodes.length).toBe(200);
});

test("capabilities tell what there is", async () => {
	const { answer } = await client.call("capabilities");
	expect(answer).toMatchObject({
		calculators: [{ name: "reference", isDefault: true, answeredBy: "reference", threads: 1 }],
		files: true,
	});
});
