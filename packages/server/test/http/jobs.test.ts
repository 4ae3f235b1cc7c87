import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { slow } from "../support/calculators.js";
import { Client, demoText, root, scratch, start } from "../support/server.js";

/** A calculator that takes 2 ms a row, on a tree: its node power takes seconds. */
const slowOne = () => ({
	name: "slow",
	calculator: scratch().write("slow.lua", slow(130_000, "96")),
	tree: join(root, "data", "demo-tree.json"),
});
const calculators = () => [{ name: "reference", calculator: "reference" }, slowOne()] as const;
const long = { operation: "power", input: { stats: ["Sum"], depth: 12 } };
const short = { operation: "power", input: { stats: ["Life"], depth: 2, top: 3 } };

async function ended(client: Client, id: string) {
	for (;;) {
		const { body } = await client.json(`/v1/jobs/${id}`);
		if (body.status !== "queued" && body.status !== "running") return body;
		await new Promise((done) => setTimeout(done, 20));
	}
}

/** The data of server-sent events. */
async function events(client: Client, id: string): Promise<ReturnType<typeof JSON.parse>[]> {
	const text = await (await client.send(`/v1/jobs/${id}/events`)).text();
	return [...text.matchAll(/^event: job\nid: \w+\ndata: (.*)\n$/gm)].map(([, data]) =>
		JSON.parse(data as string),
	);
}

