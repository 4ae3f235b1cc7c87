import { type Certificate, certificateOf, type PartStatus } from "../../calculators/pob/certificates.js";
import { findPob, installHint, pobSource } from "../../calculators/pob/checkout.js";
import type { CertifyProgress } from "../../calculators/source.js";
import { invalidArgument, PobatchError } from "../../common/errors.js";
import type { Plain } from "../../native/addon.js";
import {
	type CorpusBuild,
	corpusBuilds,
	type Difference,
	firstDifference,
	type Originals,
	openPob,
	originalsOf,
} from "./corpus.js";

export interface CertifyOptions {
	/** The user's builds, in addition to those that come with pobatch. */
	builds?: readonly CorpusBuild[];
	/** Node sets per build; 24 by default. */
	rows?: number;
	/** Limit for all of it, in milliseconds; parts that are not proven by then stay off. Default: 60,000. */
	timeoutMs?: number;
	/** Clock for this limit, in milliseconds; by default wall time. */
	clock?: () => number;
	onProgress?: (progress: CertifyProgress) => void;
	signal?: AbortSignal;
	/** Folder of the certificate; by default in the user's data folder. */
	folder?: string;
	/** Additional known forms of functions, as in the calculator's option of this name. */
	versions?: Plain;
	/** Whether a certificate is kept if there was no time for some parts. Default: true. */
	keepsUnfinished?: boolean;
}

export interface Certified extends Certificate {
	/** The checkout. */
	pob: string;
	/** Where the certificate is kept. */
	path: string;
	/** How many parts were examined by calculating; the others cannot be certified. */
	tried: number;
	elapsedMs: number;
}

/**
 * What the calculator's command `certifiable` returns (lua/pob/patch/certification.lua); empty Lua tables arrive as
 * objects.
 */
interface Candidate {
	part: string;
	why?: string;
	points?: readonly Point[] | Record<string, never>;
	requires?: readonly string[];
}

interface Point {
	path: string;
	line: number;
	column: number;
	/** The function that contains it. */
	what: string;
}

const emptyBuild = '<PathOfBuilding2><Build level="1" targetVersion="0_1"/></PathOfBuilding2>';
/** Share of the time for the originals: every row that is compared is calculated four more times. */
const originalsShare = 0.5;
/** How many milliseconds an engine may take to open on a busy machine. */
const patientMs = 600_000;

/**
 * Finds out, by calculating, which of the parts that are off in a checkout return the same bits as its own functions,
 * and records it: with `options: { trust: "certified" }`, an engine uses these parts. Takes two threads and at most
 * `timeoutMs`.
 *
 * @throws PobatchError POB_NOT_FOUND, POB_INVALID, INVALID_ARGUMENT, FILE_NOT_WRITABLE; ABORTED by `signal`
 */
export async function certifyPob(folder?: string, options: CertifyOptions = {}): Promise<Certified> {
	const { rows = 24, timeoutMs = 60_000, builds = [], onProgress = () => {}, versions } = options;
	const { clock = () => performance.now(), keepsUnfinished = true } = options;
	if (!Number.isInteger(rows) || rows < 1) throw invalidArgument("a positive integer", "rows", rows);
	if (!(timeoutMs > 0 && Number.isFinite(timeoutMs)))
		throw invalidArgument("a positive number of milliseconds", "timeoutMs", timeoutMs);
	const [start, begin] = [performance.now(), clock()];
	const pob = await findPob(folder);
	if (pob === undefined)
		throw new PobatchError("POB_NOT_FOUND", "No Path of Building checkout was found", { hint: installHint });
	const kept = await certificateOf(await pobSource(pob), {
		...(options.folder !== undefined && { folder: options.folder }),
		versions,
	});
	const trial = new Trial({
		pob,
		end: begin + timeoutMs,
		rows,
		clock,
		isPatient: options.clock !== undefined,
		onProgress,
		signal: options.signal,
		known: versions === undefined ? {} : { versions },
	});
	const corpus = [...builds, ...(await corpusBuilds())];
	const parts = await trial.run(corpus, begin + originalsShare * timeoutMs);
	const certificate: Certificate = { parts, ...trial.compared, at: new Date().toISOString() };
	const isKept = keepsUnfinished || !trial.isUnfinished;
	if (isKept)
		await kept.write(certificate).catch((cause) => {
			throw new PobatchError("FILE_NOT_WRITABLE", `The certificate ${kept.path} cannot be written`, {
				cause,
				value: kept.path,
			});
		});
	const { tried } = trial;
	return { ...certificate, pob, path: kept.path, tried, elapsedMs: performance.now() - start };
}

