import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { manifestDigest } from "../../src/calculators/identity.js";
import { Engine } from "../../src/index.js";
import { miniBuild, miniPob } from "../support/pob.js";
import { canLink } from "../support/windows.js";

const folders: string[] = [];
afterAll(() => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder with a copy of the stand-in in `real`. */
function scratch(): { folder: string; real: string } {
	const folder = mkdtempSync(join(tmpdir(), "pobatch-links-"));
	folders.push(folder);
	const real = join(folder, "real");
	cpSync(miniPob, real, { recursive: true });
	return { folder, real };
}

/** As `cp -rs`: folders of its own, each file a link. */
function linkFiles(from: string, to: string): void {
	mkdirSync(to);
	for (const name of readdirSync(from)) {
		if (statSync(join(from, name)).isDirectory()) linkFiles(join(from, name), join(to, name));
		else symlinkSync(join(from, name), join(to, name));
	}
}

const open = (pob: string) => Engine.open({ calculator: "pob", pob, threads: 1 });

describe.skipIf(!canLink)("hazard: a checkout made of symbolic links (needs the right to make some)", () => {
	const kinds: [string, (folder: string, real: string) => string][] = [
		[
			"a link to a checkout",
			(folder, real) => {
				symlinkSync(real, join(folder, "link"));
				return join(folder, "link");
			},
		],
		[
			"its folders are links",
			(folder, real) => {
				mkdirSync(join(folder, "pob"));
				for (const name of ["src", "runtime", "manifest.xml"])
					symlinkSync(join(real, name), join(folder, "pob", name));
				return join(folder, "pob");
			},
		],
		[
			"its src is a link to a folder of another name, and the runtime is beside the link",
			(folder, real) => {
				renameSync(join(real, "src"), join(folder, "sources"));
				symlinkSync("../sources", join(real, "src"));
				return real;
			},
		],
		[
			"its runtime is a link",
			(folder, real) => {
				renameSync(join(real, "runtime"), join(folder, "libraries"));
				symlinkSync(join(folder, "libraries"), join(real, "runtime"));
				return real;
			},
		],
		[
			"each of its files is a link",
			(folder, real) => {
				linkFiles(real, join(folder, "pob"));
				return join(folder, "pob");
			},
		],
	];
	it.each(kinds)("works: %s", async (_, make) => {
		const { folder, real } = scratch();
		const pob = make(folder, real);
		for (const named of [pob, join(pob, "src")]) {
			await using engine = await open(named);
			const build = await engine.load(miniBuild());
			expect((await build.calculate()).Life).toBe(96);
		}
	});

	it("whose files lie in no checkout says so, and what to do", async () => {
		const { folder, real } = scratch();
		renameSync(join(real, "src/Data/Gems.lua"), join(folder, "Gems.lua"));
		symlinkSync(join(folder, "Gems.lua"), join(real, "src/Data/Gems.lua"));
		await expect(open(real)).rejects.toMatchObject({
			code: "POB_INVALID",
			message: expect.stringMatching(/is made of links: src\/Data\/Gems\.lua leads out of it to .*cp -rL/),
		});
	});

	it("with a file that nothing asks for at the start says it when the file is read", async () => {
		const { folder, real } = scratch();
		renameSync(join(real, "src/TreeData/0_1/tree.lua"), join(folder, "tree.lua"));
		symlinkSync(join(folder, "tree.lua"), join(real, "src/TreeData/0_1/tree.lua"));
		const loaded = open(real).then(async (engine) => {
			await using opened = engine;
			await opened.load(miniBuild());
		});
		await expect(loaded).rejects.toThrow(/tree\.lua: A link that leads out of the checkout/);
	});
});

describe.skipIf(!canLink)(
	"hazard: a cache that does not see a change behind a link (needs the right to make one)",
	() => {
		it("changes its key when a file in a linked folder does; loops and links to nowhere end nothing", async () => {
			const { real } = scratch();
			const data = join(real, "elsewhere");
			renameSync(join(real, "src/Data"), data);
			symlinkSync(data, join(real, "src/Data"));
			symlinkSync("..", join(data, "loop"));
			symlinkSync(join(real, "src"), join(data, "back"));
			symlinkSync("/nowhere/at/all.lua", join(real, "src/gone.lua"));
			const before = await manifestDigest(join(real, "src"));
			expect(await manifestDigest(join(real, "src"))).toBe(before);
			utimesSync(join(data, "Gems.lua"), 1, 1);
			expect(await manifestDigest(join(real, "src"))).not.toBe(before);
			await using engine = await open(real);
			expect((await (await engine.load(miniBuild())).calculate()).Life).toBe(96);
		});
	},
);