describe("a job", () => {
	test("answers what the operation's own route does", async () => {
		await using server = await start();
		const client = new Client(server.address);
		const build = await client.load();
		const { status, body } = await client.json("/v1/jobs", { ...short, build });
		expect([status, body.operation, body.build]).toEqual([202, "power", build]);
		const states = await events(client, body.id);
		expect(states.at(-1)).toMatchObject({ id: body.id, status: "done" });
		expect(states.at(-1).progress.done).toBe(states.at(-1).progress.total);
		const { body: result } = await client.json(`/v1/jobs/${body.id}/result`);
		const { body: own } = await client.json(`/v1/builds/${build}/power`, short.input);
		expect({ ...result, elapsedMs: 0 }).toEqual({ ...own, elapsedMs: 0 });
	});

	test("tells its progress, and ends early when it is cancelled", async () => {
		await using server = await start({ calculators: calculators() });
		const client = new Client(server.address);
		const build = await client.load("any", "?calculator=slow");
		const { body: job } = await client.json("/v1/jobs", { ...long, build });
		const seen = events(client, job.id);
		for (;;) {
			const { body } = await client.json(`/v1/jobs/${job.id}`);
			if (body.progress.done > 0) break;
			await new Promise((done) => setTimeout(done, 5));
		}
		expect(await client.json(`/v1/jobs/${job.id}/result`)).toMatchObject({
			status: 409,
			body: { error: { code: "JOB_NOT_DONE" } },
		});
		const { body: after } = await client.json(`/v1/jobs/${job.id}`, undefined, "DELETE");
		expect(after.status).toBe("cancelled");
		const states = await seen;
		expect(states.at(-1)?.status).toBe("cancelled");
		expect(states.some(({ progress }) => progress.done > 0 && progress.done < progress.total)).toBe(true);
	});

	test("waits for its turn, and can be cancelled there", async () => {
		await using server = await start({ calculators: calculators(), jobs: { running: 1 } });
		const client = new Client(server.address);
		const build = await client.load();
		const slowBuild = await client.load("any", "?calculator=slow");
		const { body: first } = await client.json("/v1/jobs", { ...long, build: slowBuild });
		const { body: second } = await client.json("/v1/jobs", { ...short, build });
		const { body: third } = await client.json("/v1/jobs", { ...short, build });
		expect((await client.json(`/v1/jobs/${second.id}`)).body.status).toBe("queued");
		expect((await client.json(`/v1/jobs/${second.id}`, undefined, "DELETE")).body.status).toBe("cancelled");
		await client.json(`/v1/jobs/${first.id}`, undefined, "DELETE");
		expect((await ended(client, third.id)).status).toBe("done");
		expect((await client.json(`/v1/jobs/${second.id}`)).body.status).toBe("cancelled");
	});

	test("hazard: a client with many jobs does not keep others waiting", async () => {
		await using server = await start({ calculators: calculators(), jobs: { running: 1 } });
		const { jobs, builds } = server.service;
		const client = new Client(server.address);
		const build = builds.known(await client.load());
		const slowBuild = builds.known(await client.load("any", "?calculator=slow"));
		const first = await jobs.start({ ...long, build: slowBuild, client: "a" });
		const second = await jobs.start({ ...long, build: slowBuild, client: "a" });
		const other = await jobs.start({ ...short, build, client: "b" });
		await jobs.cancel(first.id);
		expect((await ended(client, other.id)).status).toBe("done");
		// In the order in which they came, it would have been done by now.
		expect(["queued", "running"]).toContain(jobs.get(second.id).status);
		await jobs.cancel(second.id);
	});

	test("hazard: one that cannot be written is refused, and does not count", async () => {
		const jobFolder = join(scratch().folder, "jobs");
		await using server = await start({ jobs: { perClient: 1 }, jobFolder });
		const client = new Client(server.address);
		const build = await client.load();
		rmSync(jobFolder, { recursive: true });
		writeFileSync(jobFolder, "");
		for (let i = 0; i < 2; i++)
			expect(await client.json("/v1/jobs", { ...short, build })).toMatchObject({
				status: 500,
				body: { error: { code: "FILE_NOT_WRITABLE" } },
			});
		rmSync(jobFolder);
		expect((await client.json("/v1/jobs", { ...short, build })).status).toBe(202);
	});

	test("hazard: a folder that cannot be one ends the start with a clear error", async () => {
		const jobFolder = join(scratch().write("file", ""), "jobs");
		await expect(start({ jobFolder })).rejects.toMatchObject({
			code: "FILE_NOT_WRITABLE",
			message: expect.stringContaining(jobFolder),
		});
	});

	test("events say when nothing follows, also to whoever connects again", async () => {
		await using server = await start();
		const client = new Client(server.address);
		const build = await client.load();
		const { body: job } = await client.json("/v1/jobs", { ...short, build });
		expect((await events(client, job.id)).at(-1).status).toBe("done");
		const again = (id: string) =>
			client.send(`/v1/jobs/${job.id}/events`, { headers: { "last-event-id": id } });
		expect((await again("done")).status).toBe(204);
		expect(await (await again("running")).text()).toMatch(/^event: job\nid: done\n/);
	});

	test("is refused where it is wrong, or one too many", async () => {
		await using server = await start({ calculators: calculators(), jobs: { perClient: 1 } });
		const client = new Client(server.address);
		const build = await client.load();
		const slowBuild = await client.load("any", "?calculator=slow");
		for (const [body, status, code] of [
			[{ ...short, build: "none" }, 404, "BUILD_UNKNOWN"],
			[{ operation: "fly", build }, 400, "INVALID_ARGUMENT"],
			[{ ...short, build, input: { depth: "deep" } }, 400, "INVALID_ARGUMENT"],
		] as const)
			expect(await client.json("/v1/jobs", body)).toMatchObject({ status, body: { error: { code } } });
		expect(await client.json("/v1/jobs/none")).toMatchObject({
			status: 404,
			body: { error: { code: "JOB_UNKNOWN" } },
		});
		const { body: job } = await client.json("/v1/jobs", { ...long, build: slowBuild });
		expect(await client.json("/v1/jobs", { ...short, build })).toMatchObject({
			status: 429,
			body: { error: { code: "LIMIT_EXCEEDED" } },
		});
		await client.json(`/v1/jobs/${job.id}`, undefined, "DELETE");
		expect((await client.json("/v1/jobs", { ...short, build })).status).toBe(202);
	});

	test("that fails tells why", async () => {
		await using server = await start();
		const client = new Client(server.address);
		const build = await client.load();
		const { body: job } = await client.json("/v1/jobs", {
			operation: "power",
			build,
			input: { stats: ["Lyfe"] },
		});
		expect(await ended(client, job.id)).toMatchObject({ status: "failed", error: { code: "UNKNOWN_STAT" } });
		const { body } = await client.json(`/v1/jobs/${job.id}/result`);
		expect(body.error.message).toMatch(/UNKNOWN_STAT.*Lyfe/);
	});

	test("that takes longer than a job may is stopped", async () => {
		await using server = await start({ calculators: calculators(), jobs: { timeoutMs: 100 } });
		const client = new Client(server.address);
		const build = await client.load("any", "?calculator=slow");
		const { body: job } = await client.json("/v1/jobs", { ...long, build });
		expect(await ended(client, job.id)).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
	});
});

