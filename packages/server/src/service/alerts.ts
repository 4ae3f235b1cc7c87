import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { PobatchError } from "pobatch";
import { nearest } from "pobatch/operations";
import { Gauge, Histogram, type Registry } from "prom-client";
import { type Static, Type } from "typebox";

const Rule = Type.Object(
	{
		name: Type.String({ minLength: 1 }),
		/** As /metrics names it. */
		metric: Type.String({ minLength: 1 }),
		/** Only samples with these labels; their sum is compared. */
		labels: Type.Optional(Type.Record(Type.String(), Type.String())),
		/** What grows is compared by its growth per second. */
		perSecond: Type.Optional(Type.Boolean()),
		/** Of a histogram: this quantile of what it has seen since the last look, 0.99 for the slowest hundredth. */
		quantile: Type.Optional(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 })),
		above: Type.Optional(Type.Number()),
		below: Type.Optional(Type.Number()),
		/** It has to last so long. */
		forSeconds: Type.Optional(Type.Number({ minimum: 0 })),
	},
	{ additionalProperties: false },
);
const Config = Type.Object(
	{
		intervalSeconds: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
		webhook: Type.Optional(Type.String({ pattern: "^https?://" })),
		rules: Type.Array(Rule),
	},
	{ additionalProperties: false },
);
export type AlertRule = Static<typeof Rule>;
export type AlertConfig = Static<typeof Config>;

/** @throws PobatchError FILE_NOT_FOUND, INVALID_ARGUMENT */
export async function readAlertConfig(file: string): Promise<AlertConfig> {
	let text: string;
	try {
		text = await readFile(file, "utf8");
	} catch (cause) {
		throw new PobatchError("FILE_NOT_FOUND", `${file}: cannot read the alerts`, { cause, value: file });
	}
	const wrong = (why: string) =>
		new PobatchError("INVALID_ARGUMENT", `${file}: ${why}`, {
			value: file,
			hint: "docs/server.md shows such a file.",
		});
	let config: unknown;
	try {
		config = JSON.parse(text);
	} catch (error) {
		throw wrong(`not JSON: ${(error as Error).message}`);
	}
	const check = new Ajv({ strict: false }).compile<AlertConfig>(Config);
	if (!check(config))
		throw wrong(`${check.errors?.[0]?.instancePath ?? ""} ${check.errors?.[0]?.message ?? "is wrong"}`);
	const empty = config.rules.find(({ above, below }) => above === undefined && below === undefined);
	if (empty) throw wrong(`the rule ${JSON.stringify(empty.name)} has neither above nor below`);
	return config;
}

/** Sent when a rule starts to hold, and when it no longer does. */
export interface Alert {
	readonly rule: string;
	readonly state: "firing" | "resolved";
	/** NaN (JSON's null) of a quantile without samples. */
	readonly value: number;
	readonly text: string;
	/** Milliseconds since 1970. */
	readonly at: number;
}

/** How many samples of a histogram are at most so large, by that size. */
type Buckets = ReadonlyMap<number, number>;

interface RuleState {
	previous?: { value: number; at: number };
	buckets?: Buckets;
	/** Since when it holds. */
	since?: number;
	isFiring: boolean;
}

const webhookMs = 10_000;

/** Checks the metrics periodically, and reports when a threshold is passed: as a log line, and to a webhook. */
export class Alerts {
	readonly #registry: Registry;
	readonly #config: AlertConfig;
	readonly #log: (text: string) => void;
	readonly #states: Map<AlertRule, RuleState>;
	#timer: NodeJS.Timeout | undefined;
	#isChecking = false;

	/** @throws PobatchError INVALID_ARGUMENT where a rule can never hold: its metric is not there, or is of another kind */
	constructor(registry: Registry, config: AlertConfig, log: (text: string) => void) {
		this.#registry = registry;
		this.#config = config;
		this.#log = log;
		this.#states = new Map(config.rules.map((rule) => [rule, { isFiring: false }]));
		for (const rule of config.rules) checkRule(rule, registry);
		const firing = () => this.firing();
		new Gauge({
			name: "pobatch_alert_firing",
			help: "1 while the rule of --alerts holds",
			labelNames: ["rule"],
			registers: [registry],
			collect() {
				const names = firing();
				for (const { name } of config.rules) this.set({ rule: name }, names.includes(name) ? 1 : 0);
			},
		});
	}

	start(): void {
		const { intervalSeconds = 15 } = this.#config;
		this.#timer = setInterval(() => this.#look(), intervalSeconds * 1000);
		this.#timer.unref();
	}

