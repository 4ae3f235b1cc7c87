import { randomBytes } from "node:crypto";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine } from "../../src/index.js";
import { buildText, describeWithBuilds, sharedBuilds } from "../support/pob.js";

const code = (bytes: Buffer) =>
	deflateSync(bytes).toString("base64").replaceAll("+", "-").replaceAll("/", "_");

describeWithBuilds("a bad build", (pob) => {
	let engine: Engine;
	let text: string;
	let life: number;
	const [name] = sharedBuilds as [string];
	beforeAll(async () => {
		engine = await Engine.open({ calculator: "pob", pob, threads: 1, cache: false });
		text = await buildText(name);
		life = await lifeOf(text);
	}, 60_000);
	afterAll(() => engine.close());

	async function lifeOf(build: string): Promise<number> {
		const loaded = await engine.load(build);
		const { Life } = await loaded.calculate({}, { stats: ["Life"] });
		await loaded.close();
		return Life as number;
	}

	const refused: [string, () => string, RegExp][] = [
		["truncated XML", () => text.slice(0, text.length / 2), /the text ends inside <\w+>/],
		[
			"a document type with entities",
			() => `<!DOCTYPE x [<!ENTITY a "${"b".repeat(100)}">]>${text}`,
			/found no element: line 1: it begins with "<!DOCTYPE/,
		],
		[
			"1,000 nested elements",
			() => `<PathOfBuilding2>${"<Build>".repeat(1000)}${"</Build>".repeat(1000)}</PathOfBuilding2>`,
			/nested more than 64 deep/,
		],
		["a code of 10 MB", () => "A".repeat(10 * 2 ** 20), /PoB code cannot be read/],
		[
			"a code of 10 MB of noise",
			() => randomBytes(10 * 2 ** 20).toString("base64"),
			/PoB code cannot be read/,
		],
		["garbage", () => "\0\x01\xff}{][", /no text, but binary data/],
		["a zip bomb", () => code(Buffer.alloc(200 * 2 ** 20, "<")), /inflates to more than 32 MB/],
		["a code of something else", () => code(Buffer.from("just a text")), /something else than XML/],
		["an empty text", () => "", /empty/],
		[
			"an unknown tree version",
			() => text.replaceAll(/treeVersion="\w+"/g, 'treeVersion="9_9"'),
			/unknown tree version '9_9'/,
		],
		[
			"an unknown class",
			() =>
				text
					.replaceAll(/classInternalId="\w+"/g, 'classInternalId="77"')
					.replaceAll(/classId="\w+"/g, 'classId="77"'),
			/class '77'/,
		],
		["XML of another program", () => "<svg><g/></svg>", /expected <PathOfBuilding2> but found <svg>/],
		[
			"a <Build> of no known game",
			() => "<PathOfBuilding2><Build/></PathOfBuilding2>",
			/could not load the build: Game Version: .* not supported/,
		],
	];
	it.each(refused)(
		"%s: a typed error",
		async (_, make, message) => {
			await expect(engine.load(make())).rejects.toMatchObject({
				name: "PobatchError",
				code: expect.stringMatching(/BUILD_INVALID|UNKNOWN_CLASS|CALCULATOR_ERROR/),
				message: expect.stringMatching(message),
			});
		},
		60_000,
	);

	it("leaves the engine as it was", async () => {
		expect(await lifeOf(text)).toBe(life);
	}, 60_000);

	describe("is read as far as Path of Building reads it", () => {
		it("an item text that it cannot parse: left out with a warning", async () => {
			const broken = text.replace(
				/(<Item\b[^>]*>)[^<]*/,
				"$1\nRarity: RARE\nSome Thing\nNo Such Base\n+10 to maximum Life\n",
			);
			const build = await engine.load(broken);
			expect(build.warnings).toContainEqual({
				code: "UNREADABLE_ITEM",
				text: "left out, Path of Building cannot read it: Some Thing",
				where: expect.stringMatching(/^item \d+$/),
			});
			await build.close();
			expect(await lifeOf(text)).toBe(life);
		});

		it("item texts of nonsense: no crash", async () => {
			for (const nonsense of [
				"",
				"\0",
				"Rarity:",
				"Rarity: UNIQUE",
				"{}{}{variant:9}x",
				"Implicits: 99\n+1",
				"%s%d%n",
			]) {
				const broken = text.replace(
					/(<Item\b[^>]*>)[^<]*/g,
					(_, tag) => `${tag}\n${nonsense.replace("\0", "")}\n`,
				);
				const build = await engine.load(broken).catch((error: Error) => error);
				if (build instanceof Error) expect(build).toMatchObject({ name: "PobatchError" });
				else await build.close();
			}
			expect(await lifeOf(text)).toBe(life);
		}, 120_000);

		it("an empty <Build>: a character of level 1 without nodes but its start", async () => {
			const build = await engine.load('<PathOfBuilding2><Build targetVersion="0_1"/></PathOfBuilding2>');
			expect(build.info.level).toBe(1);
			expect(build.allocated).toHaveLength(1);
			expect((await build.calculate({}, { stats: ["Life"] })).Life).toBeGreaterThan(0);
			await build.close();
			expect(await lifeOf(text)).toBe(life);
		}, 60_000);
	});
});
