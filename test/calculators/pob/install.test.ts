import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findPob, pobSource } from "../../../src/calculators/pob/checkout.js";

const folder = await mkdtemp(join(tmpdir(), "pobatch-install-"));
const repository = join(folder, "repository");
const git = (...args: string[]) =>
	execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
		cwd: repository,
		stdio: "pipe",
	});

// env-paths reads the variable when the module is loaded.
process.env.XDG_DATA_HOME = join(folder, "data");
vi.resetModules();
const { installFolder, installPob, listInstalls, removeInstall } = await import(
	"../../../src/calculators/pob/install.js"
);

beforeAll(async () => {
	await mkdir(join(repository, "src"), { recursive: true });
	git("init", "-q", "-b", "main");
	for (const version of ["v0.9.0", "v0.10.0", "nightly"]) {
		await writeFile(join(repository, "src", "Launch.lua"), `-- ${version}\n`);
		git("add", ".");
		git("commit", "-q", "-m", version);
		git("tag", version);
	}
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.runIf(process.platform === "linux")("pob install (needs git and XDG_DATA_HOME)", () => {
	it("clones the newest release tag by number, not by text", async () => {
		const seen: string[] = [];
		const install = await installPob({ from: repository, onProgress: (text) => seen.push(text) });
		expect(install.name).toBe("v0.10.0");
		expect(install.path).toBe(join(installFolder(), "v0.10.0"));
		expect(seen.join("")).toMatch(/Cloning/);
		expect(await pobSource(install.path)).toBe(join(install.path, "src"));
	});

	it("clones a ref that is named; list has the newest version first", async () => {
		await installPob({ from: repository, ref: "v0.9.0" });
		await installPob({ from: repository, ref: "nightly" });
		expect((await listInstalls()).map(({ name }) => name)).toEqual(["v0.10.0", "v0.9.0", "nightly"]);
	});

	it("is what is found when nothing is named", async () => {
		vi.stubEnv("POBATCH_POB", "");
		expect(await findPob()).toBe(join(installFolder(), "v0.10.0"));
		vi.stubEnv("POBATCH_POB", "/by/environment");
		expect(await findPob()).toBe("/by/environment");
		expect(await findPob("/by/option")).toBe("/by/option");
		vi.unstubAllEnvs();
	});

	it("copies a folder that is no git repository", async () => {
		const plain = join(folder, "plain");
		await mkdir(join(plain, "src"), { recursive: true });
		await writeFile(join(plain, "src", "Launch.lua"), "-- plain\n");
		await expect(installPob({ from: plain, ref: "v1" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
		const install = await installPob({ from: plain });
		expect(install.name).toBe("plain");
		expect(await pobSource(install.path)).toBe(join(install.path, "src"));
		await removeInstall("plain");
	});

	it("removes one by name", async () => {
		await removeInstall("nightly");
		await expect(removeInstall("nightly")).rejects.toMatchObject({ code: "POB_NOT_FOUND" });
	});

	it("refuses what is not Path of Building, and leaves nothing behind", async () => {
		const other = join(folder, "other");
		await mkdir(other);
		execFileSync("git", ["init", "-q", "-b", "main"], { cwd: other });
		await writeFile(join(other, "readme"), "x");
		execFileSync("git", ["add", "."], { cwd: other });
		execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "x"], {
			cwd: other,
		});
		await expect(installPob({ from: other })).rejects.toMatchObject({ code: "POB_INVALID" });
		await expect(installPob({ from: join(folder, "nowhere") })).rejects.toMatchObject({
			code: "POB_NOT_FOUND",
		});
		await expect(installPob({ from: repository, ref: "v9" })).rejects.toMatchObject({
			code: "POB_NOT_FOUND",
		});
		expect((await listInstalls()).map(({ name }) => name)).toEqual(["v0.10.0", "v0.9.0"]);
	});

	it("names the file that a folder lacks", async () => {
		await expect(pobSource(folder)).rejects.toMatchObject({
			code: "POB_INVALID",
			message: expect.stringContaining(join(folder, "src", "Launch.lua")),
		});
	});
});
