import { fork } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Limit for each step, in milliseconds: a changed loop may never end. */
const stepMs = { slow: 240_000, fast: 240_000, certifying: 900_000 };
/** Number of variants after which a process is replaced, since its memory of modules grows. */
const variantsPerProcess = 50;

/** A process that compares one variant after another, in a copy of the checkout made of links. */
export class Worker {
	#child;
	#asked = 0;
	#changed = new Set();

	constructor(checkout, folder) {
		this.checkout = checkout;
		this.folder = folder;
		linkedCopy(checkout, folder);
	}

	/** @returns the result of `compare` */
	async compare(files, request) {
		this.#put(files);
		if (this.#asked++ % variantsPerProcess === 0) this.close();
		this.#child ??= fork(fileURLToPath(new URL("worker.mjs", import.meta.url)), {
			serialization: "advanced",
			stdio: ["ignore", "ignore", "pipe", "ipc"],
		});
		const child = this.#child;
		return new Promise((resolve, reject) => {
			let phase = "slow";
			let errors = "";
			let timer;
			const end = (found) => {
				clearTimeout(timer);
				child.removeAllListeners();
				child.stderr.removeAllListeners();
				resolve(found);
			};
			const failed = (why) => {
				this.close();
				// If its own functions do not end either, the checkout is broken.
				const isOurs = phase === "fast";
				end({
					rows: 0,
					values: 0,
					differing: isOurs ? 1 : 0,
					first: isOurs ? { what: why, values: [errors.slice(-400)] } : undefined,
					certified: [],
					failed: why,
					reached: true,
				});
			};
			const wait = () => {
				clearTimeout(timer);
				timer = setTimeout(() => failed(`${phase}: never ends`), stepMs[phase]);
			};
			wait();
			child.stderr.on("data", (data) => (errors += data));
			child.on("message", (message) => {
				if (message.found) return end(message.found);
				// A failure of the laboratory itself: it says nothing about the variant.
				if (message.fault) return reject(new Error(message.fault));
				phase = message.phase;
				wait();
			});
			child.on("error", (error) => failed(error.message));
			child.on("exit", (status, signal) => failed(`${phase}: ended with ${status ?? signal}`));
			child.send({ pob: this.folder, ...request });
		});
	}

	close() {
		this.#child?.removeAllListeners();
		this.#child?.kill("SIGKILL");
		this.#child = undefined;
	}

	#put(files) {
		for (const path of this.#changed) {
			rmSync(join(this.folder, "src", path));
			symlinkSync(join(this.checkout, "src", path), join(this.folder, "src", path));
		}
		this.#changed = new Set(files.keys());
		for (const [path, text] of files) {
			rmSync(join(this.folder, "src", path));
			writeFileSync(join(this.folder, "src", path), text, "latin1");
		}
	}
}

/** Makes symbolic links to everything in a checkout; in folders with code, to each file. */
function linkedCopy(checkout, to) {
	mkdirSync(join(to, "src"), { recursive: true });
	for (const name of readdirSync(checkout))
		if (name !== "src" && name !== ".git") symlinkSync(join(checkout, name), join(to, name));
	for (const name of readdirSync(join(checkout, "src"))) {
		const from = join(checkout, "src", name);
		if (["Modules", "Classes", "Data"].includes(name) && statSync(from).isDirectory()) {
			mkdirSync(join(to, "src", name));
			for (const inner of readdirSync(from)) symlinkSync(join(from, inner), join(to, "src", name, inner));
		} else symlinkSync(from, join(to, "src", name));
	}
}
