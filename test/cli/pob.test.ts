import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { miniBuild, miniPob } from "../support/pob.js";
import { dataFolder, userFolders } from "../support/windows.js";
import { environment, lines, run, scratch } from "./run.js";

const files = scratch();
// A user's folder may have any name.
const home = files.path("Bücher 流放");
const data = dataFolder(home);
const repository = files.path("repository");
const pob = (...args: string[]) => run(["pob", ...args], "", userFolders(home));

function git(...args: string[]): void {
	const settings = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"];
	execFileSync("git", [...settings, ...args], { cwd: repository, env: environment, stdio: "pipe" });
}

const hasGit = spawnSync("git", ["--version"]).status === 0;
describe.skipIf(!hasGit)("pobatch pob (needs git)", () => {
	beforeAll(() => {
		cpSync(miniPob, repository, { recursive: true });
		git("init", "-q", "-b", "dev");
		git("add", ".");
		git("commit", "-q", "-m", "first");
		git("tag", "v0.9.0");
		git("tag", "v0.10.0");
	});

	test("list, path and remove say that none is installed", async () => {
		expect((await pob("list")).stderr).toBe("None is installed: run `pobatch pob install`.\n");
		for (const args of [["path"], ["path", "v1"], ["remove", "v1"]]) {
			const { status, stderr } = await pob(...args);
			expect(status).toBe(2);
			expect(lines(stderr)).toHaveLength(1);
			expect(stderr).toContain("pobatch pob install");
		}
	});

	test("install takes the newest release, shallow and quiet in a pipe; list, path and calc find it", async () => {
		const { status, stdout, stderr } = await pob("install", "--from", repository);
		expect(status).toBe(0);
		expect(stderr).toBe("");
		const folder = join(data, "pob", "v0.10.0");
		expect(stdout).toBe(`Installed v0.10.0 in ${folder}\n`);
		await pob("install", "--from", repository, "--ref", "v0.9.0");
		const { stdout: list } = await pob("list");
		expect(lines(list)[1]).toMatch(/^\* {2}v0\.10\.0 {2}\d{4}-\d\d-\d\d {2}\S/);
		expect(lines(list)[2]).toMatch(/^ +v0\.9\.0/);
		expect((await pob("path")).stdout).toBe(`${folder}\n`);
		expect((await pob("path", "v0.9.0")).stdout).toContain("v0.9.0");
		const build = files.write("build.xml", miniBuild());
		const { stderr: told } = await run(["calc", build], "", userFolders(home));
		expect(told).toContain(`in ${folder})`);
	});

	test("remove deletes one and says which is used now", async () => {
		const { status, stdout, stderr } = await pob("remove", "v0.10.0");
		expect(status).toBe(0);
		expect(stdout).toContain("Removed ");
		expect(stderr).toBe("v0.9.0 is now the newest.\n");
		expect(existsSync(join(data, "pob", "v0.10.0"))).toBe(false);
	});

	test.each([
		["a repository that is not there", ["--from", "/nowhere"], "git cannot clone /nowhere"],
		["a ref that is not there", ["--from", repository, "--ref", "v7"], "v7"],
	])("%s is one line with git's words", async (_name, args, message) => {
		const { status, stderr } = await pob("install", ...args);
		expect(status).toBe(2);
		expect(lines(stderr)).toHaveLength(1);
		expect(stderr).toContain(message);
	});

	test("an unknown subcommand is bad input", async () => {
		const { status, stderr } = await pob("instal");
		expect(status).toBe(2);
		expect(stderr).toContain("unknown command 'instal'");
	});
});

test("install of a folder that is no repository copies it into the user's data folder, where it is found", async () => {
	const own = files.path("Ökonom 流放 (x86)");
	const folders = userFolders(own);
	const plain = files.path("my checkout");
	cpSync(miniPob, plain, { recursive: true });
	const folder = join(dataFolder(own), "pob", "my_checkout");
	const { status, stdout, stderr } = await run(["pob", "install", "--from", plain], "", folders);
	expect({ status, stdout, stderr }).toEqual({
		status: 0,
		stdout: `Installed my_checkout in ${folder}\n`,
		stderr: "",
	});
	expect((await run(["pob", "path"], "", folders)).stdout).toBe(`${folder}\n`);
	const found = await run(["calc", files.write("own.xml", miniBuild()), "--stats", "Life"], "", folders);
	expect(found.status).toBe(0);
	expect(found.stderr).toContain(`in ${folder})`);
	expect(found.stdout).toMatch(/Life\D+96/);
});
