import { versions } from "../native/versions.js";

/** The part of https://www.speedscope.app/file-format-schema.json that a sampled profile needs. */
export interface SpeedscopeFile {
	$schema: "https://www.speedscope.app/file-format-schema.json";
	name: string;
	exporter: string;
	activeProfileIndex: number;
	shared: { frames: { name: string; file?: string; line?: number }[] };
	profiles: {
		type: "sampled";
		name: string;
		unit: "milliseconds";
		startValue: number;
		endValue: number;
		/** Indices into the frames, outermost first. */
		samples: number[][];
		/** Milliseconds per sample. */
		weights: number[];
	}[];
}

/** @param samples indices into `frames`, outermost first, in chronological order */
export function speedscopeFile(
	name: string,
	frames: readonly { name: string; file: string; line: number }[],
	samples: number[][],
	weights: number[],
): SpeedscopeFile {
	return {
		$schema: "https://www.speedscope.app/file-format-schema.json",
		name,
		exporter: `pobatch ${versions().pobatch}`,
		activeProfileIndex: 0,
		shared: {
			frames: frames.map(({ name, file, line }) => ({
				name,
				...(file !== "" && { file }),
				...(line > 0 && { line }),
			})),
		},
		profiles: [
			{
				type: "sampled",
				name,
				unit: "milliseconds",
				startValue: 0,
				endValue: weights.reduce((sum, weight) => sum + weight, 0),
				samples,
				weights,
			},
		],
	};
}
