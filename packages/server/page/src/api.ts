/** What the server answers; GET /openapi.json has all of it. */
export interface BuildSummary {
	id: string;
	calculator: string;
	class: string;
	ascendancy?: string;
	level: number;
	mainSkill?: string;
	nodes: number;
	defaultStats: string[];
	warnings: { text: string; where: string }[];
}
export type Stats = Record<string, number | null>;
export interface StatsAnswer {
	stats: Stats;
	base?: Stats;
	delta?: Stats;
	notes: string[];
}
export interface NodeSet {
	add: number[];
	/** A node that is in both lists changes its choice. */
	remove: number[];
	/** Str, Dex or Int, by id. */
	attributes?: Record<string, string>;
	/** 1 or 2, by id. */
	weaponSets?: Record<string, number>;
}
export interface RankedNode {
	id: number;
	name: string;
	points: number;
	nodes: number[];
	gains: Stats;
}
export interface Tree {
	version: string;
	nodes: TreeNode[];
	edges: [number, number][];
	groups: { id: number; x: number; y: number }[];
	allocated: number[];
}
export interface TreeNode {
	id: number;
	name: string;
	type: string;
	stats: string[];
	x: number;
	y: number;
	allocatable: boolean;
	group?: number;
	orbit: number;
	ascendancy?: string;
}
export interface Sheet {
	groups: { title?: string; rows: ({ label: string; value: string } | { note: string })[] }[];
	warnings: string[];
}
export interface Comparison {
	build: string;
	other: Stats;
	parts?: {
		label: { Part: string; Now: string; Other: string };
		gains: Stats;
		error?: { message: string };
	}[];
	nodesOnlyHere: { id: number; name: string }[];
	nodesOnlyThere: { id: number; name: string }[];
}
export interface FrontTree {
	stats: Record<string, number>;
	points: number;
	respec: number;
	isBuild: boolean;
	set: NodeSet;
}
export interface ParetoAnswer {
	of: [string, string];
	front: FrontTree[];
}
export interface Job {
	id: string;
	status: "queued" | "running" | "done" | "failed" | "cancelled";
	progress: { done: number; total: number; best?: number; set?: NodeSet };
	error?: { message: string };
}
export interface SearchAnswer {
	before: Stats;
	after: Stats;
	improved: boolean;
	steps: { action: string; target: number; name: string; points: number }[];
	set: NodeSet;
}

