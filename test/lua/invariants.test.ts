import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/internals/memo.md"), "utf8");
const defined = [...page.matchAll(/^\*\*I(\d+)\./gm)].map(([, number]) => Number(number));

test("invariants are numbered one after the other", () => {
	expect(defined.length).toBeGreaterThan(0);
	expect(defined).toEqual(defined.map((_, i) => i + 1));
});

test("code cites invariants that docs/internals/memo.md defines, and each of them but the principle", () => {
	const folder = join(root, "lua/pob");
	const cited = new Set<number>();
	for (const name of readdirSync(folder, { recursive: true }) as string[])
		if (name.endsWith(".lua"))
			for (const [line] of readFileSync(join(folder, name), "utf8").matchAll(/--.*$/gm)) {
				for (const [, first, last] of line.matchAll(/\bI(\d+) to I(\d+)\b/g))
					for (let number = Number(first); number <= Number(last); number++) cited.add(number);
				for (const [, number] of line.matchAll(/\bI(\d+)\b/g)) cited.add(Number(number));
			}
	cited.add(1);
	expect([...cited].sort((a, b) => a - b)).toEqual(defined);
});
