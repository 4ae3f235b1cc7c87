/** A box in tree units. */
export interface Box {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

export interface LabelRequest {
	readonly text: string;
	/** Centre and radius of the labelled node. */
	readonly x: number;
	readonly y: number;
	readonly radius: number;
	/** The first side to try; right if absent. */
	readonly side?: "left" | "right";
}

export interface PlacedLabel {
	readonly text: string;
	readonly x: number;
	/** The text's baseline. */
	readonly y: number;
	readonly anchor: "start" | "middle" | "end";
	readonly box: Box;
}

/** Average letter width divided by the font size, for sans-serif text. */
const letterWidth = 0.56;

/**
 * Places each label to the right, left, below or above its node, where it overlaps no earlier label and stays inside
 * the picture. A label that fits nowhere is left out, so put the important ones first.
 *
 * @param taken boxes that no label may cover
 */
export function placeLabels(
	requests: Iterable<LabelRequest>,
	options: { fontSize: number; within: Box; taken?: readonly Box[]; limit: number },
): PlacedLabel[] {
	const { fontSize, within, limit } = options;
	const boxes = [...(options.taken ?? [])];
	const placed: PlacedLabel[] = [];
	for (const { text, x, y, radius, side } of requests) {
		if (placed.length >= limit) break;
		const width = text.length * letterWidth * fontSize;
		const gap = radius + fontSize * 0.35;
		const right = { anchor: "start", x: x + gap, y: y + fontSize * 0.35, left: x + gap } as const;
		const left = { anchor: "end", x: x - gap, y: y + fontSize * 0.35, left: x - gap - width } as const;
		const places = [
			...(side === "left" ? [left, right] : [right, left]),
			{ anchor: "middle", x, y: y + gap + fontSize * 0.7, left: x - width / 2 },
			{ anchor: "middle", x, y: y - gap, left: x - width / 2 },
		] as const;
		for (const { left, ...label } of places) {
			const box = { x: left, y: label.y - fontSize, width, height: fontSize * 1.3 };
			if (!contains(within, box) || boxes.some((other) => overlap(box, other))) continue;
			boxes.push(box, { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius });
			placed.push({ text, box, ...label });
			break;
		}
	}
	return placed;
}

function contains(outer: Box, inner: Box): boolean {
	return (
		inner.x >= outer.x &&
		inner.y >= outer.y &&
		inner.x + inner.width <= outer.x + outer.width &&
		inner.y + inner.height <= outer.y + outer.height
	);
}

function overlap(a: Box, b: Box): boolean {
	return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
