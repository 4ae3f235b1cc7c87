import { readFileSync } from "node:fs";
import { Agent, createServer, type Server } from "node:https";
import type { AddressInfo, LookupFunction } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLink } from "../../src/service/links.js";

// A certificate for these names that nobody else trusts, made for this test.
const fixture = (name: string) =>
	readFileSync(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)), "utf8");
const hosts = new Set(["pobb.in", "poe.ninja"]);
const rules = { hosts, maxBytes: 1000, timeoutMs: 2000 };

/** Any name leads to this address. */
const leadsTo =
	(address: string, family = 4): LookupFunction =>
	(_, options, done) => {
		if (options.all) (done as (error: null, found: unknown) => void)(null, [{ address, family }]);
		else done(null, address, family);
	};

describe("a link is refused", () => {
	const refused: [why: string, link: string, message: RegExp][] = [
		["of a host that is not listed", "https://evil.example/x", /none of the hosts/],
		["of a host that ends like one", "https://notpobb.in/x", /none of the hosts/],
		["of a host that begins like one", "https://pobb.in.evil.example/x", /none of the hosts/],
		["without TLS", "http://pobb.in/x", /not https/],
		["with another port", "https://pobb.in:8443/x", /a port/],
		["with a user", "https://pobb.in@evil.example/x", /a user/],
		["of another protocol", "file:///etc/passwd", /not https|no address|none of the hosts/],
		["to an address", "https://127.0.0.1/x", /none of the hosts/],
		["to an address in other digits", "https://2130706433/x", /none of the hosts/],
		["that is none", "https://", /no address/],
	];
	test.each(refused)("%s", async (_, link, message) => {
		await expect(openLink(link, rules)).rejects.toMatchObject({
			code: "LINK_REFUSED",
			message: expect.stringMatching(message),
		});
	});

	test("where no host is listed", async () => {
		await expect(openLink("https://pobb.in/x", { ...rules, hosts: new Set() })).rejects.toMatchObject({
			code: "LINK_REFUSED",
			hint: expect.stringMatching(/--allow-links/),
		});
	});
});

describe("hazard: a listed name leads into the local network", () => {
	test.each([
		["127.0.0.1", 4],
		["10.1.2.3", 4],
		["192.168.0.1", 4],
		["172.16.0.1", 4],
		["169.254.169.254", 4],
		["100.64.0.1", 4],
		["0.0.0.0", 4],
		["::1", 6],
		["fd00::1", 6],
		["fe80::1", 6],
		["::ffff:127.0.0.1", 6],
		["64:ff9b::7f00:1", 6],
		["::", 6],
		["::ffff:10.0.0.1", 6],
		["::ffff:a9fe:a9fe", 6],
		["::127.0.0.1", 6],
		["2002:7f00:1::", 6],
		["2001:0:7f00:1::", 6],
		["64:ff9b:1::a00:1", 6],
		["fec0::1", 6],
		["ff02::1", 6],
		["198.18.0.1", 4],
		["192.0.2.1", 4],
		["224.0.0.1", 4],
		["255.255.255.255", 4],
	])("%s", async (address, family) => {
		const requestOptions = { lookup: leadsTo(address, family) };
		await expect(openLink("https://pobb.in/x", { ...rules, requestOptions })).rejects.toMatchObject({
			code: "LINK_REFUSED",
			message: expect.stringMatching(/local network/),
		});
	});
});

