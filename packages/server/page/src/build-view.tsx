import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import * as api from "./api.js";
import { PartsTable } from "./parts-table.js";
import { SearchPanel } from "./search-panel.js";
import { SheetView } from "./sheet-view.js";
import { StatTable, written } from "./stat-table.js";
import { TreeModel } from "./tree-model.js";
import { TreeView } from "./tree-view.js";

const none: api.NodeSet = { add: [], remove: [] };

/** One build: what it is, its tree, what a change of it brings. */
export function BuildView({ onUnauthorized }: { onUnauthorized: () => void }) {
	const [text, setText] = useState("");
	const [build, setBuild] = useState<api.BuildSummary>();
	const [model, setModel] = useState<TreeModel>();
	const [change, setChange] = useState(none);
	const [answer, setAnswer] = useState<api.StatsAnswer>();
	const [other, setOther] = useState<{ build: api.BuildSummary; comparison: api.Comparison }>();
	const [sheet, setSheet] = useState<api.Sheet>();
	const [names, setNames] = useState<string[]>([]);
	const [stat, setStat] = useState("");
	const [ranked, setRanked] = useState<api.RankedNode[]>([]);
	const [said, setSaid] = useState("");
	const [problem, setProblem] = useState("");
	const [isGone, setGone] = useState(false);
	const asked = useRef(0);
	const hasSheet = useRef(false);

	async function guarded(work: () => Promise<void>) {
		setProblem("");
		try {
			await work();
		} catch (error) {
			if ((error as api.ServerProblem).code === "UNAUTHORIZED") onUnauthorized();
			setProblem((error as Error).message);
		}
	}

	const show = (loading: () => Promise<api.BuildSummary>) =>
		guarded(async () => {
			setSaid("Loading…");
			const loaded = await loading().finally(() => setSaid(""));
			const [tree, all, isPob] = await Promise.all([
				api.tree(loaded.id),
				api.statNames(loaded.id),
				api.isPob(loaded),
			]);
			hasSheet.current = isPob;
			setSheet(undefined);
			setModel(new TreeModel(tree));
			setNames(all);
			setRanked([]);
			setOther(undefined);
			setStat((before) => (all.includes(before) ? before : (firstStat(loaded.defaultStats) ?? all[0] ?? "")));
			setChange(none);
			setBuild(loaded);
			setSaid("Loaded.");
		});
	const load = (text: string) => show(() => api.load(text));

	useEffect(() => {
		const { given } = api;
		if (given !== undefined) show(() => api.open(given));
	}, []);

	// Each change is answered at once; an answer that comes late counts no more.
	useEffect(() => {
		if (!build) return;
		const number = ++asked.current;
		const isWanted = () => number === asked.current;
		const isEmpty = change.add.length + change.remove.length === 0;
		const set = isEmpty ? undefined : change;
		guarded(async () => {
			const found = await api.patiently(() => api.stats(build.id, set), isWanted, setGone);
			if (found) setAnswer(found);
			if (!found || !hasSheet.current) return;
			const shown = await api.patiently(() => api.sheet(build.id, set), isWanted, setGone);
			if (shown) setSheet(shown);
		});
	}, [build, change]);

	const heat = () =>
		build &&
		guarded(async () => {
			setSaid(`Calculating what nodes gain of ${stat}…`);
			const found = await api.power(build.id, stat, 6).finally(() => setSaid(""));
			setRanked(found.filter(({ gains }) => Number.isFinite(gains[stat] ?? Number.NaN)));
			setSaid(`${found.length} nodes, brighter ones gain more.`);
		});

	const copy = () =>
		build &&
		guarded(async () => {
			const code = await api.code(build.id, change);
			await navigator.clipboard.writeText(code);
			setSaid("The code was copied.");
		});

	const compare = (given: string) =>
		guarded(async () => {
			if (!build) return;
			setSaid("Comparing…");
			const comparison = await api.compare(build.id, given).finally(() => setSaid(""));
			setOther({ build: await api.info(comparison.build), comparison });
		});

	const heatMap = useMemo(
		() => new Map(ranked.map(({ id, gains }) => [id, gains[stat] as number])),
		[ranked, stat],
	);
	const added = change.add.filter((id) => !change.remove.includes(id)).length;
	const removed = change.remove.filter((id) => !change.add.includes(id)).length;
	const isChanged = change.add.length + change.remove.length > 0;
	const told = isChanged ? `${added} added, ${removed} removed` : "Click nodes of the tree to change it.";

	return (
		<div class="columns">
			<section class="panel side" aria-label="Build">
				<form
					onSubmit={(event) => {
						event.preventDefault();
						load(text);
					}}
					onDragOver={(event) => event.preventDefault()}
					onDrop={async (event) => {
						event.preventDefault();
						const dropped = await event.dataTransfer?.files[0]?.text();
						if (dropped) load(dropped);
					}}
				>
					<label>
						Code, XML or link of a build, or drop a file here
						<textarea rows={3} value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
					</label>
					<button type="submit">Load</button>
				</form>
				<p role="status" aria-live="polite">
					{isGone ? "The server does not answer; trying again…" : said}
				</p>
				{problem && <p role="alert">{problem}</p>}
				{build && (
					<>
						<h2>
							{classOf(build)}, level {build.level}
						</h2>
						<p>
							{build.nodes} {build.nodes === 1 ? "node" : "nodes"}, answered by {build.calculator}
							{build.mainSkill && `, main skill ${build.mainSkill}`}
						</p>
						<p>{told}</p>
						<p class="row">
							<button type="button" onClick={() => setChange(none)} disabled={!isChanged}>
								Undo all
							</button>
							<button type="button" onClick={copy}>
								Copy code
							</button>
						</p>
						{answer && (
							<StatTable
								answer={answer}
								{...(other && { other: { name: nameOf(other.build), stats: other.comparison.other } })}
							/>
						)}
						<CompareForm onCompare={compare} />
						{other && <PartsTable comparison={other.comparison} />}
						{sheet && <SheetView sheet={sheet} />}
					</>
				)}
			</section>
			{build && model && (
				<section class="tree" aria-label="Passive tree">
					<div class="row tools">
						<label>
							Stat
							<input
								list="stats"
								value={stat}
								onChange={({ currentTarget }) => setStat(currentTarget.value)}
							/>
						</label>
						<datalist id="stats">
							{names.map((name) => (
								<option key={name} value={name} />
							))}
						</datalist>
						<button type="button" onClick={heat} disabled={!names.includes(stat)}>
							Show heat
						</button>
					</div>
					<TreeView
						key={build.id}
						model={model}
						change={change}
						heat={heatMap}
						onClick={(id) => setChange((before) => model.clicked(before, id))}
						onDraw={(id) => setChange((before) => model.drawn(before, id))}
					/>
					{/* Beside the tree, since the table of all stats may be far away; who does not see it has the table. */}
					{answer && (
						<p class="panel" aria-hidden="true">
							<Brief answer={answer} stat={stat} />
						</p>
					)}
					<Ranking
						ranked={ranked}
						stat={stat}
						onClick={(id) => setChange((before) => model.clicked(before, id))}
					/>
					<SearchPanel key={`search ${build.id}`} build={build} onResult={setChange} />
				</section>
			)}
		</div>
	);
}

