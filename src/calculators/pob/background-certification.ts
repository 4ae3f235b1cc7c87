import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { binaryArguments, type Plain } from "../../native/addon.js";
import type { CertifyProgress } from "../source.js";
import type { Certificate } from "./certificates.js";

/** What a process that certifies gets from the one that started it. */
export interface CertifyRequest {
	pob: string;
	/** Builds of the user's, besides those that come with pobatch. */
	builds: { name: string; text: string }[];
	versions: Plain | undefined;
}

/** What it answers: how far it is, now and then; then one of the others. */
export type CertifyAnswer =
	| { progress: CertifyProgress }
	| { certificate: Pick<Certificate, "parts" | "builds" | "rows" | "values"> }
	| { failed: string };

// From sources (tests) and from dist/ alike.
const script = ["../../operations/certify/child.js", "../../../dist/operations/certify/child.js"]
	.map((path) => fileURLToPath(new URL(path, import.meta.url)))
	.find((path) => existsSync(path)) as string;

/** By where their certificates are kept: a checkout is certified once, however many engines of this process wait for it. */
const running = new Map<string, Certification>();

/** A certification in a process of its own, for as long as somebody waits for it. */
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

	/** Whether a program that has nothing else to do goes on until it is certified. */
	keepsAlive(yes: boolean): void {
		for (const handle of [this.#process, this.#process.channel]) {
			if (yes) handle?.ref();
			else handle?.unref();
		}
	}

	join(listener: (progress: CertifyProgress) => void): void {
		this.#listeners.add(listener);
	}

	/** Resolves when its process is gone, if nobody else waits for it. */
	async leave(listener: (progress: CertifyProgress) => void): Promise<void> {
		this.#listeners.delete(listener);
		if (this.#listeners.size > 0) return;
		this.keepsAlive(true);
		this.#process.kill("SIGKILL");
		await this.#gone;
	}
}

/** What an engine has of a certification that goes on. */
export interface RunningCertification {
	/** Never rejects. */
	readonly done: Promise<CertifyAnswer>;
	/** A program that has nothing else to do goes on until it is certified. */
	keepAlive(): void;
	/** Whoever started it needs it no longer; resolves when its process is gone, if nobody else needs it. */
	end(): Promise<void>;
}

/** @param path where the certificate will be kept */
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
