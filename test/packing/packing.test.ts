import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
	closeSync,
	existsSync,
	fstatSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readSync,
	rmSync,
	statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, describe, expect, test } from "vitest";
import { packageUrl } from "../support/child.js";
import { root } from "../support/packed.js";

const built = join(root, "build", "Release", "pobatch.node");
const prebuilds = join(root, "prebuilds");
const hadPrebuilds = existsSync(prebuilds);
const folder = mkdtempSync(join(tmpdir(), "pobatch-packing-"));

const children: ChildProcess[] = [];

afterAll(() => {
	for (const child of children) child.kill("SIGKILL");
	rmSync(folder, { recursive: true, force: true });
	if (!hadPrebuilds) rmSync(prebuilds, { recursive: true, force: true });
});

const loop = `
import { readFileSync } from "node:fs";
import { Engine, NodeSets } from ${JSON.stringify(packageUrl)};
const text = readFileSync("data/demo-build.json", "utf8");
let goesOn = true;
process.stdin.once("data", () => { goesOn = false; process.stdin.pause(); });
for (let round = 1; goesOn; round++) {
	// A separate child process loads the binary from its file each time.
	const isolation = round % 4 === 0 ? "process" : "thread";
	const engine = await Engine.open({ threads: 1, isolation, cache: false });
	const build = await engine.load(text);
	const result = await build.calculateBatch(NodeSets.deltas(Array(200).fill({})));
	if (result.errors.length > 0) throw result.errors[0];
	await engine.close();
	console.log(round);
}
`;

/** A process that opens engines, loads, calculates and closes, over and over. */
class Running {
	readonly #child: ChildProcess;
	readonly #lines: AsyncIterator<string>;
	#stderr = "";

	constructor(environment: Record<string, string> = {}) {
		const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
		delete env.POBATCH_PREBUILD;
		delete env.LD_PRELOAD;
		this.#child = spawn(process.execPath, ["--input-type=module", "-e", loop], { cwd: root, env });
		children.push(this.#child);
		this.#child.stderr?.on("data", (chunk) => {
			this.#stderr += chunk;
		});
		const input = this.#child.stdout as NodeJS.ReadableStream;
		this.#lines = createInterface({ input })[Symbol.asyncIterator]();
	}

	/** Waits for `count` more rounds. */
	async rounds(count: number): Promise<void> {
		for (let i = 0; i < count; i++) {
			const { done } = await this.#lines.next();
			if (done)
				throw new Error(`it ended with ${this.#child.exitCode ?? this.#child.signalCode}: ${this.#stderr}`);
		}
	}

	/** Ends it; its status, or the signal that ended it, and what it wrote on stderr. */
	async end(): Promise<unknown> {
		const exit = once(this.#child, "exit");
		this.#child.stdin?.end("end\n");
		const [status, signal] = await exit;
		return { status: status ?? signal, stderr: this.#stderr };
	}
}

function contents(file: number): Buffer {
	const bytes = Buffer.alloc(fstatSync(file).size);
	readSync(file, bytes, 0, bytes.length, 0);
	return bytes;
}

/** The binary that a process has mapped: the file itself, even if its name now refers to another one. */
function mapped(path: string): () => boolean {
	const file = openSync(path, "r");
	const before = contents(file);
	return () => {
		const isSame = contents(file).equals(before);
		closeSync(file);
		return isSame;
	};
}

const run = async (program: string, args: readonly string[]) => {
	const child = spawn(program, args, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
	let stderr = "";
	child.stderr.on("data", (chunk) => {
		stderr += chunk;
	});
	const [status] = await once(child, "close");
	if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
};

const npmRun = async (...args: string[]) => {
	const { npm_execpath: program } = process.env;
	if (program?.endsWith(".js")) await run(process.execPath, [program, ...args]);
	else await run("npm", args);
};

// Windows lets nobody write into a library that is loaded; the commands fail there while one is.
describe.skipIf(process.platform === "win32")(
	"hazard: the addon is made anew while a process runs from the checkout",
	() => {
		test("the process goes on while binaries are built, stripped and packed", {
			timeout: 180_000,
		}, async () => {
			const running = new Running();
			await running.rounds(2);
			const isBuiltSame = mapped(built);
			const { ino, size } = statSync(built);

			await npmRun("run", "prebuilds");
			await running.rounds(2);
			const platform = join(
				prebuilds,
				readdirSync(prebuilds).find((name) => name.endsWith(process.arch)) as string,
			);
			const isPrebuiltSame = mapped(join(platform, readdirSync(platform)[0] as string));
			const ofPrebuilt = new Running({ PREBUILDS_ONLY: "1" });
			await ofPrebuilt.rounds(2);

			await npmRun("pack", "--pack-destination", folder);
			// So that it is linked again, as after a change.
			rmSync(join(root, "build", "linked"), { recursive: true, force: true });
			await run(process.execPath, ["dist/cli/main.js", "build-addon"]);

			const after = statSync(built);
			expect(after.ino).not.toBe(ino);
			expect(after.size).toBe(size);

			await running.rounds(3);
			await ofPrebuilt.rounds(3);
			expect([isBuiltSame(), isPrebuiltSame()]).toEqual([true, true]);
			expect(await running.end()).toEqual({ status: 0, stderr: "" });
			expect(await ofPrebuilt.end()).toEqual({ status: 0, stderr: "" });
			expect(readdirSync(folder)).toEqual([expect.stringMatching(/^pobatch-.*\.tgz$/)]);
		});
	},
);
