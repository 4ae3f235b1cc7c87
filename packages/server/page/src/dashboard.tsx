import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { metrics, type ServerProblem } from "./api.js";

/** Samples of Prometheus' text, added up by name and by the label that tells them apart. */
export function readMetrics(text: string): Map<string, number> {
	const sums = new Map<string, number>();
	for (const [, name, labels = "", value] of text.matchAll(/^([a-z_]+)(?:\{([^}]*)\})? (\S+)$/gm)) {
		const label = (names: string) => new RegExp(`(?:^|,)(?:${names})="([^"]+)"`).exec(labels)?.[1];
		const state = label("state");
		const kind =
			state === undefined
				? (label("outcome|kind|status|code|rule|le") ?? label("calculator"))
				: `${label("calculator")}, state ${state}:`;
		for (const key of [name, ...(kind === undefined ? [] : [`${name}:${kind}`])])
			sums.set(key as string, (sums.get(key as string) ?? 0) + Number(value));
	}
	return sums;
}

type Sample = Map<string, number>;
interface Chart {
	title: string;
	lines: { label: string; of: (now: Sample, before: Sample, seconds: number) => number }[];
}

const value =
	(name: string, divisor = 1) =>
	(now: Sample) =>
		(now.get(name) ?? 0) / divisor;
/** By how much a counter has grown; one of a server that was started again has begun at 0. */
function grown(key: string, now: Sample, before: Sample): number {
	const [value, last] = [now.get(key) ?? 0, before.get(key) ?? 0];
	return value < last ? value : value - last;
}
const rate = (name: string) => (now: Sample, before: Sample, seconds: number) =>
	grown(name, now, before) / seconds;
const mean = (name: string) => (now: Sample, before: Sample) => {
	const count = grown(`${name}_count`, now, before);
	return count > 0 ? (1000 * grown(`${name}_sum`, now, before)) / count : 0;
};

/** The end of the histogram's bucket that holds it, in milliseconds. */
const percentile = (name: string, share: number) => (now: Sample, before: Sample) => {
	const wanted = share * grown(`${name}_count`, now, before);
	if (wanted <= 0) return 0;
	const ends = [...now.keys()].flatMap((key) => {
		const [, end] = key.split(`${name}_bucket:`);
		return end === undefined || end === "+Inf" ? [] : [end];
	});
	ends.sort((a, b) => Number(a) - Number(b));
	const end =
		ends.find((candidate) => grown(`${name}_bucket:${candidate}`, now, before) >= wanted) ?? ends.at(-1);
	return 1000 * Number(end ?? 0);
};

/** Samples of a metric by the label that tells them apart. */
function byLabel(sample: Sample, name: string): [label: string, value: number][] {
	return [...sample].flatMap(([key, value]) =>
		key.startsWith(`${name}:`) ? [[key.slice(name.length + 1), value]] : [],
	);
}

const charts: Chart[] = [
	{
		title: "Rows a second",
		lines: [
			{ label: "answered", of: rate("pobatch_rows_total:ok") },
			{ label: "failed", of: rate("pobatch_rows_total:failed") },
		],
	},
	{
		title: "Milliseconds of a request, at most",
		lines: [
			{ label: "half of them", of: percentile("pobatch_request_duration_seconds", 0.5) },
			{ label: "99 of 100", of: percentile("pobatch_request_duration_seconds", 0.99) },
		],
	},
	{
		title: "Milliseconds of a batch",
		lines: [{ label: "mean", of: mean("pobatch_batch_duration_seconds") }],
	},
	{
		title: "Memory of states, MB",
		lines: [
			{ label: "Lua", of: value("pobatch_state_memory_bytes", 2 ** 20) },
			{ label: "process", of: value("process_resident_memory_bytes", 2 ** 20) },
		],
	},
	{
		title: "Rows not calculated, a second",
		lines: [
			{ label: "cache", of: rate("pobatch_cache_rows_total:hits") },
			{ label: "memo", of: rate("pobatch_cache_rows_total:memoized") },
		],
	},
	{
		title: "Jobs",
		lines: [
			{ label: "running", of: value("pobatch_jobs:running") },
			{ label: "queued", of: value("pobatch_jobs:queued") },
		],
	},
	{
		title: "Errors a second",
		lines: [
			{ label: "errors", of: rate("pobatch_errors_total") },
			{ label: "reloads", of: rate("pobatch_state_reloads_total") },
		],
	},
];

/** Where workers calculate the rows. */
const queueCharts: Chart[] = [
	{
		title: "Rows that wait at the queue",
		lines: [{ label: "rows", of: value("pobatch_queue_rows_left") }],
	},
	{
		title: "Seconds of work at the queue, of one worker",
		lines: [{ label: "seconds", of: value("pobatch_queue_seconds_left") }],
	},
	{
		title: "Rows a second of all workers",
		lines: [{ label: "rows", of: value("pobatch_queue_rows_per_second") }],
	},
];

const everyMs = 2000;
const kept = 150;
/** Told apart by brightness, too. */
const strokes = ["#3b82f6", "#d97706"];

