/** Where the tree is on the canvas, in pixels of the screen: a point is at `x + k * its own x`. */
export interface View {
	x: number;
	y: number;
	k: number;
}

/** Paints a square of the tree; the context has been moved so that a point is where the view has it. */
export type PaintTile = (context: CanvasRenderingContext2D, view: View, side: number) => void;

/** Of a tile, in pixels of the screen. */
const side = 256;
/** Tiles of another scale do for a moment, within these ratios: farther off they are too coarse, or too many. */
const [coarsest, finest] = [1.7, 0.6];
/** How many tiles are kept for each one that is shown. */
const kept = 2;

/**
 * Pictures of the tree's squares at one scale, painted when they are first seen, or shortly before: a frame of panning copies
 * them, and paints what comes into view.
 */
export class TreeTiles {
	readonly #paint: PaintTile;
	/** By place; those used last at the end. */
	readonly #tiles = new Map<string, HTMLCanvasElement>();
	/** Not in use any more. */
	readonly #spare: HTMLCanvasElement[] = [];
	/** Of the tiles: pixels a unit. */
	#scale = 0;

	constructor(paint: PaintTile) {
		this.#paint = paint;
	}

	/** All are painted anew. */
	clear(): void {
		this.#spare.push(...this.#tiles.values());
		this.#tiles.clear();
		this.#scale = 0;
	}

	/** Whether what is shown has the view's own scale. */
	isSharp({ k }: View): boolean {
		return k === this.#scale;
	}

	draw(context: CanvasRenderingContext2D, view: View): void {
		const ratio = view.k / this.#scale;
		if (!(ratio > finest && ratio < coarsest)) {
			this.clear();
			this.#scale = view.k;
		}
		const { width, height } = context.canvas;
		const size = (side * view.k) / this.#scale;
		// Tiles begin and end at whole pixels: they are neither blurred nor apart.
		const [left, top] = this.isSharp(view) ? [Math.round(view.x), Math.round(view.y)] : [view.x, view.y];
		const columns = rangeOf(left, width, size);
		const rows = rangeOf(top, height, size);
		let painted = 0;
		for (let column = columns.first; column <= columns.last; column++) {
			for (let row = rows.first; row <= rows.last; row++) {
				const key = `${column},${row}`;
				let tile = this.#tiles.get(key);
				if (tile) this.#tiles.delete(key);
				else {
					tile = this.#make(column, row);
					painted++;
				}
				this.#tiles.set(key, tile);
				const [x, y] = [Math.floor(left + column * size), Math.floor(top + row * size)];
				const right = Math.floor(left + (column + 1) * size);
				const bottom = Math.floor(top + (row + 1) * size);
				context.drawImage(tile, x, y, right - x, bottom - y);
			}
		}
		// One that is about to be seen, where this frame has cost little so far.
		if (painted === 0 && this.isSharp(view)) this.#makeNext(columns, rows);
		this.#forget(kept * (columns.last - columns.first + 3) * (rows.last - rows.first + 3));
	}

	/** Paints a tile next to those that are shown. */
	#makeNext(columns: Range, rows: Range): void {
		for (let column = columns.first - 1; column <= columns.last + 1; column++) {
			for (let row = rows.first - 1; row <= rows.last + 1; row++) {
				const key = `${column},${row}`;
				if (this.#tiles.has(key)) continue;
				this.#tiles.set(key, this.#make(column, row));
				return;
			}
		}
	}

	#make(column: number, row: number): HTMLCanvasElement {
		const tile = this.#spare.pop() ?? document.createElement("canvas");
		if (tile.width !== side) tile.width = tile.height = side;
		const context = tile.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
		const view = { x: -column * side, y: -row * side, k: this.#scale };
		context.setTransform(view.k, 0, 0, view.k, view.x, view.y);
		this.#paint(context, view, side);
		return tile;
	}

	#forget(most: number): void {
		this.#spare.length = Math.min(this.#spare.length, most);
		for (const [key, tile] of this.#tiles) {
			if (this.#tiles.size <= most) return;
			this.#tiles.delete(key);
			this.#spare.push(tile);
		}
	}
}

interface Range {
	first: number;
	last: number;
}

/** The tiles that a length of the canvas shows. */
function rangeOf(start: number, length: number, size: number): Range {
	return { first: Math.floor(-start / size), last: Math.ceil((length - start) / size) - 1 };
}