describe("hazard: the server ends while jobs run", () => {
	test("with a folder, they are done by the next one, and results can still be asked for", async () => {
		const { folder } = scratch();
		const both = calculators();
		const first = await start({ calculators: both, jobFolder: folder, jobs: { running: 1 } });
		const client = new Client(first.address);
		const build = await client.load();
		const slowBuild = await client.load("any", "?calculator=slow");
		const { body: done } = await client.json("/v1/jobs", { ...short, build });
		await ended(client, done.id);
		const { body: result } = await client.json(`/v1/jobs/${done.id}/result`);
		const { body: running } = await client.json("/v1/jobs", { ...long, build: slowBuild });
		const { body: waiting } = await client.json("/v1/jobs", { ...short, build });
		await first.close();
		// Whatever else lies there is left alone.
		writeFileSync(join(folder, "broken.job.json"), "{");
		const said: string[] = [];
		await using second = await start({
			calculators: both,
			jobFolder: folder,
			log: (text) => said.push(text),
		});
		const other = new Client(second.address);
		expect(await ended(other, waiting.id)).toMatchObject({ status: "done" });
		expect((await other.json(`/v1/jobs/${done.id}/result`)).body).toEqual(result);
		expect(["queued", "running", "done"]).toContain((await other.json(`/v1/jobs/${running.id}`)).body.status);
		await other.json(`/v1/jobs/${running.id}`, undefined, "DELETE");
		expect(said.join("\n")).toMatch(/broken\.job\.json cannot be read/);
		expect(readFileSync(join(folder, "broken.job.json"), "utf8")).toBe("{");
	});

	const search = (build: string, limits: object) => ({
		operation: "search",
		build,
		input: { goal: "raw(Sum)", points: 12, requirements: false, ...limits },
	});
	const savedJob = (folder: string, id: string) =>
		JSON.parse(readFileSync(join(folder, `${id}.job.json`), "utf8"));

	test("a search goes on from its best so far, and what it has used of its limits counts", {
		timeout: 60_000,
	}, async () => {
		const { folder } = scratch();
		const both = calculators();
		const first = await start({ calculators: both, jobFolder: folder, jobs: { saveMs: 0 } });
		const client = new Client(first.address);
		const build = await client.load("any", "?calculator=slow");
		// Of 2 ms each: it does not end by itself here.
		const { body: job } = await client.json("/v1/jobs", search(build, { maxEvaluations: 1_000_000 }));
		// As when it is killed: it is written down while it runs.
		await expect
			.poll(() => savedJob(folder, job.id).interrupted?.set.add.length, { timeout: 30_000 })
			.toBeGreaterThan(0);
		await first.close();
		const { interrupted, state } = savedJob(folder, job.id);
		expect(state.status).toBe("running");
		expect(interrupted.evaluations).toBeGreaterThan(1);

		await using second = await start({ calculators: both, jobFolder: folder });
		const other = new Client(second.address);
		const { body: now } = await other.json(`/v1/jobs/${job.id}`);
		expect(now.progress.best).toBeGreaterThanOrEqual(interrupted.worth);
		await expect
			.poll(async () => (await other.json(`/v1/jobs/${job.id}`)).body.progress.done, { timeout: 30_000 })
			.toBeGreaterThan(0);
		await other.json(`/v1/jobs/${job.id}`, undefined, "DELETE");
		const { body: result } = await other.json(`/v1/jobs/${job.id}/result`);
		expect(result.goal.after).toBeGreaterThanOrEqual(interrupted.worth);
		expect(result.evaluations).toBeGreaterThan(interrupted.evaluations);
		expect(result.elapsedMs).toBeGreaterThan(interrupted.elapsedMs);
		// What has ended has a result instead.
		expect(savedJob(folder, job.id)).not.toHaveProperty("interrupted");
	});

	test("a search begins anew where its best so far is none of the build's any more", {
		timeout: 60_000,
	}, async () => {
		const { folder } = scratch();
		const both = calculators();
		const first = await start({ calculators: both, jobFolder: folder, jobs: { saveMs: 0 } });
		const client = new Client(first.address);
		const build = await client.load("any", "?calculator=slow");
		const { body: job } = await client.json("/v1/jobs", search(build, { maxEvaluations: 300 }));
		await expect.poll(() => savedJob(folder, job.id).interrupted, { timeout: 30_000 }).toBeDefined();
		await first.close();
		const changed = savedJob(folder, job.id);
		// As of a tree with other nodes.
		changed.interrupted.set = { add: [65_000], remove: [] };
		writeFileSync(join(folder, `${job.id}.job.json`), JSON.stringify(changed));
		await using second = await start({ calculators: both, jobFolder: folder });
		expect(await ended(new Client(second.address), job.id)).toMatchObject({ status: "done" });
	});

	test("without one, whoever follows them is told", async () => {
		const server = await start({ calculators: calculators() });
		const client = new Client(server.address);
		const build = await client.load("any", "?calculator=slow");
		const { body: job } = await client.json("/v1/jobs", { ...long, build });
		const response = await client.send(`/v1/jobs/${job.id}/events`);
		const closing = server.close();
		const text = await response.text().catch(() => "");
		await closing;
		expect(server.service.jobs.get(job.id)).toMatchObject({
			status: "failed",
			error: { code: "SHUTTING_DOWN" },
		});
		expect(text).toMatch(/event: job/);
	});

	test("old results are forgotten, on disk too", async () => {
		const { folder } = scratch();
		await using server = await start({ jobFolder: folder, jobs: { kept: 2 } });
		const client = new Client(server.address);
		const build = await client.load(demoText.replace('"level": 80', '"level": 60'));
		const ids: string[] = [];
		for (let i = 0; i < 4; i++) {
			const { body: job } = await client.json("/v1/jobs", { ...short, build });
			ids.push(job.id);
			await ended(client, job.id);
		}
		expect((await client.json(`/v1/jobs/${ids[0]}`)).status).toBe(404);
		expect((await client.json(`/v1/jobs/${ids[3]}`)).status).toBe(200);
		while (readdirSync(folder).length > 2) await new Promise((done) => setTimeout(done, 5));
		expect(readdirSync(folder).sort()).toEqual(
			ids
				.slice(2)
				.map((id) => `${id}.job.json`)
				.sort(),
		);
	});
});