/** One stat of the build as it is now, with what the change brings: the one that was chosen, where it was asked for. */
function Brief({ answer: { stats, delta }, stat }: { answer: api.StatsAnswer; stat: string }) {
	const name = stat in stats ? stat : (firstStat(Object.keys(stats)) ?? "");
	const gain = delta?.[name];
	return (
		<span>
			{name} <strong>{written(stats[name])}</strong>{" "}
			{gain ? (
				<span class={gain > 0 ? "gain" : "loss"}>
					{gain > 0 ? "+" : ""}
					{written(gain)}
				</span>
			) : null}
		</span>
	);
}

function CompareForm({ onCompare }: { onCompare: (text: string) => void }) {
	const [text, setText] = useState("");
	return (
		<form
			onSubmit={(event) => {
				event.preventDefault();
				onCompare(text);
			}}
		>
			<label>
				Compare with another build
				<input value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
			</label>
			<button type="submit">Compare</button>
		</form>
	);
}

/** The heat as a list: for the keyboard, and for whoever does not see the canvas. */
function Ranking({
	ranked,
	stat,
	onClick,
}: {
	ranked: api.RankedNode[];
	stat: string;
	onClick: (id: number) => void;
}) {
	if (ranked.length === 0) return null;
	return (
		<details class="panel">
			<summary>Most of {stat}</summary>
			<ol>
				{ranked
					.filter(({ gains }) => (gains[stat] ?? 0) > 0)
					.slice(0, 20)
					.map(({ id, name, points, gains }) => (
						<li key={id}>
							<button type="button" onClick={() => onClick(id)}>
								{name}, {points} {points === 1 ? "point" : "points"}:{" "}
								{Number((gains[stat] ?? 0).toPrecision(5))}
							</button>
						</li>
					))}
			</ol>
		</details>
	);
}

function firstStat(names: readonly string[]): string | undefined {
	return ["CombinedDPS", "TotalDPS", "TotalEHP", "Life"].find((name) => names.includes(name)) ?? names[0];
}

/** A calculator of one's own may know no classes. */
function classOf({ ascendancy, class: className }: api.BuildSummary): string {
	return (ascendancy ?? className) || "Character";
}

function nameOf(build: api.BuildSummary): string {
	return `${classOf(build)} ${build.level}`;
}
