import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { npm, root } from "../support/packed.js";

// A process that has the addon mapped dies with SIGBUS or SIGSEGV when that file is written, or stripped where it lies.
const loop = `
import { Engine } from ${JSON.stringify(join(root, "dist", "index.js"))};
import { existsSync } from "node:fs";
const { demoBuildText } = await import(${JSON.stringify(join(root, "dist", "cli", "demo-data.js"))});
const text = await demoBuildText();
let count = 0;
process.stdout.write("ready\\n");
while (!existsSync(process.argv[1])) {
	const engine = await Engine.open({ threads: 2, cache: false });
	const build = await engine.load(text);
	if (Object.keys(build.calculateSync()).length === 0) throw new Error("no stats");
	await engine.close();
	count++;
}
process.stdout.write("opened " + count + "\\n");
`;

// Only Linux and macOS keep a replaced file for who has it mapped; Windows refuses to replace it.
describe.skipIf(process.platform === "win32")("hazard: the addon is made anew while a process runs", () => {
	it("the process goes on through prebuilds, npm pack and build-addon", { timeout: 600_000 }, async () => {
		const folder = mkdtempSync(join(tmpdir(), "pobatch-packing-"));
		const stop = join(folder, "stop");
		const child = spawn(process.execPath, ["--input-type=module", "-e", loop, stop], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		let output = "";
		child.stdout.setEncoding("utf8").on("data", (text: string) => {
			output += text;
		});
		const ended = new Promise<string>((resolve) => {
			child.once("close", (code, signal) => resolve(`${code} ${signal}`));
		});
		try {
			await new Promise<void>((resolve, reject) => {
				child.stdout.once("data", () => resolve());
				child.once("close", () => reject(new Error("the process ended before it was ready")));
			});
			const had = existsSync(join(root, "prebuilds"));
			npm(["run", "prebuilds"], root);
			const built = join(root, "build", "Release", "pobatch.node");
			const before = statSync(built);
			npm(["pack", "--pack-destination", folder], root);
			if (!had) rmSync(join(root, "prebuilds"), { recursive: true });
			// The linker has to write it again.
			rmSync(join(root, "build", "linked", "pobatch.node"));
			const { status } = spawnSync(process.execPath, [join(root, "dist", "cli", "main.js"), "build-addon"], {
				stdio: ["ignore", "ignore", "inherit"],
			});
			expect(status).toBe(0);
			const after = statSync(built);
			expect(after.ino).not.toBe(before.ino);
			expect(after.size).toBe(before.size);
		} finally {
			writeFileSync(stop, "");
		}
		expect(await ended).toBe("0 null");
		expect(Number(/opened (\d+)/.exec(output)?.[1])).toBeGreaterThan(0);
		rmSync(folder, { recursive: true });
	});
});