/** What the server counts, live. */
export function Dashboard({ onUnauthorized }: { onUnauthorized: () => void }) {
	const [samples, setSamples] = useState<{ at: number; values: Sample }[]>([]);
	const [problem, setProblem] = useState("");
	useEffect(() => {
		let isOver = false;
		const look = async () => {
			try {
				const values = readMetrics(await metrics());
				if (isOver) return;
				setProblem("");
				setSamples((before) => [...before, { at: Date.now() / 1000, values }].slice(-kept));
			} catch (error) {
				if ((error as ServerProblem).code === "UNAUTHORIZED") onUnauthorized();
				setProblem((error as Error).message);
			}
		};
		look();
		const timer = setInterval(look, everyMs);
		return () => {
			isOver = true;
			clearInterval(timer);
		};
	}, [onUnauthorized]);

	const last = samples.at(-1)?.values;
	return (
		<>
			<h2>Dashboard</h2>
			{problem && <p role="alert">{problem}</p>}
			{last && <Lists sample={last} />}
			<div class="charts">
				{[...charts, ...(last?.has("pobatch_queue_up") ? queueCharts : [])].map((chart) => (
					<LiveChart key={chart.title} chart={chart} samples={samples} />
				))}
			</div>
		</>
	);
}

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;

/** What is told by name: alerts, states, builds, how rows were answered, jobs, errors. */
function Lists({ sample }: { sample: Sample }) {
	const alerts = byLabel(sample, "pobatch_alert_firing");
	const firing = alerts.filter(([, isFiring]) => isFiring > 0).map(([rule]) => rule);
	const listed = (name: string, told: (value: number) => string = (count) => count.toLocaleString("en-US")) =>
		byLabel(sample, name)
			.filter(([, count]) => count > 0)
			.map(([label, count]) => `${label} ${told(count)}`)
			.join(", ") || "none";
	return (
		<dl class="panel">
			<dt>Alerts</dt>
			<dd>
				{firing.length > 0 ? (
					<strong role="alert">{firing.join(", ")}</strong>
				) : (
					`none of ${alerts.length} rules holds`
				)}
			</dd>
			<dt>Requests</dt>
			<dd>{sample.get("pobatch_requests_running") ?? 0} running</dd>
			<dt>Rows answered</dt>
			<dd>{(sample.get("pobatch_rows_total:ok") ?? 0).toLocaleString("en-US")}</dd>
			<dt>States</dt>
			<dd>{listed("pobatch_state_memory_bytes", megabytes)}</dd>
			{sample.has("pobatch_queue_up") && (
				<>
					<dt>Queue</dt>
					<dd>{queueText(sample)}</dd>
				</>
			)}
			<dt>Builds loaded</dt>
			<dd>{listed("pobatch_builds_open")}</dd>
			<dt>Rows by cache</dt>
			<dd>{listed("pobatch_cache_rows_total")}</dd>
			<dt>Jobs</dt>
			<dd>{listed("pobatch_jobs")}</dd>
			<dt>Errors since the start</dt>
			<dd>{listed("pobatch_errors_total")}</dd>
		</dl>
	);
}

function queueText(sample: Sample): string {
	if (!sample.get("pobatch_queue_up")) return "does not answer";
	const count = (name: string) =>
		Math.round(sample.get(`pobatch_queue_${name}`) ?? 0).toLocaleString("en-US");
	return (
		`${count("workers")} workers with ${count("threads")} threads, ${count("rows_left")} rows to do; ` +
		`${count("jobs_waiting")} jobs waiting, ${count("jobs_active")} at work`
	);
}

function LiveChart({ chart, samples }: { chart: Chart; samples: { at: number; values: Sample }[] }) {
	const place = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot>(undefined);
	useEffect(() => {
		const element = place.current as HTMLDivElement;
		const style = getComputedStyle(element);
		const axis = { stroke: style.color, grid: { stroke: style.borderColor, width: 1 } };
		plot.current = new uPlot(
			{
				width: element.clientWidth,
				height: 160,
				series: [
					{},
					...chart.lines.map(({ label }, i) => ({ label, stroke: strokes[i] as string, width: 2 })),
				],
				axes: [axis, { ...axis, size: 60 }],
				scales: {
					// A minute at least: a single sample would have years around it.
					x: { range: (_, least, most) => [Math.min(least, most - 60), most] },
					y: { range: (_, __, most) => [0, Math.max(most, 1) * 1.1] },
				},
				cursor: { show: false },
				legend: { live: false },
			},
			[[], ...chart.lines.map(() => [])] as uPlot.AlignedData,
			element,
		);
		const observer = new ResizeObserver(() =>
			plot.current?.setSize({ width: element.clientWidth, height: 160 }),
		);
		observer.observe(element);
		return () => {
			observer.disconnect();
			plot.current?.destroy();
		};
	}, [chart]);
	// Of the first one nothing has grown yet.
	const pairs = samples.map((now, i) => ({ now, before: samples[i - 1] ?? now }));
	const columns = chart.lines.map(({ of }) =>
		pairs.map(({ now, before }) => of(now.values, before.values, now === before ? 1 : now.at - before.at)),
	);
	useEffect(() => {
		plot.current?.setData([pairs.map(({ now }) => now.at), ...columns] as uPlot.AlignedData);
	});
	const told = chart.lines
		.map(({ label }, i) => `${label} ${Number((columns[i]?.at(-1) ?? 0).toPrecision(4))}`)
		.join(", ");
	return (
		<figure class="panel">
			<figcaption>
				{chart.title}: {told}
			</figcaption>
			<div ref={place} class="chart" aria-hidden="true" />
		</figure>
	);
}
