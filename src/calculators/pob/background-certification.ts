import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { binaryArguments, type Plain } from "../../native/addon.js";
import type { CertifyProgress } from "../source.js";
import type { Certificate } from "./certificates.js";

/** What a certifying process receives from its parent. */
export interface CertifyRequest {
	pob: string;
	/** The user's builds, in addition to those that come with pobatch. */
	builds: { name: string; text: string }[];
	versions: Plain | undefined;
}

/** What it sends back: progress from time to time, then one of the others. */
export type CertifyAnswer =
	| { progress: CertifyProgress }
	| { certificate: Pick<Certificate, "parts" | "builds" | "rows" | "values"> }
	| { failed: string };

// Works from the sources (in tests) and from dist/.
const script = ["../../operations/certify/child.js", "../../../dist/operations/certify/child.js"]
	.map((path) => fileURLToPath(new URL(path, import.meta.url)))
	.find((path) => existsSync(path)) as string;

/** By the path of the certificate: a checkout is certified once, however many engines of this process wait for it. */
const running = new Map<string, Certification>();

/** A certification in a process of its own; it runs as long as somebody waits for it. */
class Certification {
	readonly #process: ChildProcess;
	readonly #listeners = new Set<(progress: CertifyProgress) => void>();
	readonly #gone: Promise<unknown>;
	readonly done: Promise<CertifyAnswer>;

	constructor(path: string, request: CertifyRequest) {
		const child = fork(script, binaryArguments(), {
			serialization: "advanced",
			execArgv: [],
			stdio: ["ignore", "ignore", "ignore", "ipc"],
		});
		this.#process = child;
		this.#gone = once(child, "exit").catch(() => {});
		this.done = new Promise<CertifyAnswer>((resolve) => {
			child.on("message", (answer: CertifyAnswer) => {
				if ("progress" in answer) for (const listener of this.#listeners) listener(answer.progress);
				else resolve(answer);
			});
			child.on("error", ({ message }) => resolve({ failed: message }));
			child.on("exit", (status, signal) => resolve({ failed: `its process ended with ${status ?? signal}` }));
		}).finally(() => running.delete(path));
		child.send(request, () => {});
		this.keepsAlive(false);
	}

	/** Whether the certification keeps the program alive. */
	keepsAlive(yes: boolean): void {
		for (const handle of [this.#process, this.#process.channel]) {
			if (yes) handle?.ref();
			else handle?.unref();
		}
	}

	join(listener: (progress: CertifyProgress) => void): void {
		this.#listeners.add(listener);
	}

	/** If nobody else waits for it, stops it and resolves when its process has ended. */
	async leave(listener: (progress: CertifyProgress) => void): Promise<void> {
		this.#listeners.delete(listener);
		if (this.#listeners.size > 0) return;
		this.keepsAlive(true);
		this.#process.kill("SIGKILL");
		await this.#gone;
	}
}

/** An engine's handle on a running certification. */
export interface RunningCertification {
	/** Never rejects. */
	readonly done: Promise<CertifyAnswer>;
	/** Keeps the program alive until the certification is done. */
	keepAlive(): void;
	/** Stops waiting for it; resolves when its process has ended, unless somebody else waits for it. */
	end(): Promise<void>;
}

/** @param path where the certificate will be written */
export function certifyInBackground(
	path: string,
	request: CertifyRequest,
	onProgress: (progress: CertifyProgress) => void,
): RunningCertification {
	let certification = running.get(path);
	if (certification === undefined) {
		certification = new Certification(path, request);
		running.set(path, certification);
	}
	const own = certification;
	const listener = (progress: CertifyProgress) => onProgress(progress);
	own.join(listener);
	return {
		done: own.done,
		keepAlive: () => own.keepsAlive(true),
		end: () => own.leave(listener),
	};
}
