/** A part of the tree, in its own units. */
export interface Area {
	left: number;
	top: number;
	right: number;
	bottom: number;
}

export interface Circle {
	readonly x: number;
	readonly y: number;
	readonly radius: number;
}

/** The shapes of one place, by layer. */
export interface Cell {
	/** How far they reach. */
	readonly bounds: Area;
	readonly lines: Map<string, Path2D>;
	readonly circles: Map<string, Circle[]>;
}

/** Side of a place, in the tree's units: about a twentieth of the tree. */
const cellSize = 1500;

/** Shapes by layer and place, so that to paint a part of the tree costs what is in it. */
export class TreeShapes {
	readonly #cells = new Map<string, Cell>();

	circle(layer: string, { x, y, radius }: Circle): void {
		const { circles } = this.#cellOf({
			left: x - radius,
			top: y - radius,
			right: x + radius,
			bottom: y + radius,
		});
		const others = circles.get(layer);
		if (others) others.push({ x, y, radius });
		else circles.set(layer, [{ x, y, radius }]);
	}

	/** The path to add a line to that does not go beyond an area. */
	lineIn(layer: string, area: Area): Path2D {
		const { lines } = this.#cellOf(area);
		let path = lines.get(layer);
		if (!path) {
			path = new Path2D();
			lines.set(layer, path);
		}
		return path;
	}

	/** Places that reach into an area. */
	within({ left, top, right, bottom }: Area): Cell[] {
		return [...this.#cells.values()].filter(
			({ bounds }) =>
				bounds.right >= left && bounds.left <= right && bounds.bottom >= top && bounds.top <= bottom,
		);
	}

	#cellOf(area: Area): Cell {
		const place = (from: number, to: number) => Math.floor((from + to) / 2 / cellSize);
		const key = `${place(area.left, area.right)},${place(area.top, area.bottom)}`;
		let cell = this.#cells.get(key);
		if (!cell) {
			cell = { bounds: { ...area }, lines: new Map(), circles: new Map() };
			this.#cells.set(key, cell);
		}
		const { bounds } = cell;
		bounds.left = Math.min(bounds.left, area.left);
		bounds.top = Math.min(bounds.top, area.top);
		bounds.right = Math.max(bounds.right, area.right);
		bounds.bottom = Math.max(bounds.bottom, area.bottom);
		return cell;
	}
}
