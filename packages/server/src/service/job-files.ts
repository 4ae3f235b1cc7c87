import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PobatchError } from "pobatch";
import { exactJson } from "./exact-json.js";
import type { SavedJob } from "./job.js";

const suffix = ".job.json";

/** Jobs in a folder, a file each; a file is written whole or not at all. */
export class JobFiles {
	readonly #folder: string;
	readonly #onBadFile: (text: string) => void;
	/** Of each job: the write that has to end before the next one. */
	readonly #writing = new Map<string, Promise<void>>();

	/** @param onBadFile gets what cannot be read; it is left where it is */
	constructor(folder: string, onBadFile: (text: string) => void) {
		this.#folder = folder;
		this.#onBadFile = onBadFile;
	}

	/** @throws PobatchError FILE_NOT_WRITABLE */
	write(job: SavedJob): Promise<void> {
		const { id } = job.state;
		const before = this.#writing.get(id) ?? Promise.resolve();
		const writing = before.catch(() => {}).then(() => this.#write(job));
		this.#writing.set(id, writing);
		return writing.finally(() => {
			if (this.#writing.get(id) === writing) this.#writing.delete(id);
		});
	}

	async #write(job: SavedJob): Promise<void> {
		const path = this.#path(job.state.id);
		try {
			await mkdir(this.#folder, { recursive: true });
			await writeFile(`${path}.new`, exactJson(job));
			await rename(`${path}.new`, path);
		} catch (cause) {
			throw new PobatchError(
				"FILE_NOT_WRITABLE",
				`${path}: the job cannot be written: ${(cause as Error).message}`,
				{
					cause,
					value: path,
				},
			);
		}
	}

	/** Oldest first. @throws PobatchError FILE_NOT_WRITABLE */
	async readAll(): Promise<SavedJob[]> {
		const jobs: SavedJob[] = [];
		for (const name of await this.#names()) {
			if (!name.endsWith(suffix)) continue;
			try {
				const job = JSON.parse(await readFile(join(this.#folder, name), "utf8")) as SavedJob;
				if (`${job.state.id}${suffix}` !== name || job.state.build !== job.build.id)
					throw new Error("it is no job's");
				jobs.push(job);
			} catch (error) {
				this.#onBadFile(`${join(this.#folder, name)} cannot be read: ${(error as Error).message}`);
			}
		}
		return jobs.sort((a, b) => a.state.createdAt - b.state.createdAt);
	}

	async #names(): Promise<string[]> {
		try {
			await mkdir(this.#folder, { recursive: true });
			return await readdir(this.#folder);
		} catch (cause) {
			throw new PobatchError("FILE_NOT_WRITABLE", `${this.#folder}: jobs cannot be kept there`, {
				cause,
				value: this.#folder,
				hint: "Name a folder that this user can write to.",
			});
		}
	}

	async remove(id: string): Promise<void> {
		await rm(this.#path(id), { force: true });
	}

	#path(id: string): string {
		return join(this.#folder, `${id}${suffix}`);
	}
}
