// The page in a browser: first paint, time until the tree can be used, frames per second while panning, and axe's
// findings. Needs chromium (apt-get install chromium) and npm run build.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { startServer } from "@pobatch/server";
import { summary } from "../lib/measure.mjs";
import { treeAndBuild } from "../lib/workload.mjs";

const rounds = 5;
const panMs = 2000;
const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
	existsSync(path),
);
// Installed for the server's tests.
const packages = createRequire(new URL("../../packages/server/package.json", import.meta.url));

async function page() {
	if (program === undefined) {
		console.error("skipped: needs chromium");
		return [];
	}
	const { chromium } = packages("playwright-core");
	const axe = readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8");
	const { build: text, tree, note } = await treeAndBuild();
	const server = await startServer({
		port: 0,
		calculators: [{ name: "reference", calculator: "reference", tree }],
		engine: { threads: 1 },
	});
	const browser = await chromium.launch({
		executablePath: program,
		args: ["--no-sandbox", "--disable-dev-shm-usage"],
	});
	const [paints, trees, frames] = [[], [], []];
	let violations = 0;
	try {
		const lease = await server.service.load({ text });
		lease[Symbol.dispose]();
		for (let round = 0; round <= rounds; round++) {
			const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
			const view = await context.newPage();
			await view.goto(`${server.address}/#build=${lease.known.id}`);
			// Once a frame of the tree is drawn, it can be panned and clicked.
			const usable = await view.evaluate(`new Promise((resolve) => {
				const look = () =>
					document.querySelector("canvas")?.tree?.frames > 0 ? resolve(performance.now()) : requestAnimationFrame(look);
				look();
			})`);
			const paint = await view.evaluate(
				'performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? performance.now()',
			);
			const drawn = await view.evaluate(`new Promise((resolve) => {
				const { tree } = document.querySelector("canvas");
				const first = tree.frames;
				let start, before;
				// By the timestamps of the display's frames, starting at one that is drawn.
				const step = (now) => {
					if (before === undefined && tree.frames > first) [start, before] = [now, tree.frames];
					const elapsed = before === undefined ? 0 : now - start;
					if (elapsed >= ${panMs}) return resolve((1000 * (tree.frames - before)) / elapsed);
					tree.pan(Math.sin(elapsed / 300) * 12, Math.cos(elapsed / 400) * 12);
					requestAnimationFrame(step);
				};
				requestAnimationFrame(step);
			})`);
			if (round === 0) {
				await view.evaluate(axe);
				violations = await view.evaluate(
					'axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }).then(({ violations }) => violations.length)',
				);
			} else {
				// The first paint fills caches.
				paints.push(paint);
				trees.push(usable);
				frames.push(drawn);
			}
			await context.close();
		}
	} finally {
		await browser.close();
		await server.close();
	}
	const ms = (key, what, values, more) => ({
		key,
		what,
		unit: "ms",
		better: "lower",
		...summary(values),
		...more,
	});
	return [
		ms("page paint", "first contentful paint", paints, { note: `${tree.nodes.length} nodes, ${note}` }),
		ms("page tree", "until the tree is drawn and can be used", trees),
		{
			key: "page frames",
			what: "frames a second while the tree is panned",
			unit: "",
			better: "higher",
			...summary(frames),
			target: 60,
		},
		{
			key: "page axe",
			what: "violations of WCAG 2.1 AA",
			unit: "",
			better: "lower",
			...summary([violations]),
			target: 0,
		},
	];
}

export const parts = [page];
