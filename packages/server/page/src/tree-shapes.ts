/** A part of the tree, in its own units. */
export interface Area {
	left: number;
	top: number;
	right: number;
	bottom: number;
}

/** The shapes of one place, by layer, and how far they reach. */
interface Cell {
	bounds: Area;
	paths: Map<string, Path2D>;
}

/** Side of a place, in the tree's units: a twentieth of the tree. */
const cellSize = 1500;

/** Shapes as paths by layer and place, so that a part of the tree costs what is in it. */
export class TreeShapes {
	readonly #cells = new Map<string, Cell>();

	circle(layer: string, x: number, y: number, radius: number): void {
		const path = this.pathIn(layer, {
			left: x - radius,
			top: y - radius,
			right: x + radius,
			bottom: y + radius,
		});
		path.moveTo(x + radius, y);
		path.arc(x, y, radius, 0, 2 * Math.PI);
	}

	/** The path to add a shape to that does not go beyond an area. */
	pathIn(layer: string, area: Area): Path2D {
		const place = (from: number, to: number) => Math.floor((from + to) / 2 / cellSize);
		const key = `${place(area.left, area.right)},${place(area.top, area.bottom)}`;
		let cell = this.#cells.get(key);
		if (!cell) {
			cell = { bounds: { ...area }, paths: new Map() };
			this.#cells.set(key, cell);
		}
		const { bounds, paths } = cell;
		bounds.left = Math.min(bounds.left, area.left);
		bounds.top = Math.min(bounds.top, area.top);
		bounds.right = Math.max(bounds.right, area.right);
		bounds.bottom = Math.max(bounds.bottom, area.bottom);
		let path = paths.get(layer);
		if (!path) {
			path = new Path2D();
			paths.set(layer, path);
		}
		return path;
	}

	/** The paths of places that reach into an area, by layer. */
	within({ left, top, right, bottom }: Area): ReadonlyMap<string, readonly Path2D[]> {
		const found = new Map<string, Path2D[]>();
		for (const { bounds, paths } of this.#cells.values()) {
			if (bounds.right < left || bounds.left > right || bounds.bottom < top || bounds.top > bottom) continue;
			for (const [layer, path] of paths) {
				const others = found.get(layer);
				if (others) others.push(path);
				else found.set(layer, [path]);
			}
		}
		return found;
	}
}
