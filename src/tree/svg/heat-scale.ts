import { interpolateLab, piecewise } from "d3-interpolate";
import { interpolateViridis } from "d3-scale-chromatic";

/** Maps values to colours on a dark background, readable with any colour vision. */
export interface HeatScale {
	readonly min: number;
	readonly max: number;
	color(value: number): string;
	/** Where a value is on the colour bar, from -1 to 1. Colours change evenly along the bar. */
	position(value: number): number;
	/** The value at a position. */
	valueAt(position: number): number;
}

// Even steps of lightness and hue in Lab space; orange and blue can be told apart with every kind of colour blindness.
// The middle is dark: on a dark background, a node that changes nothing must not stand out.
const losses = piecewise(interpolateLab, ["#4a4a52", "#b4540a", "#ffb45a"]);
const gains = piecewise(interpolateLab, ["#4a4a52", "#1f78c8", "#a6dcff"]);
/** Viridis begins nearly black, which is too dark for this background. */
const darkest = 0.2;

/**
 * Viridis from 0 to the largest gain. If there are losses, orange (loss) to blue (gain); a loss is as bright as a gain
 * of the same size. Both follow the square root of the value: a few nodes gain many times as much as the others, which
 * would otherwise all look alike.
 */
export function heatScale(values: Iterable<number>): HeatScale {
	let min = 0;
	let max = 0;
	const infinite = new Set<number>();
	for (const value of values) {
		if (Number.isFinite(value)) {
			min = Math.min(min, value);
			max = Math.max(max, value);
		} else infinite.add(value);
	}
	const reach = Math.max(-min, max) || 1;
	// An infinite value has the colour of its end, so the scale must have that end.
	if (infinite.has(Number.NEGATIVE_INFINITY)) min = -reach;
	if (infinite.has(Number.POSITIVE_INFINITY)) max = reach;
	if (min === 0 && max === 0) max = 1;
	const position = (value: number) => Math.sign(value) * Math.sqrt(Math.min(1, Math.abs(value) / reach));
	return {
		min,
		max,
		position,
		valueAt: (at) => Math.sign(at) * at * at * reach,
		color(value) {
			const at = position(value);
			if (min === 0) return interpolateViridis(darkest + (1 - darkest) * Math.max(0, at));
			return at < 0 ? losses(-at) : gains(at);
		},
	};
}
