/** Each module of Path of Building, read and printed, is the same to LuaJIT. Needs Path of Building. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openLuaTool } from "../support/lua-tool.js";
import { describeWithPob } from "../support/pob.js";

describeWithPob("modules of Path of Building", (pob) => {
	it("are read and printed without a change of their code", async () => {
		const engine = await openLuaTool("grammar.lua");
		try {
			const folders = ["src", "src/Modules", "src/Classes"].map((folder) => join(pob, folder));
			const files: string[] = [];
			for (const folder of folders)
				for (const name of await readdir(folder)) if (name.endsWith(".lua")) files.push(join(folder, name));
			expect(files.length).toBeGreaterThan(50);
			const different: string[] = [];
			for (const file of files)
				if (!(await engine.command("sameCode", { text: await readFile(file, "latin1") })))
					different.push(file);
			expect(different).toEqual([]);
		} finally {
			await engine.close();
		}
	});
});
