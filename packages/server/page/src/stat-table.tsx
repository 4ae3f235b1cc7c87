import type { Stats, StatsAnswer } from "./api.js";

const written = (value: number | null | undefined) => {
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
								<th scope="row">{name}</th>
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
