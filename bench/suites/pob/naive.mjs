import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * The LuaJIT to measure against: the variable LUAJIT, otherwise `luajit` in the PATH, otherwise a state of the embedded
 * one.
 */
function program() {
	const binary = process.env.LUAJIT || "luajit";
	const found = spawnSync(binary, ["-v"], { encoding: "utf8" });
	if (found.status === 0) return { command: [binary, file("naive.lua")], name: found.stdout.split(" --")[0] };
	if (process.env.LUAJIT) throw new Error(`LUAJIT names ${binary}, which does not run`);
	// Through a pipe that the state can open for itself: Node cannot block on its own standard input.
	const state = `cat | '${process.execPath}' '${file("naive-state.mjs")}'`;
	return { command: ["sh", "-c", state], name: "a state of the embedded LuaJIT" };
}

const attributeNumbers = { Str: 1, Dex: 2, Int: 3 };

/** Path of Building as programs use it without pobatch; see naive.lua. */
export class Naive {
	#child;
	#lines;
	#folder = mkdtempSync(join(tmpdir(), "pobatch-bench-"));
	/** Name and version of the LuaJIT. */
	name;

	static async start(source) {
		const naive = new Naive();
		const { command, name } = program();
		naive.name = name;
		naive.#child = spawn(command[0], command.slice(1), { cwd: source, stdio: ["pipe", "pipe", "inherit"] });
		naive.#lines = createInterface(naive.#child.stdout)[Symbol.asyncIterator]();
		await naive.#answer();
		return naive;
	}

	async #answer() {
		for (;;) {
			const { value, done } = await this.#lines.next();
			if (done) throw new Error("Path of Building in a plain LuaJIT ended: its messages are above");
			if (value.startsWith("@@")) return value.slice(2).split("\t");
		}
	}

	async #ask(request) {
		this.#child.stdin.write(`${request}\n`);
		const [ok, ...values] = await this.#answer();
		if (ok !== "true") throw new Error(`Path of Building in a plain LuaJIT: ${values.join(" ")}`);
		return values.map(Number);
	}

	/** @returns milliseconds */
	async load(buildFile) {
		return (await this.#ask(`load ${buildFile}`))[0];
	}

	/**
	 * Sets changes of the build, in the form in which a calculator gets them; node sets refer to them by `variant`, from
	 * 1.
	 */
	async variants(changes) {
		const path = join(this.#folder, "variants");
		writeFileSync(path, JSON.stringify(changes));
		await this.#ask(`variants ${file("../variants/window.lua")} ${path}`);
	}

	async sets(deltas) {
		const path = join(this.#folder, "sets");
		const text = deltas.map(({ add = [], remove = [], attributes = {}, weaponSets = {}, variant = 0 }) => {
			const node = (id) => `${id}:${attributeNumbers[attributes[id]] ?? 0}:${weaponSets[id] ?? 0}`;
			return `${variant}|${[...add].map(node).join(" ")} - ${[...remove].join(" ")}\n`;
		});
		writeFileSync(path, text.join(""));
		await this.#ask(`sets ${path}`);
	}

	/** @returns milliseconds for all sets */
	async naive() {
		return (await this.#ask("naive"))[0];
	}

	/** Path of Building's own power report: for each node, what its path gains. */
	async power(stat, depth) {
		const path = join(this.#folder, "power");
		await this.#ask(`power ${stat} ${depth} ${path}`);
		const lines = readFileSync(path, "utf8").trimEnd().split("\n");
		return new Map(lines.filter((line) => line !== "").map((line) => line.split(" ").map(Number)));
	}

	/** @returns milliseconds of processor time since the start */
	async processor() {
		return (await this.#ask("processor"))[0];
	}

	/** @returns milliseconds for the first `count` sets */
	async real(count) {
		return (await this.#ask(`real ${count}`))[0];
	}

	/** @returns milliseconds for the first `count` variants, each an item of a slot: equipped, calculated, taken off */
	async equip(count) {
		return (await this.#ask(`equip ${count}`))[0];
	}

	/** @returns milliseconds for the same items through the what-if calculator */
	async replace(count) {
		return (await this.#ask(`replace ${count}`))[0];
	}

	/**
	 * What the window shows for each set after its clicks, in the build as loaded.
	 *
	 * @returns for each set, the bits of all its numbers (16 hexadecimal digits) by stat, or { why } if clicks cannot
	 * make it
	 */
	async truth() {
		const path = join(this.#folder, "truth");
		await this.#ask(`truth ${path}`);
		const lines = readFileSync(path, "utf8").trimEnd().split("\n");
		return lines.map((line) => {
			if (line.startsWith("!")) return { why: line.slice(1) };
			return { bits: new Map(line.split("\t").map((entry) => entry.split("="))) };
		});
	}

	async stop() {
		this.#child.stdin.end();
		await new Promise((resolve) => this.#child.once("close", resolve));
		rmSync(this.#folder, { recursive: true });
	}
}
