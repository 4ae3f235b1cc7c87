import { interpolateViridis } from "d3-scale-chromatic";
import { select } from "d3-selection";
import { type D3ZoomEvent, type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import type { TreeNode } from "./api.js";
import type { TreeModel } from "./tree-model.js";

/** What is drawn of a tree besides its shape. */
export interface Marks {
	allocated: ReadonlySet<number>;
	added: ReadonlySet<number>;
	removed: ReadonlySet<number>;
	/** What nodes gain. */
	heat: ReadonlyMap<number, number>;
	selected: number | undefined;
}

const radii: Record<string, number> = {
	keystone: 65,
	notable: 48,
	jewelSocket: 45,
	classStart: 70,
	ascendancyStart: 40,
};
const radiusOf = ({ type }: TreeNode) => radii[type] ?? 28;
const shades = 16;
/** How far the picture goes beyond each edge of the canvas, as a share of its size. */
const margin = 0.3;
const settleMs = 120;

/** In pixels of the canvas. */
interface Place {
	left: number;
	top: number;
	scale: number;
}

/**
 * A tree on a canvas. Shapes are made once as paths, and painted on a picture that is larger than the canvas: a frame of panning
 * copies it, whatever the count of nodes.
 */
export class TreeCanvas {
	readonly #canvas: HTMLCanvasElement;
	readonly #context: CanvasRenderingContext2D;
	readonly #model: TreeModel;
	readonly #zoom: ZoomBehavior<HTMLCanvasElement, unknown>;
	readonly #edges = new Path2D();
	readonly #observer: ResizeObserver;
	readonly #scheme = matchMedia("(prefers-color-scheme: light)");
	readonly #repaint = () => this.#schedule();
	#layers: { path: Path2D; fill?: string; stroke?: string; width?: number }[] = [];
	#marks: Marks | undefined;
	#transform: ZoomTransform = zoomIdentity;
	#frame = 0;
	/** Frames drawn so far. */
	frames = 0;
	/** Dragging draws a path instead of moving the tree; so it does with Shift held. */
	isDrawing = false;
	/** The node that a path was drawn on to last; undefined while none is drawn. */
	#stroke: { last?: number } | undefined;

	constructor(
		canvas: HTMLCanvasElement,
		model: TreeModel,
		onClick: (id: number) => void,
		onHover: (node?: TreeNode) => void,
		onDraw: (id: number) => void,
	) {
		this.#canvas = canvas;
		this.#context = canvas.getContext("2d") as CanvasRenderingContext2D;
		this.#model = model;
		for (const [a, b] of model.tree.edges) this.#addEdge(this.#edges, a, b);
		this.#zoom = zoom<HTMLCanvasElement, unknown>()
			.scaleExtent([0.01, 2])
			.filter((event: MouseEvent) => event.type === "wheel" || (!this.#draws(event) && !event.button))
			.on("zoom", ({ transform }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
				this.#transform = transform;
				this.#schedule();
			});
		select(canvas).call(this.#zoom);
		canvas.onpointerdown = (event) => {
			if (!this.#draws(event) || event.button !== 0) return;
			this.#stroke = {};
			canvas.setPointerCapture(event.pointerId);
		};
		canvas.onpointermove = ({ offsetX, offsetY }) => {
			const node = this.#stroke && this.nodeAt(offsetX, offsetY);
			if (!node || !this.#stroke || node.id === this.#stroke.last) return;
			this.#stroke.last = node.id;
			onDraw(node.id);
		};
		canvas.onpointerup = () => {
			// The click that follows is the path's, if one was drawn.
			const hasDrawn = this.#stroke?.last !== undefined;
			this.#stroke = undefined;
			this.#ignoresClick = hasDrawn;
		};
		canvas.onpointercancel = () => {
			this.#stroke = undefined;
		};
		canvas.onclick = ({ offsetX, offsetY }) => {
			if (this.#ignoresClick) {
				this.#ignoresClick = false;
				return;
			}
			const node = this.nodeAt(offsetX, offsetY);
			if (node) onClick(node.id);
		};
		canvas.onmousemove = ({ offsetX, offsetY }) => onHover(this.nodeAt(offsetX, offsetY));
		canvas.onmouseleave = () => onHover();
		this.#observer = new ResizeObserver(() => this.#resize());
		this.#observer.observe(canvas);
		this.#scheme.addEventListener("change", this.#repaint);
		this.#resize();
		this.fit(model.tree.allocated);
	}

	#ignoresClick = false;

	#draws({ shiftKey }: { shiftKey: boolean }): boolean {
		return this.isDrawing || shiftKey;
	}

	destroy(): void {
		this.#observer.disconnect();
		this.#scheme.removeEventListener("change", this.#repaint);
		cancelAnimationFrame(this.#frame);
		clearTimeout(this.#settling);
	}

	show(marks: Marks): void {
		this.#marks = marks;
		this.#schedule();
	}

	/** Shows these nodes, as large as they fit. */
	fit(ids: readonly number[]): void {
		const nodes = ids.map((id) => this.#model.byId.get(id)).filter((node) => node !== undefined);
		const shown = nodes.filter(({ ascendancy, group }) => ascendancy === undefined && group !== undefined);
		if (shown.length === 0) return;
		const xs = shown.map(({ x }) => x);
		const ys = shown.map(({ y }) => y);
		const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
		const { clientWidth: width, clientHeight: height } = this.#canvas;
		const scale = Math.min(width / (right - left + 1500), height / (bottom - top + 1500), 0.5);
		const transform = zoomIdentity
			.translate(width / 2, height / 2)
			.scale(scale)
			.translate(-(left + right) / 2, -(top + bottom) / 2);
		select(this.#canvas).call(this.#zoom.transform, transform);
	}

	by(factor: number): void {
		select(this.#canvas).call(this.#zoom.scaleBy, factor);
	}

	pan(x: number, y: number): void {
		select(this.#canvas).call(this.#zoom.translateBy, x / this.#transform.k, y / this.#transform.k);
	}

	/** Where a node is on the canvas, in pixels of the page. */
	placeOf(id: number): [number, number] | undefined {
		const node = this.#model.byId.get(id);
		return node && this.#transform.apply([node.x, node.y]);
	}

	nodeAt(offsetX: number, offsetY: number): TreeNode | undefined {
		const [x, y] = this.#transform.invert([offsetX, offsetY]);
		// Fingers and small scales: at least eight pixels around it.
		const least = 8 / this.#transform.k;
		let best: TreeNode | undefined;
		let nearest = Number.POSITIVE_INFINITY;
		for (const node of this.#model.tree.nodes) {
			if (node.group === undefined || node.type === "mastery") continue;
			const distance = Math.hypot(node.x - x, node.y - y);
			if (distance < nearest && distance <= Math.max(radiusOf(node), least)) {
				best = node;
				nearest = distance;
			}
		}
		return best;
	}

	#resize(): void {
		const ratio = devicePixelRatio;
		this.#canvas.width = Math.round(this.#canvas.clientWidth * ratio);
		this.#canvas.height = Math.round(this.#canvas.clientHeight * ratio);
		this.#painted = undefined;
		this.#schedule();
	}

	#schedule(): void {
		cancelAnimationFrame(this.#frame);
		this.#frame = requestAnimationFrame(() => this.#draw());
	}

	#addEdge(path: Path2D, from: number, to: number): void {
		const a = this.#model.byId.get(from);
		const b = this.#model.byId.get(to);
		if (a?.group === undefined || b?.group === undefined) return;
		path.moveTo(a.x, a.y);
		const group = this.#model.tree.groups.find(({ id }) => id === a.group);
		if (!group || a.group !== b.group || a.orbit !== b.orbit || a.orbit === 0) {
			path.lineTo(b.x, b.y);
			return;
		}
		const start = Math.atan2(a.y - group.y, a.x - group.x);
		const end = Math.atan2(b.y - group.y, b.x - group.x);
		const turn = (end - start + 4 * Math.PI) % (2 * Math.PI);
		path.arc(group.x, group.y, Math.hypot(a.x - group.x, a.y - group.y), start, end, turn > Math.PI);
	}

	/** What changes with the marks, by colour. */
	#prepare(marks: Marks): void {
		const { allocated, added, removed, heat, selected } = marks;
		const style = getComputedStyle(this.#canvas);
		const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
		const paths = new Map<string, Path2D>();
		const pathOf = (name: string) => {
			const path = paths.get(name) ?? new Path2D();
			paths.set(name, path);
			return path;
		};
		const most = Math.max(...heat.values(), 0);
		for (const node of this.#model.tree.nodes) {
			if (node.group === undefined || node.type === "mastery") continue;
			const { id, x, y } = node;
			const gain = heat.get(id);
			const shade =
				gain !== undefined && gain > 0 && most > 0 ? Math.ceil(Math.sqrt(gain / most) * (shades - 1)) : 0;
			const name = allocated.has(id) ? "own" : shade > 0 ? `heat-${shade}` : "free";
			const path = pathOf(name);
			path.moveTo(x + radiusOf(node), y);
			path.arc(x, y, radiusOf(node), 0, 2 * Math.PI);
			for (const [ring, isIn] of [
				["added", added.has(id)],
				["removed", removed.has(id)],
				["selected", selected === id],
			] as const) {
				if (!isIn) continue;
				const outline = pathOf(ring);
				outline.moveTo(x + radiusOf(node) + 22, y);
				outline.arc(x, y, radiusOf(node) + 22, 0, 2 * Math.PI);
			}
		}
		const ownEdges = new Path2D();
		for (const [a, b] of this.#model.tree.edges)
			if (allocated.has(a) && allocated.has(b)) this.#addEdge(ownEdges, a, b);
		this.#layers = [
			{ path: this.#edges, stroke: colour("edge"), width: 10 },
			{ path: ownEdges, stroke: colour("own"), width: 26 },
			...Array.from(paths, ([name, path]) =>
				name === "added" || name === "removed" || name === "selected"
					? { path, stroke: colour(name), width: 18 }
					: {
							path,
							fill: name.startsWith("heat-")
								? interpolateViridis(0.25 + (0.75 * Number(name.slice(5))) / shades)
								: colour(name),
						},
			),
		];
	}

	#prepared: Marks | undefined;
	#preparedLight = false;

	/** What was painted last, some way beyond the canvas's edges: until that ends, panning copies it. */
	readonly #picture = document.createElement("canvas");
	#painted: ZoomTransform | undefined;
	#settling: ReturnType<typeof setTimeout> | undefined;

	#draw(): void {
		const marks = this.#marks;
		if (!marks) return;
		if (this.#prepared !== marks || this.#preparedLight !== this.#scheme.matches) {
			this.#prepare(marks);
			this.#prepared = marks;
			this.#preparedLight = this.#scheme.matches;
			this.#painted = undefined;
		}
		const { k } = this.#transform;
		const place = this.#placeOfPicture();
		if (!place) this.#paint();
		clearTimeout(this.#settling);
		// Enlarged or made smaller, it is blurred: painted anew when the hand rests.
		if (this.#painted?.k !== k)
			this.#settling = setTimeout(() => {
				this.#painted = undefined;
				this.#schedule();
			}, settleMs);
		const { left, top, scale } = place ?? (this.#placeOfPicture() as Place);
		const { width, height } = this.#picture;
		const context = this.#context;
		context.setTransform(1, 0, 0, 1, 0, 0);
		context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
		context.drawImage(this.#picture, left, top, width * scale, height * scale);
		this.frames++;
	}

	/** Where the picture belongs now, in pixels of the canvas; undefined where it would not cover it or be too coarse. */
	#placeOfPicture(): Place | undefined {
		if (!this.#painted) return undefined;
		const ratio = devicePixelRatio;
		const { width, height } = this.#canvas;
		const scale = this.#transform.k / this.#painted.k;
		const left = this.#transform.x * ratio - (this.#painted.x * ratio + margin * width) * scale;
		const top = this.#transform.y * ratio - (this.#painted.y * ratio + margin * height) * scale;
		const covers =
			left <= 0 &&
			top <= 0 &&
			left + this.#picture.width * scale >= width &&
			top + this.#picture.height * scale >= height;
		return covers && scale > 0.6 && scale < 1.7 ? { left, top, scale } : undefined;
	}

	#paint(): void {
		const { x, y, k } = this.#transform;
		const ratio = devicePixelRatio;
		const { width, height } = this.#canvas;
		this.#picture.width = Math.ceil(width * (1 + 2 * margin));
		this.#picture.height = Math.ceil(height * (1 + 2 * margin));
		this.#painted = this.#transform;
		const context = this.#picture.getContext("2d") as CanvasRenderingContext2D;
		context.setTransform(k * ratio, 0, 0, k * ratio, x * ratio + margin * width, y * ratio + margin * height);
		for (const { path, fill, stroke, width: line = 1 } of this.#layers) {
			if (fill) {
				context.fillStyle = fill;
				context.fill(path);
			}
			if (stroke) {
				context.strokeStyle = stroke;
				// At least a pixel.
				context.lineWidth = Math.max(line, 1 / k);
				context.stroke(path);
			}
		}
	}
}