interface TrialOptions {
	pob: string;
	/** According to the clock. */
	end: number;
	rows: number;
	clock: () => number;
	/** Whether the clock is not wall time: the machine may be busy with something else. */
	isPatient: boolean;
	onProgress: (progress: CertifyProgress) => void;
	signal: AbortSignal | undefined;
	/** Options of all engines: additional known forms. */
	known: Record<string, Plain>;
}

class Trial {
	compared = { builds: 0, rows: 0, values: 0 };
	tried = 0;

	/** Whether there was no time for something. */
	isUnfinished = false;

	readonly #late = new AbortController();
	/** Aborted when the time is up, or from outside. */
	readonly #limit: AbortSignal;

	constructor(readonly given: TrialOptions) {
		const { signal } = given;
		this.#limit = signal === undefined ? this.#late.signal : AbortSignal.any([this.#late.signal, signal]);
	}

	async run(corpus: readonly CorpusBuild[], originalsEnd: number): Promise<PartStatus[]> {
		const { clock, end } = this.given;
		const timer = setInterval(() => {
			if (clock() >= end) this.#late.abort();
		}, 100);
		try {
			return await this.#run(corpus, originalsEnd);
		} finally {
			clearInterval(timer);
		}
	}

	async #run(corpus: readonly CorpusBuild[], originalsEnd: number): Promise<PartStatus[]> {
		const candidates = await this.#candidates();
		const why = new Map<string, string>();
		for (const { part, why: reason } of candidates) if (reason !== undefined) why.set(part, reason);
		let wanted = candidates.filter(({ part }) => !why.has(part));
		this.tried = wanted.length;
		if (wanted.length > 0) {
			const points = wanted.flatMap((candidate) => listOf(candidate.points));
			const { originals, reached } = await this.#originals(corpus, points, originalsEnd);
			this.isUnfinished = originals.length < corpus.length;
			let at = 0;
			for (const { part, points } of wanted)
				for (const { what, path, line } of listOf(points)) {
					const isReached = reached.has(++at);
					if (!isReached && !why.has(part))
						why.set(part, `no row of the builds ran ${path}:${line}, which is new in ${what}`);
				}
			wanted = this.#withCompany(wanted, why);
			await this.#compare(wanted, originals, why);
		}
		return candidates.map(({ part }) => {
			const reason = why.get(part);
			return reason === undefined ? { part, status: "certified" } : { part, status: "off", why: reason };
		});
	}

	/** The parts that are off, and what it would take to certify them. */
	async #candidates(): Promise<Candidate[]> {
		const engine = await openPob(this.given.pob, 1, this.#openMs(), { ...this.given.known });
		try {
			await engine.load(emptyBuild);
			return [...listOf((await engine.command("certifiable")) as unknown as readonly Candidate[])];
		} finally {
			await engine.close();
		}
	}

	/**
	 * Calculates rows with Path of Building's own functions on two states, and the points that each build's rows pass.
	 */
	async #originals(corpus: readonly CorpusBuild[], points: readonly Point[], end: number) {
		const originals: Originals[] = [];
		const reached = new Set<number>();
		let next = 0;
		const work = async () => {
			const engine = await openPob(this.given.pob, 1, this.#openMs(), {
				...this.given.known,
				fast: false,
				points: points as unknown as Plain,
			});
			try {
				// The user's own builds come first, and each half always does one build.
				while (next < corpus.length && (this.given.clock() < end || originals.length < 2)) {
					const build = corpus[next++] as CorpusBuild;
					const found = await originalsOf(engine, build, this.given.rows, this.#limit);
					this.#checkAborted();
					if (found === undefined) return;
					originals.push(found);
					this.given.onProgress({ step: "originals", done: originals.length, total: corpus.length });
				}
			} finally {
				for (const number of listOf((await engine.command("reached")) as readonly number[]))
					reached.add(number);
				await engine.close();
			}
		};
		await Promise.all([work(), work()]);
		return { originals, reached };
	}

	/** Parts whose required parts are also certified or in use. */
	#withCompany(wanted: readonly Candidate[], why: Map<string, string>): Candidate[] {
		let left = [...wanted];
		for (;;) {
			left = left.filter(({ part }) => !why.has(part));
			const lonely = left.find(({ requires }) => listOf(requires).some((name) => why.has(name)));
			if (lonely === undefined) return left;
			const other = listOf(lonely.requires).find((name) => why.has(name));
			why.set(lonely.part, `goes together with ${other}, which is not certified`);
		}
	}

	/** Tries all parts together. If something differs, tries each alone, and then together those without a difference. */
	async #compare(wanted: readonly Candidate[], originals: readonly Originals[], why: Map<string, string>) {
		if (wanted.length === 0) return;
		const all = await this.#try(wanted, originals, "comparing");
		if (all === undefined) return;
		const byName = new Map(wanted.map((candidate) => [candidate.part, candidate]));
		const order = [...originals].sort(
			(a, b) => Number(b.build.name === all.build) - Number(a.build.name === all.build),
		);
		for (const candidate of wanted) {
			const together = new Set([candidate]);
			for (const { requires } of together)
				for (const name of listOf(requires))
					if (byName.has(name)) together.add(byName.get(name) as Candidate);
			const difference = await this.#try([...together], order, "one part at a time");
			if (difference !== undefined) why.set(candidate.part, describe(difference));
		}
		const left = this.#withCompany(wanted, why);
		const difference =
			left.length > 0 && left.length < wanted.length ? await this.#try(left, order, "comparing") : all;
		if (difference !== undefined)
			for (const { part } of left) why.set(part, `together with others, ${describe(difference)}`);
	}

	/** The first difference that a set of parts causes; undefined if none. */
	async #try(
		parts: readonly Candidate[],
		originals: readonly Originals[],
		step: CertifyProgress["step"],
	): Promise<Difference | undefined> {
		const late = { build: "", row: 0, what: "time", original: 0, fast: 0 };
		if (this.#isLate()) return late;
		const certified = Object.fromEntries(parts.map(({ part }) => [part, true]));
		const engine = await openPob(this.given.pob, 2, this.#openMs(), {
			...this.given.known,
			certified,
			rowCache: true,
			slicesAfter: 8,
		}).catch(isTimeout);
		if (engine === undefined) {
			this.isUnfinished = true;
			return late;
		}
		try {
			const compared = { builds: 0, rows: 0, values: 0 };
			for (const [i, entry] of originals.entries()) {
				if (this.#isLate()) return late;
				const difference = await firstDifference(engine, entry, this.#limit);
				this.#checkAborted();
				if (difference !== undefined) return difference;
				if (this.#isLate()) return late;
				compared.builds++;
				compared.rows += entry.sets.length;
				compared.values += entry.values.length;
				this.given.onProgress({ step, done: i + 1, total: originals.length });
			}
			this.compared = compared;
			return undefined;
		} finally {
			await engine.close();
		}
	}

	#isLate(): boolean {
		if (this.given.clock() < this.given.end) return false;
		this.isUnfinished = true;
		return true;
	}

	/** How many milliseconds an engine may take to open. */
	#openMs(): number {
		const { clock, end, isPatient } = this.given;
		return isPatient ? patientMs : Math.ceil(end - clock());
	}

	#checkAborted() {
		if (this.given.signal?.aborted) throw new PobatchError("ABORTED", "The certification was aborted");
	}
}

/** @throws any other error */
function isTimeout(error: unknown): undefined {
	if (!(error instanceof PobatchError && error.code === "TIMEOUT")) throw error;
}

function describe({ build, row, what, original, fast }: Difference): string {
	if (what === "time") return "there was no time to find out";
	return `${what} of row ${row} of ${build} is ${fast} instead of ${original}`;
}

function listOf<Item>(list: readonly Item[] | Record<string, never> | undefined): readonly Item[] {
	return Array.isArray(list) ? list : [];
}
