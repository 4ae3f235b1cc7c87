import { interpolateLab, piecewise } from "d3-interpolate";
import { interpolateViridis } from "d3-scale-chromatic";

/** Values to colours on a dark ground, readable with any colour vision. */
export interface HeatScale {
	/** Values that the legend names, ascending. */
	readonly ticks: readonly number[];
	color(value: number): string;
}

// Even steps of lightness and hue in Lab space; blue and orange stay apart for every kind of colour blindness. The
// middle is dark: on a dark ground, what changes nothing must not stand out.
const losses = piecewise(interpolateLab, ["#4a4a52", "#b4540a", "#ffb45a"]);
const gains = piecewise(interpolateLab, ["#4a4a52", "#1f78c8", "#a6dcff"]);
/** Viridis begins nearly black, too dark for this ground. */
const darkest = 0.2;

/** Viridis from 0 to the largest gain; where there are losses, orange (loss) to blue (gain), symmetrical about 0. */
export function heatScale(values: Iterable<number>): HeatScale {
	let min = 0;
	let max = 0;
	for (const value of values) {
		if (!Number.isFinite(value)) continue;
		min = Math.min(min, value);
		max = Math.max(max, value);
	}
	if (min >= 0) {
		const top = max || 1;
		return {
			ticks: [0, top / 2, top],
			color: (value) => interpolateViridis(darkest + (1 - darkest) * clamp(value / top)),
		};
	}
	const reach = Math.max(-min, max);
	return {
		ticks: [-reach, 0, reach],
		color: (value) => (value < 0 ? losses(clamp(-value / reach)) : gains(clamp(value / reach))),
	};
}

function clamp(share: number): number {
	return Math.min(1, Math.max(0, share));
}
