import type { FrontTree, ParetoAnswer } from "./api.js";

const [width, height, margin] = [480, 300, 56];

/** The trees between two stats: a click, or Enter on a point, shows one. */
export function FrontPlot({
	answer: { of, front },
	chosen,
	onChoose,
}: {
	answer: ParetoAnswer;
	chosen: FrontTree | undefined;
	onChoose: (tree: FrontTree) => void;
}) {
	const [first, second] = of;
	const along = axis(
		front.map(({ stats }) => stats[first] as number),
		margin,
		width - 16,
	);
	const up = axis(
		front.map(({ stats }) => stats[second] as number),
		height - margin,
		16,
	);
	return (
		<figure>
			<figcaption>
				{front.length === 1 ? "One tree" : `${front.length} trees`}, none better in both {first} and {second}
			</figcaption>
			{/* biome-ignore lint/a11y/useSemanticElements: a picture that has no fieldset */}
			<svg
				class="front"
				viewBox={`0 0 ${width} ${height}`}
				role="group"
				aria-label={`Trees by ${first} and ${second}`}
			>
				<line x1={margin} y1={height - margin} x2={width - 8} y2={height - margin} />
				<line x1={margin} y1={height - margin} x2={margin} y2={8} />
				<text x={width / 2} y={height - 8} text-anchor="middle">
					{first}: {rounded(along.least)} to {rounded(along.most)}
				</text>
				<text transform={`translate(16 ${height / 2}) rotate(-90)`} text-anchor="middle">
					{second}: {rounded(up.least)} to {rounded(up.most)}
				</text>
				{front.map((tree, i) => (
					// biome-ignore lint/a11y/useSemanticElements: a picture has no buttons
					<circle
						key={i}
						cx={along.at(tree.stats[first] as number)}
						cy={up.at(tree.stats[second] as number)}
						r={8}
						class={tree.isBuild ? "own" : ""}
						role="button"
						tabIndex={0}
						aria-pressed={tree === chosen}
						aria-label={told(tree, of)}
						onClick={() => onChoose(tree)}
						onKeyDown={(event) => {
							if (event.key !== "Enter" && event.key !== " ") return;
							event.preventDefault();
							onChoose(tree);
						}}
					>
						<title>{told(tree, of)}</title>
					</circle>
				))}
			</svg>
		</figure>
	);
}

function told({ stats, points, respec, isBuild }: FrontTree, [first, second]: [string, string]): string {
	const numbers = `${first} ${rounded(stats[first] as number)}, ${second} ${rounded(stats[second] as number)}`;
	return isBuild ? `The build as it is: ${numbers}` : `${numbers}: ${points} points, ${respec} given up`;
}

function rounded(value: number): string {
	return Number(value.toPrecision(5)).toLocaleString("en-US");
}

function axis(values: number[], from: number, to: number) {
	const [least, most] = [Math.min(...values), Math.max(...values)];
	const at = (value: number) =>
		most > least ? from + ((value - least) / (most - least)) * (to - from) * 0.94 : (from + to) / 2;
	return { least, most, at };
}
