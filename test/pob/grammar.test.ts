/** Each module of Path of Building, read and printed, is the same to LuaJIT. Needs Path of Building. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { Engine } from "../../src/index.js";
import { describeWithPob } from "../support/pob.js";

describeWithPob("modules of Path of Building", (pob) => {
	it("are read and printed without a change of their code", async () => {
		const engine = await Engine.open({
			calculator: fileURLToPath(new URL("../lua/grammar.lua", import.meta.url)),
			sandbox: false,
			threads: 1,
			cache: false,
			options: { lua: fileURLToPath(new URL("../../lua", import.meta.url)) },
		});
		try {
			const build = await engine.load("none");
			const folders = ["src", "src/Modules", "src/Classes"].map((folder) => join(pob, folder));
			const files: string[] = [];
			for (const folder of folders)
				for (const name of await readdir(folder)) if (name.endsWith(".lua")) files.push(join(folder, name));
			expect(files.length).toBeGreaterThan(50);
			const different: string[] = [];
			for (const file of files)
				if (!(await build.command("sameCode", { text: await readFile(file, "latin1") })))
					different.push(file);
			expect(different).toEqual([]);
		} finally {
			await engine.close();
		}
	});
});
