import { describe, expect, it } from "vitest";
import { QueueAddress } from "../../src/queue/address.js";
import { needsRedis, RedisServer, redisProgram } from "../support/redis.js";

/** The error's own words and all that it carries. */
function told(call: () => unknown): string {
	try {
		call();
	} catch (error) {
		const { message, hint, value, code } = error as Error & Record<string, unknown>;
		return [code, message, hint, value].join(" | ");
	}
	throw new Error("nothing was thrown");
}

describe("a queue's address", () => {
	it.each([
		["redis://host", "redis://host:6379/0"],
		["valkey://:secret@host:1234/3", "valkey://host:1234/3"],
		["rediss://me:s%2Fe%3Fcret@10.0.0.5", "rediss://10.0.0.5:6379/0"],
		["redis://[::1]:7000", "redis://[::1]:7000/0"],
	])("%s is told as %s", (given, text) => {
		expect(QueueAddress.parse(given).text).toBe(text);
	});

	it.each([
		["", "cannot be read"],
		["redis://:secret/with@host", "cannot be read|database"],
		["http://:secret@host", "another kind"],
		["redis://:secret%zz@host", "begins no character"],
		["redis://:secret@host/name", "not a number"],
		["redis://:secret@host?password=secret", "has a \\?"],
	])("%s is refused, without a word of its password", (given, why) => {
		const text = told(() => QueueAddress.parse(given));
		expect(text).toMatch(/^INVALID_ARGUMENT \| The queue's address is no use/);
		expect(text).toMatch(new RegExp(why));
		expect(text).not.toContain("secret");
	});

	it("hides its password in what others say, as it is and as it is written", () => {
		const address = QueueAddress.parse("redis://:s%2Fecret@host");
		expect(address.hide(new Error("no s/ecret here,\nno s%2Fecret"))).toBe("no *** here, no ***");
	});

	it.skipIf(!redisProgram)(`tells a wrong password at once${needsRedis}`, async () => {
		const server = await RedisServer.start("--requirepass", "right-password");
		const address = QueueAddress.parse(`redis://:wrong-password@127.0.0.1:${server.port}`);
		const error = await address.check(address.connection()).catch((error) => error);
		expect(error).toMatchObject({ code: "QUEUE_UNAVAILABLE" });
		expect(error.message).toMatch(/WRONGPASS/);
		expect(JSON.stringify([error.message, error.hint, error.value])).not.toContain("wrong-password");
		const right = QueueAddress.parse(`redis://:right-password@127.0.0.1:${server.port}`);
		const connection = right.connection();
		await right.check(connection);
		connection.disconnect();
	});

	it("tells where nobody answers", async () => {
		const address = QueueAddress.parse("redis://127.0.0.1:1");
		const connection = address.connection();
		await expect(address.check(connection, 300)).rejects.toMatchObject({
			code: "QUEUE_UNAVAILABLE",
			message: expect.stringMatching(/^redis:\/\/127\.0\.0\.1:1\/0: .*ECONNREFUSED/),
		});
	});
});
