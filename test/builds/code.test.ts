import { randomBytes } from "node:crypto";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePobCode, encodePobCode } from "../../src/builds/code.js";

const invalid = (message: string) =>
	expect.objectContaining({ code: "BUILD_INVALID", message: expect.stringContaining(message) });

describe("PoB codes", () => {
	it("reads what another zlib wrote", () => {
		// python3: base64.urlsafe_b64encode(zlib.compress(b"<PathOfBuilding2><Build level=\"1\"/></PathOfBuilding2>", 9))
		expect(decodePobCode("eNqzCUgsyfBPcyrNzEnJzEs3srMBMxVyUstSc2yVDJX07Wz00dUAAOqMEes=")).toBe(
			'<PathOfBuilding2><Build level="1"/></PathOfBuilding2>',
		);
	});

	it("comes back as it was, whatever the text", () => {
		fc.assert(
			fc.property(fc.string({ unit: "grapheme" }), (text) => {
				expect(decodePobCode(encodePobCode(`<${text}`))).toBe(`<${text}`);
			}),
		);
	});

	it("uses only characters that survive in links", () => {
		expect(encodePobCode(`<${randomBytes(5000).toString("latin1")}`)).toMatch(/^[A-Za-z0-9_-]+=*$/);
	});

	it("takes plain base64, white space inside and missing padding", () => {
		const code = deflateSync("<a/>").toString("base64");
		expect(decodePobCode(` ${code.slice(0, 5)}\n\t${code.slice(5)}\r\n`)).toBe("<a/>");
		expect(decodePobCode(code.replace(/=+$/, ""))).toBe("<a/>");
	});
});

describe("hazard: a text that is not a code", () => {
	it.each([
		["nothing", "  \n", "empty"],
		["a foreign character", "eNqz{}", '"{"'],
		["text behind the padding", "eNo=eNo=", "behind its end"],
		["random bytes", randomBytes(300).toString("hex"), "cannot be read"],
		["one digit too many", "eNqzC", "not complete"],
		[
			"deflated text that is no XML",
			Buffer.from(deflateSync("hello")).toString("base64"),
			"something else than XML",
		],
	])("%s", (_, code, message) => {
		expect(() => decodePobCode(code)).toThrow(invalid(message));
	});

	it("a code cut off anywhere", () => {
		const code = encodePobCode(`<PathOfBuilding2>${"<Build/>".repeat(50)}</PathOfBuilding2>`).replace(
			/=+$/,
			"",
		);
		for (let length = 0; length < code.length; length++) {
			expect(() => decodePobCode(code.slice(0, length))).toThrow(invalid("cannot be read"));
		}
	});

	it("10 MB of random text", () => {
		const garbage = randomBytes(7_500_000).toString("base64url");
		expect(() => decodePobCode(garbage)).toThrow(invalid("does not hold deflated text"));
	});

	it("a valid code of 10 MB", () => {
		const xml = `<a>${randomBytes(7_600_000).toString("base64")}</a>`;
		const code = encodePobCode(xml);
		expect(code.length).toBeGreaterThan(10_000_000);
		expect(decodePobCode(code)).toBe(xml);
	});

	it("a deflate bomb of 128 MB, without inflating all of it", () => {
		const bomb = deflateSync(Buffer.alloc(128 * 1024 * 1024, "a"), { level: 9 }).toString("base64url");
		expect(bomb.length).toBeLessThan(200_000);
		const before = process.memoryUsage().rss;
		expect(() => decodePobCode(bomb)).toThrow(invalid("more than 32 MB"));
		expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
	});
});