/** The build of the address, `#build=...`: one that `pobatch open` has loaded, or that this page showed. */
export const given = /[#&]build=([0-9a-f]+)/.exec(location.hash)?.[1];

/** Kept for this tab alone. `#token=...` in the address gives it. */
const token = /[#&]token=([^&]+)/.exec(location.hash)?.[1];
if (token) {
	sessionStorage.setItem("token", decodeURIComponent(token));
	history.replaceState(null, "", location.pathname);
}

export function setToken(token: string): void {
	sessionStorage.setItem("token", token);
}

export class ServerProblem extends Error {
	readonly code: string;
	constructor(code: string, message: string) {
		super(message);
		this.code = code;
	}
}

async function send(path: string, init: RequestInit = {}): Promise<Response> {
	const token = sessionStorage.getItem("token");
	const headers = { ...(init.headers as object), ...(token && { authorization: `Bearer ${token}` }) };
	const response = await fetch(path, { ...init, headers }).catch(() => {
		throw new ServerProblem("GONE", "The server does not answer.");
	});
	if (response.ok) return response;
	const { error } = await response
		.json()
		.catch(() => ({ error: { code: "GONE", message: response.statusText } }));
	throw new ServerProblem(error.code, error.hint ? `${error.message} (${error.hint})` : error.message);
}

type Source = { link: string } | { text: string; calculator?: string; spec?: number };

/** As they were given, by id: a server that was started again, or has forgotten a build, is given it again. */
const loaded = new Map<string, Source>();

/** The last one is kept for this tab, so that the page may be reloaded meanwhile. */
function keep(id: string, source: Source): void {
	loaded.set(id, source);
	try {
		sessionStorage.setItem("build", JSON.stringify([id, source]));
	} catch {
		// It is larger than what the browser keeps.
		sessionStorage.removeItem("build");
	}
}

function restore(): void {
	try {
		const [id, source] = JSON.parse(sessionStorage.getItem("build") ?? "");
		loaded.set(id, source);
	} catch {}
}
restore();

async function json<Answer>(
	path: string,
	body?: unknown,
	method = body === undefined ? "GET" : "POST",
): Promise<Answer> {
	const text = body === undefined ? "" : JSON.stringify(body);
	const ask = async () => {
		const response = await send(path, {
			method,
			...(text !== "" && { body: text, headers: { "content-type": "application/json" } }),
		});
		return (await response.json()) as Answer;
	};
	try {
		return await ask();
	} catch (error) {
		const missing = [...loaded].filter(([id]) => path.includes(id) || text.includes(id));
		if ((error as ServerProblem).code !== "BUILD_UNKNOWN" || missing.length === 0) throw error;
		for (const [, given] of missing) await json("/v1/builds", given);
		return ask();
	}
}

/** Loads what a person pastes. */
export async function load(text: string): Promise<BuildSummary> {
	const pasted = text.trim();
	const given = isLink(pasted) ? { link: pasted } : { text: pasted };
	const build = await json<BuildSummary>("/v1/builds", given);
	keep(build.id, given);
	// Reloaded, the page shows it again.
	history.replaceState(null, "", `#build=${build.id}`);
	return build;
}

/** A build that is loaded. */
export async function open(id: string): Promise<BuildSummary> {
	const build = await info(id);
	if (!loaded.has(id)) keep(id, await json<Source>(`/v1/builds/${id}/source`));
	return build;
}

const isLink = (text: string) => /^https?:\/\/\S+$/.test(text);

/** Whether nobody answers, or only to say so: while the server is started again. */
export function isAway(error: unknown): boolean {
	return error instanceof ServerProblem && (error.code === "GONE" || error.code === "SHUTTING_DOWN");
}

export const info = (id: string) => json<BuildSummary>(`/v1/builds/${id}`);
export const stats = (id: string, set?: NodeSet, names?: string[]) =>
	json<StatsAnswer>(`/v1/builds/${id}/stats`, { ...(set && { set }), ...(names && { stats: names }) });
export const statNames = async (id: string) =>
	(await json<{ stats: string[] }>(`/v1/builds/${id}/stats`)).stats;
export const tree = (id: string) => json<Tree>(`/v1/builds/${id}/tree`);
export const power = async (id: string, stat: string, depth: number) =>
	(await json<{ nodes: RankedNode[] }>(`/v1/builds/${id}/power`, { stats: [stat], depth })).nodes;
export const code = async (id: string, set: NodeSet) =>
	(await json<{ code: string }>(`/v1/builds/${id}/export`, { set })).code;
/** Whether Path of Building answers for a build: it has a sheet. */
export const isPob = async ({ calculator }: BuildSummary) =>
	(await json<{ name: string; calculator?: string }[]>("/v1/calculators")).some(
		(one) => one.name === calculator && one.calculator === "pob",
	);
export const sheet = async (id: string, set?: NodeSet) =>
	(await json<{ sheet: Sheet }>(`/v1/builds/${id}/sheet`, { ...(set && { set }) })).sheet;
export const compare = (id: string, other: string) =>
	json<Comparison>(`/v1/builds/${id}/compare`, { other: other.trim() });
export const startSearch = (operation: "search" | "pareto", build: string, input: object) =>
	json<Job>("/v1/jobs", { operation, build, input });
export const cancelJob = (id: string) => json<Job>(`/v1/jobs/${id}`, undefined, "DELETE");
export const jobResult = <Answer>(id: string) => json<Answer>(`/v1/jobs/${id}/result`);
export const metrics = async () => (await send("/metrics")).text();

const retryMs = 1000;
const pause = () => new Promise((done) => setTimeout(done, retryMs));

/** Asks until the server answers: it may be started again. Undefined where the answer is not wanted any more. */
export async function patiently<Answer>(
	ask: () => Promise<Answer>,
	isWanted: () => boolean,
	onGone: (gone: boolean) => void,
): Promise<Answer | undefined> {
	for (;;) {
		try {
			const answer = await ask();
			if (!isWanted()) return undefined;
			onGone(false);
			return answer;
		} catch (error) {
			if (!isWanted()) return undefined;
			if (!isAway(error)) throw error;
			onGone(true);
		}
		await pause();
	}
}

/** The states of a job until it has ended; goes on when the server was started again meanwhile. */
export async function* follow(id: string, onGone: (gone: boolean) => void): AsyncGenerator<Job> {
	for (;;) {
		try {
			const { body } = await send(`/v1/jobs/${id}/events`);
			onGone(false);
			let text = "";
			for await (const chunk of (body as ReadableStream<BufferSource>).pipeThrough(new TextDecoderStream())) {
				text += chunk;
				const events = text.split("\n\n");
				text = events.pop() ?? "";
				for (const event of events) {
					const data = /^data: (.*)$/m.exec(event)?.[1];
					if (data === undefined) continue;
					const job = JSON.parse(data) as Job;
					yield job;
					if (job.status !== "queued" && job.status !== "running") return;
				}
			}
		} catch (error) {
			// A connection that breaks off is no answer either.
			if (error instanceof ServerProblem && !isAway(error)) throw error;
			onGone(true);
		}
		await pause();
	}
}
