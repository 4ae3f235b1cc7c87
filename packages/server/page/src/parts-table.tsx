import type { Comparison } from "./api.js";

const written = (value: number | null | undefined) =>
	typeof value === "number"
		? `${value > 0 ? "+" : ""}${Number(value.toPrecision(5)).toLocaleString("en-US")}`
		: "–";

/** What each part of another build is worth to this one, and the nodes that only one of them has. */
export function PartsTable({
	comparison: { parts = [], nodesOnlyHere, nodesOnlyThere },
}: {
	comparison: Comparison;
}) {
	const [stat] = Object.keys(parts[0]?.gains ?? {});
	return (
		<>
			<p>
				{nodesOnlyHere.length} nodes only here, {nodesOnlyThere.length} only in the other build
			</p>
			{stat !== undefined && (
				<table>
					<thead>
						<tr>
							<th scope="col">Part of the other build</th>
							<th scope="col">Other</th>
							<th scope="col">{stat}</th>
						</tr>
					</thead>
					<tbody>
						{parts.map(({ label, gains, error }) => (
							<tr key={label.Part}>
								<th scope="row">{label.Part}</th>
								<td class="text">{label.Other}</td>
								<td>{error ? error.message : written(gains[stat])}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
		</>
	);
}
