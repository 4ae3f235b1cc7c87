import type { Sheet } from "./api.js";

/** Path of Building's side bar, as its window shows it. */
export function SheetView({ sheet: { groups, warnings } }: { sheet: Sheet }) {
	return (
		<details class="panel" open>
			<summary>Path of Building's side bar</summary>
			{groups.map(({ title, rows }, group) => (
				<table key={title ?? group}>
					{title && <caption>{title}</caption>}
					<tbody>
						{rows.map((row, i) =>
							"note" in row ? (
								<tr key={i}>
									<td colSpan={2} class="text">
										{row.note}
									</td>
								</tr>
							) : (
								<tr key={i}>
									<th scope="row">{row.label}</th>
									<td>{row.value}</td>
								</tr>
							),
						)}
					</tbody>
				</table>
			))}
			{warnings.map((warning) => (
				<p key={warning} class="note">
					{warning}
				</p>
			))}
		</details>
	);
}
