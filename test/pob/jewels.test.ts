import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Build, Engine } from "../../src/index.js";
import { rankJewels } from "../../src/operations/jewels.js";
import { describeWithPob, differences } from "../support/pob.js";

const text = await readFile(
	fileURLToPath(new URL("../../data/corpus/warrior-earthquake.xml", import.meta.url)),
	"utf8",
);
const plain = "Rarity: RARE\nDoom Eye\nRuby\nImplicits: 0\n10% increased maximum Life";
const radius = [
	"Rarity: RARE\nDoom Loop\nTime-Lost Ruby\nRadius: Very Large\nImplicits: 0",
	"Upgrades Radius to Very Large",
	"Notable Passive Skills in Radius also grant 5% increased maximum Life",
].join("\n");
const timeless = [
	"Rarity: UNIQUE\nUndying Hate\nTimeless Jewel\nRadius: Very Large\nImplicits: 0",
	"Glorifying the defilement of 6720 souls in tribute to Amanamu",
	"Passives in radius are Conquered by the Abyssals",
	"Historic",
].join("\n");

describeWithPob("jewels over sockets", (pob) => {
	let engine: Engine;
	let build: Build;
	beforeAll(async () => {
		engine = await Engine.open({ calculator: "pob", pob, threads: 1 });
		build = await engine.load(text);
	}, 120_000);
	afterAll(() => engine.close());

	/** What the build answers with the path and the jewel once it was saved so and loaded again. */
	async function reloaded(node: number, jewel: string, add: readonly number[], stat: string) {
		const other = await engine.load(
			await build.variant({ jewels: { [node]: jewel } }).toXml({ add: [...add] }),
		);
		const values = await other.calculate({}, { stats: [stat] });
		await other.close();
		return values[stat];
	}

	const pathTo = (node: number, depth = 12) => [
		...((build.tree?.pathsWithin(build.allocated, depth) ?? []).find(({ target }) => target === node)
			?.nodes ?? []),
	];

	it("a jewel is tried in each socket within reach, at the cost of its path", async () => {
		const near = await rankJewels(build, { jewels: [plain], stats: ["Life"], depth: 5 });
		const far = await rankJewels(build, { jewels: [plain], stats: ["Life"], depth: 12 });
		const socketsOf = ({ rows }: typeof far) => rows.map(({ label }) => label.Socket as number).sort();
		expect(far.rows.length).toBeGreaterThan(near.rows.length);
		expect(socketsOf(far)).toEqual(expect.arrayContaining(socketsOf(near)));
		for (const { label, values, gains } of far.rows) {
			const node = label.Socket as number;
			expect(build.tree?.node(node).type).toBe("jewelSocket");
			const path = pathTo(node);
			expect(label.Points).toBe(path.length);
			expect(label.Points).toBeLessThanOrEqual(12);
			expect(build.allocated.includes(node) ? label.Points : path.at(-1)).toBe(
				build.allocated.includes(node) ? 0 : node,
			);
			expect(values.Life).toBe(await reloaded(node, plain, path, "Life"));
			expect(gains.Life).toBe((values.Life as number) - (far.base.Life as number));
		}
		const worth = far.rows.map(({ gains }) => gains.Life as number);
		expect(worth).toEqual([...worth].sort((a, b) => b - a));
	});

	/** The build with a socket, and with notables inside the radius of a jewel there. */
	async function grown(jewel: string) {
		const { rows } = await rankJewels(build, { jewels: [jewel], stats: ["Life"], depth: 12 });
		const [{ label }] = rows as [(typeof rows)[number]];
		const inside = namesIn(label.Radius);
		const paths = (build.tree?.pathsWithin(build.allocated, 12) ?? []).filter(({ target }) => {
			const node = build.tree?.node(target);
			return target === label.Socket || (node?.type === "notable" && inside.includes(node.name));
		});
		const add = [...new Set(paths.flatMap(({ nodes }) => [...nodes]))];
		return { socket: label.Socket as number, larger: await engine.load(await build.toXml({ add })) };
	}

	const namesIn = (holds: unknown) => {
		const [, count, names = ""] = /^(\d+) notables \((.*)\), \d+ others$/.exec(String(holds)) ?? [];
		const inside = names.split(", ");
		expect(inside.length).toBe(Number(count));
		return inside;
	};

	it("tells what is inside a jewel's radius: what it grants to each notable there shows in the numbers", async () => {
		const { socket, larger } = await grown(radius);
		const { rows } = await rankJewels(larger, { jewels: [plain, radius], stats: ["Spec:LifeInc"] });
		const at = (jewel: string) =>
			rows.find(({ label }) => label.Socket === socket && label.Jewel === jewel) as (typeof rows)[number];
		const { label, gains } = at("Doom Loop, Time-Lost Ruby");
		const inside = namesIn(label.Radius);
		const allocated = larger.allocated
			.map((id) => larger.tree?.node(id))
			.filter((node) => node?.type === "notable" && inside.includes(node.name));
		expect(allocated.length).toBeGreaterThan(0);
		expect(label.Points).toBe(0);
		expect(gains["Spec:LifeInc"]).toBe(5 * allocated.length);
		expect(at("Doom Eye, Ruby").label.Radius).toBe("");
		await larger.close();
	});

	it("a timeless jewel is tried with all seeds that are given, over all sockets", async () => {
		const { larger } = await grown(timeless);
		const seeds = [101, 2000, 2001, 7999];
		const stats = larger.stats();
		const { rows, advice } = await rankJewels(larger, { jewels: [timeless], seeds, stats });
		const sockets = new Set(rows.map(({ label }) => label.Socket));
		expect(rows.length).toBe(seeds.length * sockets.size);
		expect(new Set(rows.map(({ label }) => label.Seed))).toEqual(new Set(seeds));
		// Attribute nodes of the radius grant Tribute, whatever the seed.
		expect(rows.some(({ values }) => (values.Tribute as number) > 0)).toBe(true);
		for (const { label, values, error } of rows.slice(0, 4)) {
			expect(error).toBeUndefined();
			const node = label.Socket as number;
			const paths = larger.tree?.pathsWithin(larger.allocated, 8) ?? [];
			const add = label.Points === 0 ? [] : [...(paths.find(({ target }) => target === node)?.nodes ?? [])];
			const seeded = timeless.replace("6720", String(label.Seed));
			const other = await engine.load(await larger.variant({ jewels: { [node]: seeded } }).toXml({ add }));
			const known = stats.filter((stat) => other.stats().includes(stat));
			expect(differences(await other.calculate({}, { stats: known }), values)).toEqual([]);
			await other.close();
		}
		const bySocket = new Set(rows.map(({ label, values }) => JSON.stringify([label.Socket, values])));
		const isSaid = advice.some((sentence) => sentence.startsWith("All seeds answer the same"));
		expect(isSaid).toBe(bySocket.size === sockets.size);
		// Its own seed where none is given.
		const own = await rankJewels(larger, { jewels: [timeless], stats: ["Life"] });
		expect(own.rows.every(({ label }) => label.Seed === 6720)).toBe(true);
		await larger.close();
	});

	it("a text that is not a jewel, and a range without a socket, give clear errors", async () => {
		await expect(
			rankJewels(build, { jewels: ["Rarity: RARE\nNo\nThing"], stats: ["Life"] }),
		).rejects.toMatchObject({
			code: "VARIANT_INVALID",
			message: expect.stringMatching(/no base.*No, Thing/),
		});
		await expect(
			rankJewels(build, { jewels: ["Rarity: RARE\nDoom Band\nRuby Ring"], stats: ["Life"], depth: 12 }),
		).rejects.toMatchObject({
			code: "VARIANT_INVALID",
			message: expect.stringMatching(/No socket within 12 points/),
		});
	});
});
