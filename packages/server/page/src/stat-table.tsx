import type { Stats, StatsAnswer } from "./api.js";

/** Numbers as all of the page writes them. */
export const written = (value: number | null | undefined) => {
	if (value === null || value === undefined) return "–";
	return Number.isFinite(value) ? value.toLocaleString("en-US", { maximumFractionDigits: 2 }) : "infinite";
};

/** Numbers of the build as it is now; with what a change brings, or another build beside it. */
export function StatTable({
	answer,
	other,
}: {
	answer: StatsAnswer;
	other?: { name: string; stats: Stats };
}) {
	const { stats, delta, notes } = answer;
	return (
		<>
			<table>
				<thead>
					<tr>
						<th scope="col">Stat</th>
						<th scope="col">Value</th>
						{delta && <th scope="col">Change</th>}
						{other && <th scope="col">{other.name}</th>}
					</tr>
				</thead>
				<tbody>
					{Object.entries(stats).map(([name, value]) => {
						const gain = delta?.[name];
						return (
							<tr key={name}>
								<th scope="row">{withBreaks(name)}</th>
								<td>{written(value)}</td>
								{delta && (
									<td class={gain ? (gain > 0 ? "gain" : "loss") : ""}>
										{gain ? `${gain > 0 ? "+" : ""}${written(gain)}` : ""}
									</td>
								)}
								{other && <td>{written(other.stats[name])}</td>}
							</tr>
						);
					})}
				</tbody>
			</table>
			{notes.map((note) => (
				<p key={note} class="note">
					{note}
				</p>
			))}
		</>
	);
}

/** Between the words of a name, a line may end. */
function withBreaks(name: string) {
	return name.split(/(?<=[a-z])(?=[A-Z])/).flatMap((word, i) => (i === 0 ? [word] : [<wbr key={i} />, word]));
}
