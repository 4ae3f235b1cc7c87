import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const binding = fileURLToPath(new URL("../../binding/", import.meta.url));

/** Folders that the files of a folder may include, besides their own; see docs/architecture.md. */
const below: Record<string, string[]> = {
	napi: ["batch", "state"],
	batch: ["state"],
	state: ["luajit", "platform", "pob"],
	platform: [],
	luajit: [],
	pob: [],
};
const readsLuajit = ["luajit", "pob"];

const includes = readdirSync(binding, { recursive: true, encoding: "utf8" })
	.map((name) => name.replaceAll("\\", "/"))
	.filter((name) => /\.(c|h|cpp|hpp)$/.test(name))
	.flatMap((file) => {
		const text = readFileSync(join(binding, file), "utf8");
		const names = Array.from(
			text.matchAll(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/gm),
			([, name]) => name as string,
		);
		return names.map((name) => ({ file, room: file.split("/")[0] as string, name }));
	});

/** The including files, as a failure should list them. */
const filesOf = (found: typeof includes) => found.map(({ file, name }) => `${file} includes ${name}`);

describe("the folders of binding/", () => {
	test("are those that the documentation names", () => {
		expect([...new Set(includes.map(({ room }) => room))].sort()).toEqual(Object.keys(below).sort());
	});

	test("use Node-API only in napi/", () => {
		const found = includes.filter(({ name }) => /^(napi|node_api|js_native_api)\b/.test(name));
		expect(found).not.toEqual([]);
		expect(filesOf(found.filter(({ room }) => room !== "napi"))).toEqual([]);
	});

	test("include LuaJIT's private headers only in luajit/ and pob/", () => {
		const found = includes.filter(({ name }) => name.startsWith("lj_"));
		expect(found).not.toEqual([]);
		expect(filesOf(found.filter(({ room }) => !readsLuajit.includes(room)))).toEqual([]);
	});

	test("include each other in one direction", () => {
		const found = includes.filter(({ room, name }) => {
			const [from, rest] = name.split("/");
			return (
				rest !== undefined &&
				(from as string) in below &&
				from !== room &&
				!below[room]?.includes(from as string)
			);
		});
		expect(filesOf(found)).toEqual([]);
	});
});