describe("hazard: a way around the check of addresses", () => {
	const refusal = { code: "LINK_REFUSED", message: expect.stringMatching(/local network/) };

	test("an address that somebody listed as a host, in whatever digits", async () => {
		const listed = new Set(["127.0.0.1", "10.0.0.1", "[::1]", "[::ffff:7f00:1]"]);
		for (const link of [
			"https://127.0.0.1/x",
			"https://2130706433/x",
			"https://0x7f.1/x",
			"https://0177.0.0.1/x",
			"https://127.1/x",
			"https://10.0.0.1/x",
			"https://[::1]/x",
			"https://[::ffff:127.0.0.1]/x",
		])
			await expect(openLink(link, { ...rules, hosts: listed })).rejects.toMatchObject(refusal);
	});

	test("a name with a public address beside a local one, whichever is first", async () => {
		const both = [
			{ address: "93.184.215.14", family: 4 },
			{ address: "127.0.0.1", family: 4 },
		];
		for (const found of [both, both.toReversed()]) {
			const lookup: LookupFunction = (_, __, done) =>
				(done as (error: null, found: unknown) => void)(null, found);
			await expect(
				openLink("https://pobb.in/x", { ...rules, requestOptions: { lookup } }),
			).rejects.toMatchObject(refusal);
		}
	});

	test("a name that is rebound: the address that was checked is the one that is connected to", async () => {
		let asked = 0;
		const lookup: LookupFunction = (host, options, done) => {
			asked++;
			leadsTo("127.0.0.1")(host, options, done);
		};
		await expect(
			openLink("https://pobb.in/x", { ...rules, requestOptions: { lookup } }),
		).rejects.toMatchObject(refusal);
		// No second look-up whose answer could differ.
		expect(asked).toBe(1);
	});
});

describe("a link of a listed host", () => {
	let site: Server;
	const asked: string[] = [];
	beforeAll(async () => {
		site = createServer({ key: fixture("site.key"), cert: fixture("site.crt") }, (request, response) => {
			const host = request.headers.host?.replace(/:\d+$/, "");
			asked.push(`${host}${request.url}`);
			if (request.url === "/moved/raw")
				response.writeHead(302, { location: "https://poe.ninja/poe2/pob/raw/there" }).end();
			else if (request.url === "/away/raw")
				response.writeHead(302, { location: "https://evil.example/" }).end();
			else if (request.url === "/down/raw") response.writeHead(302, { location: "http://pobb.in/" }).end();
			else if (request.url === "/round/raw")
				response.writeHead(302, { location: "https://pobb.in/round/raw" }).end();
			else if (request.url === "/big/raw") response.end("x".repeat(5000));
			else if (request.url === "/slow/raw") response.write("x");
			else if (request.url === "/gone/raw") response.writeHead(404).end("no");
			else response.end("the code");
		});
		await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
	});
	afterAll(() => {
		site.closeAllConnections();
		site.close();
	});
	/** All names lead to the site of this test, which is allowed for once. */
	const local = (changes = {}) => {
		const { port } = site.address() as AddressInfo;
		return {
			...rules,
			agent: new Agent({ ca: fixture("site.crt") }),
			requestOptions: { lookup: leadsTo("127.0.0.1"), port },
			...changes,
		};
	};

	test("is opened where its site answers the code alone", async () => {
		expect(await openLink("https://pobb.in/abc-1_2", local())).toBe("the code");
		expect(await openLink("pobb.in/abc", local())).toBe("the code");
		expect(await openLink("https://poe.ninja/poe2/pob/123ab", local())).toBe("the code");
		expect(asked.slice(-3)).toEqual([
			"pobb.in/abc-1_2/raw",
			"pobb.in/abc/raw",
			"poe.ninja/poe2/pob/raw/123ab",
		]);
	});

	test("is followed to listed hosts only, and not for ever", async () => {
		expect(await openLink("https://pobb.in/moved", local())).toBe("the code");
		for (const path of ["away", "down"])
			await expect(openLink(`https://pobb.in/${path}`, local())).rejects.toMatchObject({
				code: "LINK_REFUSED",
			});
		await expect(openLink("https://pobb.in/round/raw", local())).rejects.toMatchObject({
			code: "LINK_FAILED",
		});
	});

	test("has limits of size and time", async () => {
		await expect(openLink("https://pobb.in/big", local())).rejects.toMatchObject({
			code: "LINK_FAILED",
			message: expect.stringMatching(/larger than 1000 bytes/),
		});
		await expect(openLink("https://pobb.in/slow", local({ timeoutMs: 300 }))).rejects.toMatchObject({
			code: "LINK_FAILED",
			message: expect.stringMatching(/within 300 ms/),
		});
	});

	test("that is dead tells so", async () => {
		await expect(openLink("https://pobb.in/gone", local())).rejects.toMatchObject({
			code: "LINK_FAILED",
			message: expect.stringMatching(/answered 404/),
		});
	});
});
