import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { type AlertConfig, Alerts, readAlertConfig } from "../../src/service/alerts.js";
import { scratch } from "../support/server.js";
import { webhook } from "../support/webhook.js";

function alerts(rules: AlertConfig["rules"], webhook?: string) {
	const registry = new Registry();
	const said: string[] = [];
	const gauge = new Gauge({ name: "heap", help: "-", labelNames: ["state"], registers: [registry] });
	const counter = new Counter({ name: "errors", help: "-", labelNames: ["code"], registers: [registry] });
	const histogram = new Histogram({
		name: "seconds",
		help: "-",
		labelNames: ["route"],
		buckets: [0.1, 0.5, 1],
		registers: [registry],
	});
	const config = { rules, ...(webhook !== undefined && { webhook }) };
	return { said, gauge, counter, histogram, alerts: new Alerts(registry, config, (text) => said.push(text)) };
}

describe("alerts", () => {
	test("say once that a threshold is passed, and once that it is not any more", async () => {
		const { said, gauge, alerts: one } = alerts([{ name: "memory", metric: "heap", above: 100 }]);
		const steps = [50, 100, 101, 500, 100, 50];
		for (const [at, value] of steps.entries()) {
			gauge.set({ state: "0" }, value);
			await one.check(at * 1000);
		}
		expect(said).toEqual(["alert firing: memory: heap is 101", "alert resolved: memory: heap is 100"]);
	});

	test("wait as long as a rule says, anew each time", async () => {
		const { said, gauge, alerts: one } = alerts([{ name: "low", metric: "heap", below: 10, forSeconds: 3 }]);
		for (const [second, value] of [5, 5, 50, 5, 5, 5, 5].entries()) {
			gauge.set({ state: "0" }, value);
			await one.check(second * 1000);
			expect([second, one.firing()]).toEqual([second, second < 6 ? [] : ["low"]]);
		}
		expect(said).toHaveLength(1);
	});

	test("add up samples with the labels, and compare growth by second", async () => {
		const {
			said,
			counter,
			alerts: one,
		} = alerts([{ name: "crashes", metric: "errors", labels: { code: "CRASH" }, perSecond: true, above: 2 }]);
		counter.inc({ code: "CRASH" }, 1000);
		await one.check(0);
		counter.inc({ code: "TIMEOUT" }, 1000);
		counter.inc({ code: "CRASH" }, 20);
		await one.check(10_000);
		expect(said).toEqual([]);
		counter.inc({ code: "CRASH" }, 21);
		await one.check(20_000);
		expect(said).toEqual(["alert firing: crashes: errors is 2.1 a second"]);
	});

	test("compare quantiles of what came since the last look, and end when nothing comes any more", async () => {
		const rules = [{ name: "slow", metric: "seconds", labels: { route: "/a" }, quantile: 0.9, above: 0.4 }];
		const { said, histogram, alerts: one } = alerts(rules);
		const seen = (route: string, value: number, times: number) => {
			for (let i = 0; i < times; i++) histogram.observe({ route }, value);
		};
		seen("/a", 0.01, 1000);
		seen("/b", 3, 1000);
		await one.check(0);
		expect(said).toEqual([]);
		// 5 to 0.1 and 5 to 0.5: the ninth of ten is at 0.1 + 0.4 * 4 / 5.
		seen("/a", 0.05, 5);
		seen("/a", 0.3, 5);
		await one.check(1000);
		// Beyond the last bucket: its beginning.
		seen("/a", 30, 10);
		await one.check(2000);
		await one.check(3000);
		expect(said).toEqual([
			"alert firing: slow: seconds is 0.42",
			"alert resolved: slow: seconds has no new samples",
		]);
	});

	test.each([
		["of a metric that is not there", { metric: "haep" }, /no metric "haep"/, /heap/],
		["of a histogram as a whole", { metric: "seconds" }, /is a histogram/, /quantile/],
		["of a quantile of what has none", { metric: "heap", quantile: 0.5 }, /no quantiles/, /histograms/],
	])("hazard: a rule that never holds, %s, is refused at the start", (_, rule, message, hint) => {
		expect(() => alerts([{ name: "a", above: 1, ...rule }])).toThrow(
			expect.objectContaining({
				code: "INVALID_ARGUMENT",
				message: expect.stringMatching(message),
				hint: expect.stringMatching(hint),
			}),
		);
	});

	test("go to a webhook; one that is not there costs a line", async () => {
		const hook = await webhook();
		const { gauge, said, alerts: one } = alerts([{ name: "memory", metric: "heap", above: 1 }], hook.address);
		gauge.set({ state: "0" }, 2);
		await one.check(7000);
		expect(hook.got).toEqual([
			{ rule: "memory", state: "firing", value: 2, at: 7000, text: "alert firing: memory: heap is 2" },
		]);
		await hook.close();
		gauge.set({ state: "0" }, 0);
		await one.check(8000);
		expect(said.at(-1)).toMatch(/webhook could not be reached/);
	});

	test("a file that is wrong says where", async () => {
		const files = scratch();
		for (const [text, message] of [
			["{", /not JSON/],
			['{"rules":[{"name":"a"}]}', /metric/],
			['{"rules":[{"name":"a","metric":"b"}]}', /neither above nor below/],
			['{"rules":[],"webhok":"http://x"}', /additional/],
		] as const)
			await expect(readAlertConfig(files.write("alerts.json", text))).rejects.toMatchObject({
				code: "INVALID_ARGUMENT",
				message: expect.stringMatching(message),
			});
		await expect(readAlertConfig("nowhere.json")).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
	});
});
