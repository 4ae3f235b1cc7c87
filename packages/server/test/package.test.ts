import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./support/server.js";

test("nothing that is installed asks for a newer Node than the packages do: npm would warn", () => {
	const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
		packages: Record<string, { engines?: { node?: string } }>;
	};
	const newer = Object.entries(packages).filter(([, { engines }]) => {
		const [, least] = /^>=? *v?(\d+)[^|]*$/.exec(engines?.node ?? "") ?? [];
		return least !== undefined && Number(least) > 20;
	});
	expect(newer).toEqual([]);
});
