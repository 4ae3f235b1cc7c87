import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../support/calculators.js";
import { needsRedis, RedisServer, redisProgram } from "../support/redis.js";

const main = join(root, "dist", "cli", "main.js");
const demo = join(root, "data", "demo-build.json");
const children: ChildProcess[] = [];
afterAll(() => {
	for (const child of children) child.kill("SIGKILL");
});

function run(args: readonly string[], env: Record<string, string> = {}) {
	const child = spawn(process.execPath, [main, ...args], {
		env: { ...process.env, POBATCH_POB: "", XDG_DATA_HOME: "/nonexistent", ...env },
	});
	children.push(child);
	const said = { stdout: "", stderr: "" };
	child.stdout.on("data", (chunk) => {
		said.stdout += chunk;
	});
	child.stderr.on("data", (chunk) => {
		said.stderr += chunk;
	});
	const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
	return { child, said, ended };
}

describe("commands of a fleet", () => {
	it.each([["worker"], ["fleet"]])("%s without a queue says how to name one", async (command) => {
		const { said, ended } = run([command], { POBATCH_QUEUE: "" });
		expect(await ended).toBe(2);
		expect(said.stderr).toMatch(/^error: No queue was named \(.*POBATCH_QUEUE/);
	});

	it.skipIf(!redisProgram)(
		`a worker answers another command's rows, with metrics${needsRedis}`,
		async () => {
			const server = await RedisServer.start("--requirepass", "the-password");
			const env = { POBATCH_QUEUE: `redis://:the-password@127.0.0.1:${server.port}` };
			const worker = run(["worker", "--calculator", "reference", "--threads", "1", "--metrics", "0"], env);
			await expect.poll(() => worker.said.stderr, { timeout: 20_000 }).toMatch(/ready: calculator reference/);

			const asked = [
				"power",
				demo,
				"--calculator",
				"reference",
				"--stat",
				"Life",
				"--depth",
				"4",
				"--top",
				"3",
			];
			const [there, here] = [run([...asked, "--queue"], env), run(asked)];
			expect([await there.ended, await here.ended]).toEqual([0, 0]);
			expect(there.said.stdout).toBe(here.said.stdout);
			expect(there.said.stderr).toMatch(/rows calculated by the workers of a queue/);

			const address = /metrics at (\S+)/.exec(worker.said.stderr)?.[1] as string;
			const metrics = await (await fetch(address)).text();
			const rows = Number(/^pobatch_worker_rows_total\{outcome="ok"\} (\d+)/m.exec(metrics)?.[1]);
			// The command's own count.
			expect(there.said.stderr).toContain(`${rows} rows`);
			expect(metrics).toMatch(/^pobatch_queue_workers\{kind="[0-9a-f]{12}",calculator="reference 1"\} 1$/m);
			expect(metrics).toMatch(/^pobatch_queue_rows_left\{[^}]+\} 0$/m);

			const fleet = run(["fleet"], env);
			expect(await fleet.ended).toBe(0);
			expect(fleet.said.stdout).toMatch(
				/^kind [0-9a-f]{12}: calculator reference 1, 1 workers with 1 threads/,
			);

			worker.child.kill("SIGTERM");
			expect(await worker.ended).toBe(0);
			expect(worker.said.stderr).toMatch(/stopped\n$/);
			for (const { stdout, stderr } of [worker.said, there.said, fleet.said])
				expect(stdout + stderr).not.toContain("the-password");
			const gone = run(["fleet"], env);
			await gone.ended;
			expect(gone.said.stdout).toBe("No worker is at the queue, and no engine waits for one.\n");
		},
		60_000,
	);
});
