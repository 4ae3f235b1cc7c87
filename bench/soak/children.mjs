import { readFileSync } from "node:fs";
import { Engine, NodeSets } from "../../dist/index.js";
import { dice, randomSets } from "./report.mjs";

const children = () =>
	readFileSync(`/proc/self/task/${process.pid}/children`, "utf8")
		.split(" ")
		.filter((pid) => pid !== "")
		.map(Number);

/** Sends SIGKILL to the n-th child, `delay` milliseconds after it starts. */
async function killSoon(n, delay) {
	for (let waited = 0; waited < 2000 && children().length <= n; waited++) await sleep(1);
	await sleep(delay);
	const pid = children()[n];
	if (pid !== undefined) process.kill(pid, "SIGKILL");
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Kills each child of an isolated engine in turn, in each phase of its life; every row is answered, with the right
 * bits.
 */
export async function killChildren(report, text) {
	const part = report.part("children killed");
	try {
		children();
	} catch {
		console.log("children killed: left out (needs Linux's list of children)");
		return;
	}
	const roll = dice(3);
	const reference = await Engine.open({ threads: 1 });
	const build = await reference.load(text);
	const sets = NodeSets.deltas(randomSets(build, 3000, roll));
	const right = (await build.calculateBatch(sets)).values;
	await reference.close();

	for (const child of [0, 1]) {
		for (const delay of [0, 20, 60, 120])
			await phase(`while it starts, after ${delay} ms`, child, { opening: delay });
		await phase("while a build loads", child, { loading: true });
		for (const delay of [0, 2, 5, 20])
			await phase(`at its rows, after ${delay} ms`, child, { rows: [delay] });
		await phase("at its rows, and its replacement while it starts", child, { rows: [2, 60] });
		await phase("idle", child, { idle: true });
		await phase("while it collects garbage", child, { collecting: true });
	}

	async function phase(name, child, at) {
		part.faults++;
		const opening = Engine.open({ threads: 2, isolation: "process" });
		if (at.opening !== undefined) await killSoon(child, at.opening);
		const engine = await opening;
		try {
			const loading = engine.load(text);
			if (at.loading) await killSoon(child, 0);
			const own = await loading;
			if (at.idle) {
				await killSoon(child, 0);
				await sleep(30);
			}
			if (at.collecting) {
				const collecting = engine.collectGarbage();
				await killSoon(child, 0);
				await collecting;
			}
			const running = own.calculateBatch(sets);
			for (const delay of at.rows ?? []) await killSoon(child, delay);
			const result = await running;
			part.rows += sets.length;
			part.lost += result.errors.length + result.notReached;
			result.values.forEach((value, i) => {
				if (!Object.is(value, right[i])) part.wrong++;
			});
		} catch (error) {
			throw new Error(`child ${child} killed ${name}: ${error.message}`, { cause: error });
		} finally {
			await engine.close();
		}
	}
}