	#look(): void {
		// A webhook may take longer than the time until the next look.
		if (this.#isChecking) return;
		this.#isChecking = true;
		this.check(Date.now())
			.catch((error) => this.#log(`the alerts could not be looked after: ${error}`))
			.finally(() => {
				this.#isChecking = false;
			});
	}

	stop(): void {
		clearInterval(this.#timer);
	}

	/** Names of the rules that hold. */
	firing(): string[] {
		return [...this.#states].filter(([, { isFiring }]) => isFiring).map(([{ name }]) => name);
	}

	/** @param now milliseconds since 1970 */
	async check(now: number): Promise<void> {
		for (const [rule, state] of this.#states) {
			const value = await this.#valueOf(rule, state, now);
			if (value === undefined) continue;
			const { above = Number.POSITIVE_INFINITY, below = Number.NEGATIVE_INFINITY, forSeconds = 0 } = rule;
			const holds = value > above || value < below;
			if (!holds) delete state.since;
			else state.since ??= now;
			const fires = state.since !== undefined && now - state.since >= forSeconds * 1000;
			if (fires === state.isFiring) continue;
			state.isFiring = fires;
			await this.#say(rule, fires ? "firing" : "resolved", value, now);
		}
	}

	async #valueOf(rule: AlertRule, state: RuleState, now: number): Promise<number | undefined> {
		const metric = this.#registry.getSingleMetric(rule.metric);
		if (!metric) return undefined;
		const wanted = Object.entries(rule.labels ?? {});
		const samples = (await metric.get()).values.filter(({ labels }) =>
			wanted.every(([name, label]) => (labels as Record<string, unknown>)[name] === label),
		);
		if (rule.quantile !== undefined) {
			const { buckets: before = new Map() } = state;
			state.buckets = bucketsOf(samples);
			return quantileOf(rule.quantile, state.buckets, before);
		}
		const value = samples.reduce((sum, sample) => sum + sample.value, 0);
		if (!rule.perSecond) return value;
		const { previous } = state;
		state.previous = { value, at: now };
		return previous && now > previous.at
			? ((value - previous.value) * 1000) / (now - previous.at)
			: undefined;
	}

	async #say(rule: AlertRule, state: Alert["state"], value: number, at: number): Promise<void> {
		const unit = rule.perSecond ? " a second" : "";
		const told = Number.isNaN(value) ? "has no new samples" : `is ${Number(value.toPrecision(6))}${unit}`;
		const text = `alert ${state}: ${rule.name}: ${rule.metric} ${told}`;
		this.#log(text);
		const { webhook } = this.#config;
		if (webhook === undefined) return;
		const alert: Alert = { rule: rule.name, state, value, text, at };
		try {
			const answer = await fetch(webhook, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify(alert),
				signal: AbortSignal.timeout(webhookMs),
			});
			await answer.body?.cancel();
			if (!answer.ok) this.#log(`the webhook answered ${answer.status}`);
		} catch (error) {
			this.#log(`the webhook could not be reached: ${(error as Error).message}`);
		}
	}
}

/** @throws PobatchError INVALID_ARGUMENT */
function checkRule({ name, metric, quantile, perSecond }: AlertRule, registry: Registry): void {
	const wrong = (why: string, hint: string) =>
		new PobatchError("INVALID_ARGUMENT", `The alert ${JSON.stringify(name)}: ${why}`, {
			value: metric,
			hint,
		});
	const found = registry.getSingleMetric(metric);
	if (!found) {
		const names = registry.getMetricsAsArray().map((one) => one.name);
		const close = nearest(metric, names);
		throw wrong(
			`there is no metric ${JSON.stringify(metric)}`,
			close.length > 0 ? `Did you mean ${close.join(" or ")}?` : "GET /metrics lists what there is.",
		);
	}
	const isHistogram = found instanceof Histogram;
	if (isHistogram && quantile === undefined)
		throw wrong(`${metric} is a histogram`, 'Say of which part: "quantile": 0.99.');
	if (!isHistogram && quantile !== undefined)
		throw wrong(`${metric} has no quantiles`, "Only histograms have: metrics of durations.");
	if (perSecond && quantile !== undefined)
		throw wrong("a quantile has no growth", 'Leave out "perSecond" or "quantile".');
}

/** The samples of a histogram's buckets, whatever their other labels are. */
function bucketsOf(samples: readonly { labels: object; value: number }[]): Buckets {
	const buckets = new Map<number, number>();
	for (const { labels, value } of samples) {
		const { le } = labels as { le?: number | string };
		if (le === undefined) continue;
		const end = le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
		buckets.set(end, (buckets.get(end) ?? 0) + value);
	}
	return buckets;
}

/** As Prometheus' histogram_quantile has it: even within a bucket; beyond the last one its beginning; NaN without samples. */
function quantileOf(quantile: number, now: Buckets, before: Buckets): number {
	const ends = [...now.keys()].sort((a, b) => a - b);
	const counts = ends.map((end) => (now.get(end) as number) - (before.get(end) ?? 0));
	const wanted = quantile * (counts.at(-1) ?? 0);
	if (!(wanted > 0)) return Number.NaN;
	const place = counts.findIndex((count) => count >= wanted);
	const [start, end] = [ends[place - 1] ?? 0, ends[place] as number];
	if (end === Number.POSITIVE_INFINITY) return start;
	const below = counts[place - 1] ?? 0;
	return start + ((end - start) * (wanted - below)) / ((counts[place] as number) - below);
}
