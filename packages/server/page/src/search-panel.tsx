import { useState } from "preact/hooks";
import * as api from "./api.js";
import { FrontPlot } from "./front-plot.js";

/** The best tree that points allow: started, followed, ended early; its result is shown on the tree. */
export function SearchPanel({
	build,
	onResult,
}: {
	build: api.BuildSummary;
	onResult: (set: api.NodeSet) => void;
}) {
	const [kind, setKind] = useState<"search" | "pareto">("search");
	const [goal, setGoal] = useState("balanced");
	const [between, setBetween] = useState("TotalDPS, TotalEHP");
	const [front, setFront] = useState<api.ParetoAnswer>();
	const [chosen, setChosen] = useState<api.FrontTree>();
	const [points, setPoints] = useState(5);
	const [respec, setRespec] = useState(0);
	const [floors, setFloors] = useState("");
	const [seconds, setSeconds] = useState(20);
	const [job, setJob] = useState<api.Job>();
	const [isGone, setGone] = useState(false);
	const [said, setSaid] = useState("");
	const isRunning = job?.status === "queued" || job?.status === "running";

	async function search() {
		setSaid("");
		setFront(undefined);
		try {
			const split = (text: string) => text.split(",").map((part) => part.trim());
			const started = await api.startSearch(kind, build.id, {
				...(kind === "search" ? { goal } : { of: split(between) }),
				points,
				respec,
				timeLimitMs: 1000 * seconds,
				floors: split(floors).filter((floor) => floor !== ""),
			});
			setJob(started);
			let last = started;
			for await (const state of api.follow(started.id, setGone)) {
				const better = state.progress.best !== last.progress.best;
				last = state;
				setJob(state);
				if (better && state.progress.set) onResult(state.progress.set);
			}
			if (last.status === "failed") {
				setSaid(last.error?.message ?? "The search failed.");
				return;
			}
			if (kind === "pareto") {
				const answer = await api.jobResult<api.ParetoAnswer>(last.id);
				setFront(answer);
				const { length } = answer.front;
				setSaid(length === 1 ? "One tree is best in both." : `${length} trees: choose one.`);
				return;
			}
			const { set, steps, improved } = await api.jobResult<api.SearchAnswer>(last.id);
			onResult(set);
			setSaid(
				improved
					? `${steps.length} ${steps.length === 1 ? "click" : "clicks"}; the tree shows them.`
					: "Nothing better was found: the tree already wins.",
			);
		} catch (error) {
			setJob(undefined);
			setSaid((error as Error).message);
		}
	}

	return (
		<details class="panel">
			<summary>Search the best tree</summary>
			<form
				class="row"
				onSubmit={(event) => {
					event.preventDefault();
					search();
				}}
			>
				<label>
					What
					<select
						value={kind}
						onChange={({ currentTarget }) => setKind(currentTarget.value as "search" | "pareto")}
					>
						<option value="search">the best tree</option>
						<option value="pareto">trees between two stats</option>
					</select>
				</label>
				{kind === "search" ? (
					<label>
						Goal
						<input value={goal} onInput={({ currentTarget }) => setGoal(currentTarget.value)} />
					</label>
				) : (
					<label>
						Two stats
						<input value={between} onInput={({ currentTarget }) => setBetween(currentTarget.value)} />
					</label>
				)}
				<label>
					Points
					<input
						type="number"
						min={0}
						value={points}
						onInput={({ currentTarget }) => setPoints(currentTarget.valueAsNumber)}
					/>
				</label>
				<label>
					Respec
					<input
						type="number"
						min={0}
						value={respec}
						onInput={({ currentTarget }) => setRespec(currentTarget.valueAsNumber)}
					/>
				</label>
				<label>
					Floors
					<input
						placeholder="Life=95%"
						value={floors}
						onInput={({ currentTarget }) => setFloors(currentTarget.value)}
					/>
				</label>
				<label>
					Seconds
					<input
						type="number"
						min={1}
						value={seconds}
						onInput={({ currentTarget }) => setSeconds(currentTarget.valueAsNumber)}
					/>
				</label>
				<button type="submit" disabled={isRunning}>
					Search
				</button>
				{isRunning && (
					<button type="button" onClick={() => job && api.cancelJob(job.id)}>
						Take the best so far
					</button>
				)}
			</form>
			{isRunning && (
				<label>
					Progress
					<progress max={job.progress.total || 100} value={job.progress.done} />
				</label>
			)}
			{front && (
				<FrontPlot
					answer={front}
					chosen={chosen}
					onChoose={(tree) => {
						setChosen(tree);
						onResult(tree.set);
					}}
				/>
			)}
			<p role="status" aria-live="polite">
				{isGone ? "The server does not answer; trying again…" : said}
				{isRunning &&
					!isGone &&
					job.progress.best !== undefined &&
					` best so far ${job.progress.best.toFixed(4)}`}
			</p>
		</details>
	);
}
