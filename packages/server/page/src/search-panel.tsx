import { useState } from "preact/hooks";
import * as api from "./api.js";

/** The best tree that points allow: started, followed, ended early; its result is shown on the tree. */
export function SearchPanel({
	build,
	onResult,
}: {
	build: api.BuildSummary;
	onResult: (set: api.NodeSet) => void;
}) {
	const [goal, setGoal] = useState("balanced");
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
		try {
			const list = floors.split(",").map((floor) => floor.trim());
			const started = await api.startSearch(build.id, {
				goal,
				points,
				respec,
				timeLimitMs: 1000 * seconds,
				floors: list.filter((floor) => floor !== ""),
			});
			setJob(started);
			let last = started;
			for await (const state of api.follow(started.id, setGone)) {
				last = state;
				setJob(state);
			}
			if (last.status === "failed") {
				setSaid(last.error?.message ?? "The search failed.");
				return;
			}
			const { set, steps, improved } = await api.jobResult(last.id);
			onResult({ add: [...set.add], remove: set.remove.filter((id) => !set.add.includes(id)) });
			setSaid(
				improved
					? `${steps.length} clicks; the tree shows them.`
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
					Goal
					<input value={goal} onInput={({ currentTarget }) => setGoal(currentTarget.value)} />
				</label>
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
