import type { Build } from "pobatch";
import type { Operation, WorkContext } from "../operations/operation.js";
import { operations } from "../operations/table.js";
import { BuildStore, type BuildStoreLimits, type Lease } from "./build-store.js";
import { type CalculatorConfig, Calculators, type SharedEngineOptions } from "./calculators.js";
import { ServerError } from "./errors.js";
import { JobFiles } from "./job-files.js";
import { type JobLimits, JobRunner } from "./jobs.js";
import { defaultLimits, type Limits, Requests } from "./limits.js";
import { type LinkRules, openLink } from "./links.js";
import { Metrics } from "./metrics.js";

export interface ServiceOptions {
	/** The first one answers where a request names none. */
	readonly calculators: readonly [CalculatorConfig, ...CalculatorConfig[]];
	readonly engine?: SharedEngineOptions;
	readonly builds?: Partial<BuildStoreLimits>;
	readonly limits?: Partial<Limits>;
	readonly jobs?: Partial<JobLimits>;
	/** Folder in which jobs outlive the server. */
	readonly jobFolder?: string;
	/** Hosts whose links are opened; none if not given. */
	readonly links?: Pick<LinkRules, "hosts"> & Partial<LinkRules>;
	/** Gets one line for whoever runs the server. */
	readonly log?: (text: string) => void;
}

/** A build as somebody gives it: one of `text`, `code` and `link`. */
export interface GivenBuild {
	readonly text?: string | undefined;
	readonly code?: string | undefined;
	readonly link?: string | undefined;
	readonly calculator?: string | undefined;
	readonly spec?: number | undefined;
}

const buildLimits: BuildStoreLimits = {
	builds: 16,
	bytes: 2 * 2 ** 30,
	textBytes: 256 * 2 ** 20,
	loadMs: 120_000,
};
const jobLimits: JobLimits = { running: 2, perClient: 8, kept: 200, timeoutMs: 6 * 3_600_000, saveMs: 2000 };
const linkLimits = { maxBytes: 4 * 2 ** 20, timeoutMs: 10_000 };

/** Shared by all interfaces of a server: engines, builds, jobs, limits, counters. */
export class Service {
	readonly calculators: Calculators;
	readonly builds: BuildStore;
	readonly jobs: JobRunner;
	readonly requests: Requests;
	readonly limits: Limits;
	readonly metrics = new Metrics();
	readonly log: (text: string) => void;
	readonly #links: LinkRules;
	readonly #engine: SharedEngineOptions;
	#isReady = false;

	constructor(options: ServiceOptions) {
		this.log = options.log ?? (() => {});
		// Builds come from strangers: what one of them does to its state must not affect this process.
		const engine: SharedEngineOptions = {
			isolation: "process",
			onWarning: ({ text }) => this.log(text),
			...options.engine,
		};
		this.#engine = engine;
		this.calculators = new Calculators(options.calculators, engine);
		this.builds = new BuildStore(
			this.calculators,
			{ ...buildLimits, ...options.builds },
			(build, calculator) => {
				this.metrics.instrument(build, calculator);
				this.requests.rows.instrument(build);
			},
		);
		this.limits = { ...defaultLimits, ...options.limits };
		this.requests = new Requests(this.limits);
		const files = options.jobFolder === undefined ? undefined : new JobFiles(options.jobFolder, this.log);
		this.jobs = new JobRunner(
			async ({ operation, build, input, client }, context) => {
				using lease = await this.builds.acquireKnown(build);
				const account = { client, most: Number.POSITIVE_INFINITY, waits: true, signal: context.signal };
				return await this.requests.rows.run(account, () =>
					this.perform(this.operation(operation), lease, input, context),
				);
			},
			{ ...jobLimits, ...options.jobs },
			files,
			(error) => this.log(String(error)),
		);
		this.#links = { ...linkLimits, hosts: new Set(), ...options.links };
		this.metrics.observe({ calculators: this.calculators, builds: this.builds, jobs: this.jobs });
	}

	/** Opens the first calculator, so that the first request does not wait for it, and resumes jobs. */
	async start(): Promise<void> {
		await this.calculators.get();
		await this.jobs.restore();
		this.#isReady = true;
	}

	/** It can answer now. */
	get isReady(): boolean {
		return this.#isReady;
	}

	/** Loads a build; whoever asked for it releases it. @throws as `openLink` and `Engine.load`; ServerError FORBIDDEN */
	async load({ text, code, link, ...given }: GivenBuild): Promise<Lease> {
		const source = text ?? code ?? (link === undefined ? undefined : await openLink(link, this.#links));
		if (source === undefined) throw new ServerError("NOT_FOUND", "No build was given: text, code or link");
		const { calculator, spec } = given;
		return this.builds.add({
			text: source,
			...(calculator !== undefined && { calculator }),
			...(spec !== undefined && { spec }),
		});
	}

	/** A build by its id, or by its code, text or link. @throws as `load`; ServerError BUILD_UNKNOWN */
	async open(source: string): Promise<Lease> {
		const text = source.trim();
		if (/^[0-9a-f]{32}$/.test(text)) return this.builds.acquire(text);
		return this.load(/^https?:\/\/\S+$/i.test(text) ? { link: text } : { text });
	}

	/** An operation on a build in use. @throws as the operation */
	perform(
		operation: Operation,
		{ build, known }: Lease,
		input: unknown,
		context: WorkContext,
	): Promise<unknown> {
		const open = (source: string) => this.open(source);
		return operation.run(build, input as never, { ...context, known, open, engine: this.#engine });
	}

	/** @throws ServerError NOT_FOUND */
	operation(name: string): Operation {
		const found = operations.get(name);
		if (found) return found;
		throw new ServerError("NOT_FOUND", `There is no operation ${JSON.stringify(name)}`, {
			value: name,
			hint: `There are ${[...operations.keys()].join(", ")}.`,
		});
	}

	/** One operation on a build that is known. @throws as `BuildStore.acquire` and the operation */
	async run<Answer>(
		id: string,
		work: (build: Build, lease: Lease) => Promise<Answer> | Answer,
	): Promise<Answer> {
		using lease = await this.builds.acquire(id);
		return await work(lease.build, lease);
	}

	/** Running requests end in an error that says so, jobs with files go on when the next service starts. */
	async close(): Promise<void> {
		this.#isReady = false;
		await Promise.all([this.requests.close(), this.jobs.close()]);
		await this.calculators.close();
	}
}
