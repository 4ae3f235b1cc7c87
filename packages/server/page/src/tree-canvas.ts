import { interpolateViridis } from "d3-scale-chromatic";
import { select } from "d3-selection";
import { type D3ZoomEvent, type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import type { TreeNode } from "./api.js";
import type { TreeModel } from "./tree-model.js";
import { type Circle, TreeShapes } from "./tree-shapes.js";
import { TreeTiles, type View } from "./tree-tiles.js";

/** What is drawn of a tree besides its shape. */
export interface Marks {
	allocated: ReadonlySet<number>;
	added: ReadonlySet<number>;
	removed: ReadonlySet<number>;
	/** What nodes gain. */
	heat: ReadonlyMap<number, number>;
}

const radii: Record<string, number> = {
	keystone: 65,
	notable: 48,
	jewelSocket: 45,
	classStart: 70,
	ascendancyStart: 40,
};
const radiusOf = ({ type }: TreeNode) => radii[type] ?? 28;
const isShown = ({ group, type }: TreeNode) => group !== undefined && type !== "mastery";
/** Rings are so far from their nodes, and so wide. */
const ring = { distance: 22, width: 18 };
/** Of lines between nodes, of those between allocated ones, and of rings. */
const lineWidths: Record<string, number> = {
	edge: 10,
	"own-edge": 26,
	added: ring.width,
	removed: ring.width,
};
/** Pixels that nodes, rings and lines between allocated nodes have, however small the tree is: of a radius, of a width. */
const least = 2;
const shades = 16;
/** What is painted over what. */
const layers = [
	"edge",
	"own-edge",
	"free",
	...Array.from({ length: shades }, (_, shade) => `heat-${shade}`),
	"own",
	"added",
	"removed",
];
const settleMs = 120;

/**
 * A tree on a canvas. Shapes are made once as paths, and painted as tiles: a frame of panning copies these, whatever the count of
 * nodes. What follows the mouse is drawn over them.
 */
export class TreeCanvas {
	readonly #canvas: HTMLCanvasElement;
	readonly #context: CanvasRenderingContext2D;
	readonly #model: TreeModel;
	readonly #zoom: ZoomBehavior<HTMLCanvasElement, unknown>;
	readonly #edges = new TreeShapes();
	readonly #observer: ResizeObserver;
	readonly #scheme = matchMedia("(prefers-color-scheme: light)");
	readonly #repaint = () => this.#schedule();
	readonly #tiles = new TreeTiles((context, view, side) => this.#paint(context, view, side));
	/** What the marks change. */
	#shapes = new TreeShapes();
	#colours: ReadonlyMap<string, string> = new Map();
	#selected: TreeNode | undefined;
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
		for (const [a, b] of model.tree.edges) this.#addEdge(this.#edges, "edge", a, b);
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
		canvas.onmousemove = ({ offsetX, offsetY, buttons }) => {
			if (buttons === 0) onHover(this.nodeAt(offsetX, offsetY));
		};
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

	/** Rings one node, for the mouse or the keyboard. */
	select(id: number | undefined): void {
		this.#selected = id === undefined ? undefined : this.#model.byId.get(id);
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
			if (!isShown(node)) continue;
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
		// At once: it is empty now, and the next frame comes after this one is shown.
		this.#draw();
	}

	#schedule(): void {
		cancelAnimationFrame(this.#frame);
		this.#frame = requestAnimationFrame(() => this.#draw());
	}

	#addEdge(shapes: TreeShapes, layer: string, from: number, to: number): void {
		const a = this.#model.byId.get(from);
		const b = this.#model.byId.get(to);
		if (a?.group === undefined || b?.group === undefined) return;
		// An arc of less than half a circle goes beyond its ends by half their distance at most.
		const beyond = Math.hypot(a.x - b.x, a.y - b.y) / 2;
		const path = shapes.lineIn(layer, {
			left: Math.min(a.x, b.x) - beyond,
			top: Math.min(a.y, b.y) - beyond,
			right: Math.max(a.x, b.x) + beyond,
			bottom: Math.max(a.y, b.y) + beyond,
		});
		path.moveTo(a.x, a.y);
		const group = this.#model.groups.get(a.group);
		if (!group || a.group !== b.group || a.orbit !== b.orbit || a.orbit === 0) {
			path.lineTo(b.x, b.y);
			return;
		}
		const start = Math.atan2(a.y - group.y, a.x - group.x);
		const end = Math.atan2(b.y - group.y, b.x - group.x);
		const turn = (end - start + 4 * Math.PI) % (2 * Math.PI);
		path.arc(group.x, group.y, Math.hypot(a.x - group.x, a.y - group.y), start, end, turn > Math.PI);
	}

	/** What changes with the marks. */
	#prepare({ allocated, added, removed, heat }: Marks): void {
		const style = getComputedStyle(this.#canvas);
		const colourOf = (layer: string) =>
			layer.startsWith("heat-")
				? interpolateViridis(0.25 + (0.75 * Number(layer.slice(5))) / shades)
				: style.getPropertyValue(`--${layer === "own-edge" ? "own" : layer}`).trim();
		this.#colours = new Map([...layers, "panel", "selected"].map((layer) => [layer, colourOf(layer)]));
		const shapes = new TreeShapes();
		const most = Math.max(...heat.values(), 0);
		for (const node of this.#model.tree.nodes) {
			if (!isShown(node)) continue;
			const { id, x, y } = node;
			const gain = heat.get(id) ?? 0;
			const shade = gain > 0 ? Math.ceil(Math.sqrt(gain / most) * (shades - 1)) : 0;
			const layer = allocated.has(id) ? "own" : shade > 0 ? `heat-${shade}` : "free";
			const circle = { x, y, radius: radiusOf(node) };
			shapes.circle(layer, circle);
			if (added.has(id)) shapes.circle("added", circle);
			if (removed.has(id)) shapes.circle("removed", circle);
		}
		for (const [a, b] of this.#model.tree.edges)
			if (allocated.has(a) && allocated.has(b)) this.#addEdge(shapes, "own-edge", a, b);
		this.#shapes = shapes;
		this.#tiles.clear();
	}

	#prepared: Marks | undefined;
	#preparedLight = false;
	#settling: ReturnType<typeof setTimeout> | undefined;

	#draw(): void {
		const marks = this.#marks;
		if (!marks) return;
		if (this.#prepared !== marks || this.#preparedLight !== this.#scheme.matches) {
			this.#prepare(marks);
			this.#prepared = marks;
			this.#preparedLight = this.#scheme.matches;
		}
		const { x, y, k } = this.#transform;
		const ratio = devicePixelRatio;
		const view = { x: x * ratio, y: y * ratio, k: k * ratio };
		const context = this.#context;
		context.setTransform(1, 0, 0, 1, 0, 0);
		this.#tiles.draw(context, view);
		this.#drawSelected(view);
		clearTimeout(this.#settling);
		// Tiles of another scale are blurred: painted anew when the hand rests.
		if (!this.#tiles.isSharp(view))
			this.#settling = setTimeout(() => {
				this.#tiles.clear();
				this.#schedule();
			}, settleMs);
		this.frames++;
	}

	#drawSelected({ x, y, k }: View): void {
		const node = this.#selected;
		if (!node || !isShown(node)) return;
		const context = this.#context;
		context.setTransform(k, 0, 0, k, x, y);
		context.strokeStyle = this.#colours.get("selected") as string;
		context.beginPath();
		this.#addCircles([{ x: node.x, y: node.y, radius: radiusOf(node) }], context, k, true);
		context.stroke();
	}

	#paint(context: CanvasRenderingContext2D, { x, y, k }: View, side: number): void {
		const pixel = devicePixelRatio / k;
		const [left, top, size] = [-x / k, -y / k, side / k];
		context.fillStyle = this.#colours.get("panel") as string;
		context.fillRect(left, top, size, size);
		// What small shapes are larger by than their places know.
		const margin = ring.distance + ring.width + 3 * least * pixel;
		const area = {
			left: left - margin,
			top: top - margin,
			right: left + size + margin,
			bottom: top + size + margin,
		};
		const cells = [...this.#edges.within(area), ...this.#shapes.within(area)];
		for (const layer of layers) {
			const colour = this.#colours.get(layer) as string;
			const width = lineWidths[layer];
			context.fillStyle = context.strokeStyle = colour;
			if (width !== undefined) context.lineWidth = Math.max(width, layer === "edge" ? pixel : least * pixel);
			for (const { lines } of cells) {
				const path = lines.get(layer);
				if (path) context.stroke(path);
			}
			const circles = cells.flatMap((cell) => cell.circles.get(layer) ?? []);
			if (circles.length === 0) continue;
			context.beginPath();
			this.#addCircles(circles, context, k, width !== undefined);
			if (width === undefined) context.fill();
			else context.stroke();
		}
	}

	/** Nodes, or rings around them. */
	#addCircles(
		circles: readonly Circle[],
		context: CanvasRenderingContext2D,
		k: number,
		areRings: boolean,
	): void {
		const smallest = (least * devicePixelRatio) / k;
		const more = areRings ? Math.max(ring.distance, smallest) : 0;
		for (const { x, y, radius } of circles) {
			const shown = Math.max(radius, smallest) + more;
			context.moveTo(x + shown, y);
			context.arc(x, y, shown, 0, 2 * Math.PI);
		}
		if (areRings) context.lineWidth = Math.max(ring.width, smallest);
	}
}
