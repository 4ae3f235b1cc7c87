import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { miniBuild, miniPob } from "../../../../test/support/pob.js";
import type { RunningServer } from "../../src/http/server.js";
import { slow } from "../support/calculators.js";
import { demoText, root, scratch, start } from "../support/server.js";

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
	existsSync(path),
);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** With PAGE_SCREENSHOTS=FOLDER, pictures for people to look at. */
const pictures = process.env.PAGE_SCREENSHOTS;

interface Drawing {
	frames: number;
	placeOf(id: number): [number, number];
}

let server: RunningServer;
let browser: Browser;
const files = scratch();
const { folder } = files;

const body = () => {
	beforeAll(async () => {
		server = await start({ jobFolder: join(folder, "jobs") });
		browser = await chromium.launch({
			executablePath: program as string,
			args: ["--no-sandbox", "--disable-dev-shm-usage"],
		});
		if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
	}, 60_000);
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});

	const foreign: string[] = [];
	async function open(
		options: Parameters<Browser["newContext"]>[0] = {},
		path = "",
		{ address } = server,
	): Promise<Page> {
		const context = await browser.newContext({
			permissions: ["clipboard-read", "clipboard-write"],
			viewport: { width: 1280, height: 900 },
			...options,
		});
		const page = await context.newPage();
		page.on("request", (request) => {
			const url = request.url();
			if (!url.startsWith(address) && !url.startsWith("data:")) foreign.push(url);
		});
		await page.goto(`${address}${path}`);
		return page;
	}
	const paste = async (page: Page, text: string) => {
		await page.getByLabel(/Code, XML or link/).fill(text);
		await page.getByRole("button", { name: "Load", exact: true }).click();
	};
	const clickNode = async (page: Page, id: number) => {
		const canvas = page.locator("canvas").first();
		const [x, y] = await canvas.evaluate(
			(element, node) => (element as unknown as { tree: Drawing }).tree.placeOf(node),
			id,
		);
		await canvas.click({ position: { x, y } });
	};

	test("shows the build of its address, as `pobatch open` prints it", async () => {
		using lease = await server.service.load({ text: demoText });
		const page = await open({}, `/#build=${lease.known.id}`);
		await page.getByRole("heading", { name: /Skywatcher, level 80/ }).waitFor();
		await page.close();
	});

	test("hazard: a server that is started again does not know the build of `pobatch open`: it is given it, also when the page is reloaded", {
		timeout: 60_000,
	}, async () => {
		const text = demoText.replace('"level": 80', '"level": 70');
		const { id, node } = await (async () => {
			using lease = await server.service.load({ text });
			const [best] = (await lease.build.power({ stats: ["Life"], depth: 1 })).nodes;
			return { id: lease.known.id, node: best?.id as number };
		})();
		const page = await open({}, `/#build=${id}`);
		const heading = page.getByRole("heading", { name: /Skywatcher, level 70/ });
		await heading.waitFor();
		await rowOf(page, "Life").waitFor();
		const port = Number(new URL(server.address).port);
		const again = async () => {
			await server.close();
			server = await start({ jobFolder: join(folder, "jobs"), port });
		};
		await again();
		await clickNode(page, node);
		await expect.poll(() => rowOf(page, "Life").innerText(), { timeout: 20_000 }).toContain("+");
		await again();
		await page.reload();
		await heading.waitFor();
		await rowOf(page, "Life").waitFor();
		await page.close();
	});

	async function loaded(options = {}): Promise<Page> {
		const page = await open(options);
		await paste(page, demoText);
		await page.getByRole("heading", { name: /Skywatcher, level 80/ }).waitFor();
		await page.getByRole("rowheader", { name: "Life", exact: true }).waitFor();
		return page;
	}
	const violations = async (page: Page) => {
		await page.evaluate(axe);
		const { violations: found } = (await page.evaluate(
			'axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] })',
		)) as { violations: { id: string; nodes: { html: string }[] }[] };
		return found.map(({ id, nodes }) => [id, nodes[0]?.html]);
	};
	const picture = (page: Page, name: string) =>
		pictures === undefined
			? undefined
			: page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
	const rowOf = (page: Page, stat: string) =>
		page
			.getByRole("row")
			.filter({ has: page.getByRole("rowheader", { name: stat, exact: true }) })
			.first();

	test("a build is pasted, a node clicked, and the exact change is shown at once; undone, it is gone", async () => {
		const page = await loaded();
		await picture(page, "build");
		using lease = await server.service.load({ text: demoText });
		const { build } = lease;
		// One that shows in the table, near the build.
		const own = await build.power({ stats: ["Life"], depth: 1 });
		const node = own.nodes.find(({ points, gains }) => points === 1 && (gains.Life as number) > 0);
		if (!node) throw new Error("the demo build has changed");
		await clickNode(page, node.id);
		await page.getByText("1 added, 0 removed").waitFor();
		const gain = (node.gains.Life as number).toLocaleString("en-US", { maximumFractionDigits: 2 });
		await expect.poll(() => rowOf(page, "Life").innerText()).toContain(`+${gain}`);
		await picture(page, "changed");
		await page.getByRole("button", { name: "Undo all" }).click();
		await expect.poll(() => rowOf(page, "Life").innerText()).not.toContain("+");
		await page.close();
	});

	test("heat is shown on the tree and as a list; the tree is usable by keyboard", async () => {
		const page = await loaded();
		await page.getByLabel("Stat", { exact: true }).fill("Life");
		await page.getByLabel("Stat", { exact: true }).blur();
		await page.getByRole("button", { name: "Show heat" }).click();
		await page.getByText("Most of Life").click();
		using lease = await server.service.load({ text: demoText });
		const [best] = (await lease.build.power({ stats: ["Life"], depth: 6 })).nodes;
		const first = page.locator("ol button").first();
		expect(await first.innerText()).toContain(best?.name);
		await picture(page, "heat");
		await first.press("Enter");
		await page.getByText(`${best?.points} added, 0 removed`).waitFor();
		const canvas = page.locator("canvas").first();
		const placeOf = () =>
			canvas.evaluate((element) => (element as unknown as { tree: Drawing }).tree.placeOf(96));
		const before = await placeOf();
		await canvas.focus();
		await page.keyboard.press("ArrowRight");
		await expect.poll(async () => Math.round((await placeOf())[0])).toBe(Math.round(before[0] - 80));
		await page.getByLabel(/Find a node/).fill("maximum life");
		await page.locator(".canvas li button").first().waitFor();
		await page.close();
	});

	test("a search is followed, over a restart of the server too, and changes the tree", {
		timeout: 120_000,
	}, async () => {
		// Some 10 ms a row: the search does not end before the server does, on any machine.
		const calculator = files.write("slow.lua", slow(650_000, "96"));
		const tree = join(root, "data", "demo-tree.json");
		const options = {
			calculators: [{ name: "slow", calculator, tree }],
			jobFolder: join(folder, "searches"),
		} as const;
		let slowServer = await start(options);
		const id = await (async () => {
			using lease = await slowServer.service.load({ text: "any" });
			return lease.known.id;
		})();
		const page = await open({}, `/#build=${id}`, slowServer);
		await page.getByText("Search the best tree").click();
		await page.getByLabel("Goal").fill("raw(Sum)");
		await page.getByLabel("Points", { exact: true }).fill("12");
		await page.getByLabel("Seconds").fill("3000");
		await page.getByRole("button", { name: "Search", exact: true }).click();
		const best = page.getByText(/best so far [1-9]/);
		await best.waitFor();
		const port = Number(new URL(slowServer.address).port);
		await slowServer.close();
		await page
			.getByText(/trying again/)
			.first()
			.waitFor();
		slowServer = await start({ ...options, port });
		// It goes on: what it had is not lost.
		await best.waitFor();
		await page.getByRole("button", { name: "Take the best so far" }).click();
		const told = async () => (await page.getByRole("status").allInnerTexts()).join(" | ");
		await expect.poll(told, { timeout: 30_000 }).toMatch(/clicks?; the tree shows them/);
		await page.getByText(/[1-9]\d* added/).waitFor();
		await picture(page, "search");
		await page.close();
		await slowServer.close();
	});

	test("hazard: the server is started again, and knows no build: the page gives it its own anew, and goes on", {
		timeout: 60_000,
	}, async () => {
		const page = await loaded();
		using lease = await server.service.load({ text: demoText });
		const [node] = (await lease.build.power({ stats: ["Life"], depth: 1 })).nodes;
		const port = Number(new URL(server.address).port);
		await server.close();
		await clickNode(page, node?.id as number);
		await page.getByText(/trying again/).waitFor();
		server = await start({ jobFolder: join(folder, "jobs"), port });
		await expect.poll(() => rowOf(page, "Life").innerText(), { timeout: 20_000 }).toContain("+");
		expect(await page.getByText(/trying again/).count()).toBe(0);
		await page.close();
	});

	test("with a stand-in of Path of Building: its side bar is shown, and the code that is copied has the change", async () => {
		const text = miniBuild();
		await using pob = await start({ calculators: [{ name: "pob", calculator: "pob", pob: miniPob }] });
		const page = await open({}, "", pob);
		await paste(page, text);
		await page.getByText("Path of Building's side bar").waitFor();
		using lease = await pob.service.load({ text });
		const { build } = lease;
		const [node] = build.tree?.frontier(build.allocated) ?? [];
		await clickNode(page, node as number);
		await page.getByText("1 added, 0 removed").waitFor();
		await page.getByRole("button", { name: "Copy code" }).click();
		await page.getByText("The code was copied.").waitFor();
		const code = await page.evaluate<string>("navigator.clipboard.readText()");
		using copied = await pob.service.load({ code });
		expect(new Set(copied.build.allocated)).toEqual(new Set([...build.allocated, node]));
		expect(await copied.build.calculate()).toEqual(await build.calculate({ add: [node as number] }));
		await picture(page, "side-bar");
		await page.close();
	});

	test("a path is drawn: the nodes that it passes are added, and the exact change is shown", async () => {
		const page = await loaded();
		using lease = await server.service.load({ text: demoText });
		const { build } = lease;
		const tree = build.tree as NonNullable<typeof build.tree>;
		// Two steps from the build, in a straight line on the canvas.
		const path = tree.pathsWithin(build.allocated, 2).find(({ nodes }) => nodes.length === 2);
		if (!path) throw new Error("the demo build has changed");
		const { nodes } = path;
		const expected = await build.calculate({ add: [...nodes] }, { stats: ["Life"] });
		const canvas = page.locator("canvas").first();
		const box = (await canvas.boundingBox()) as { x: number; y: number };
		const places = await canvas.evaluate(
			(element, ids) => ids.map((id) => (element as unknown as { tree: Drawing }).tree.placeOf(id)),
			[...nodes],
		);
		await page.getByRole("button", { name: "Draw a path" }).click();
		const [first, last] = places as [[number, number], [number, number]];
		await page.mouse.move(box.x + first[0] - 1, box.y + first[1]);
		await page.mouse.down();
		await page.mouse.move(box.x + first[0], box.y + first[1]);
		await page.mouse.move(box.x + last[0], box.y + last[1]);
		await page.mouse.up();
		await page.getByText("2 added, 0 removed").waitFor();
		const life = (expected.Life as number).toLocaleString("en-US", { maximumFractionDigits: 2 });
		await expect.poll(() => rowOf(page, "Life").innerText()).toContain(life);
		await picture(page, "drawn");
		await page.close();
	});

	test("trees between two stats are a plot; a click, or a key, shows one on the tree", {
		timeout: 60_000,
	}, async () => {
		const page = await loaded();
		await page.getByText("Search the best tree").click();
		await page.getByRole("combobox", { name: /^What/ }).selectOption("pareto");
		await page.getByRole("textbox", { name: "Two stats" }).fill("Life, TotalEHP");
		await page.getByLabel("Points", { exact: true }).fill("3");
		await page.getByLabel("Seconds").fill("8");
		await page.getByRole("button", { name: "Search", exact: true }).click();
		const points = page.locator(".front circle:not(.own)");
		await points.first().waitFor({ timeout: 30_000 });
		await points.last().click();
		await page.getByText(/[1-3] added/).waitFor();
		expect(await points.last().getAttribute("aria-pressed")).toBe("true");
		await points.first().press("Enter");
		expect(await points.first().getAttribute("aria-pressed")).toBe("true");
		// The numbers of the tree that was found, with its choices of attributes.
		const [, life] = /Life (\d[\d,]*\d)/.exec((await points.first().getAttribute("aria-label")) ?? "") ?? [];
		await expect.poll(() => rowOf(page, "Life").innerText()).toContain(life);
		await picture(page, "pareto");
		expect(await violations(page)).toEqual([]);
		await page.close();
	});

	test("a file that is dropped is loaded", async () => {
		const page = await open();
		const data = await page.evaluateHandle(
			`(() => {
				const transfer = new DataTransfer();
				transfer.items.add(new File([${JSON.stringify(demoText)}], "build.json"));
				return transfer;
			})()`,
		);
		await page.locator("form").first().dispatchEvent("drop", { dataTransfer: data });
		await page.getByRole("heading", { name: /Skywatcher, level 80/ }).waitFor();
		await page.close();
	});

	test("another build is compared", async () => {
		const page = await loaded();
		await page.getByLabel(/Compare with/).fill(demoText.replace('"level": 80', '"level": 60'));
		await page.getByRole("button", { name: "Compare", exact: true }).click();
		await page.getByRole("columnheader", { name: "Skywatcher 60" }).waitFor();
		await page.getByText("0 nodes only here, 0 only in the other build").waitFor();
		await page.close();
	});

	test("what is wrong is said", async () => {
		const page = await open();
		await paste(page, "nonsense");
		await page
			.getByRole("alert")
			.getByText(/cannot be read/)
			.waitFor();
		await page.close();
	});

	test("the dashboard shows what the server counts", async () => {
		const page = await loaded();
		await page.getByRole("button", { name: "Dashboard" }).click();
		await page.getByText("Builds loaded").waitFor();
		await page.getByText(/^Rows a second: answered/).waitFor();
		await page.getByText(/rules holds$/).waitFor();
		// What they are, from top to bottom: of states the memory, of rows how they were answered.
		await page.getByText(/^reference, state 0: \d+ MB$/).waitFor();
		await page.getByText(/^(hits|memoized|misses|verified) \d/).waitFor();
		await expect.poll(() => page.locator(".uplot canvas").count()).toBe(7);
		await picture(page, "dashboard");
		expect(await violations(page)).toEqual([]);
		await page.close();
	});

	test.each([
		["dark, wide", { colorScheme: "dark", viewport: { width: 1280, height: 900 } }],
		["light, wide", { colorScheme: "light", viewport: { width: 1280, height: 900 } }],
		["dark, narrow", { colorScheme: "dark", viewport: { width: 390, height: 844 } }],
		["light, narrow", { colorScheme: "light", viewport: { width: 390, height: 844 } }],
	] as const)("keeps WCAG 2.1 AA, and does not scroll sideways: %s", async (name, options) => {
		const page = await loaded(options);
		await page.getByRole("button", { name: "Show heat" }).click();
		await page.getByText(/nodes, brighter/).waitFor();
		await page.locator("summary").first().click();
		const looked = async (view: string) => {
			await picture(page, `${view}-${name.replace(", ", "-")}`);
			expect(await violations(page)).toEqual([]);
			const [wide, shown] = await page.evaluate<[number, number]>(
				"[document.documentElement.scrollWidth, innerWidth]",
			);
			expect(wide).toBeLessThanOrEqual(shown);
		};
		await looked("build");
		await page.getByRole("button", { name: "Dashboard" }).click();
		await expect.poll(() => page.locator(".uplot canvas").count()).toBe(7);
		await looked("dashboard");
		await page.close();
	});

	test("nothing is asked of another machine", async () => {
		const page = await loaded();
		await page.close();
		expect(foreign).toEqual([]);
	});
};

if (program !== undefined) describe("the page", body);
else describe.skip("the page (needs chromium: apt-get install chromium)", body);
