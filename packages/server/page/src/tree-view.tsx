import { useEffect, useRef, useState } from "preact/hooks";
import type { NodeSet, TreeNode } from "./api.js";
import { TreeCanvas } from "./tree-canvas.js";
import type { TreeModel } from "./tree-model.js";

interface Props {
	model: TreeModel;
	change: NodeSet;
	heat: ReadonlyMap<number, number>;
	onClick: (id: number) => void;
	/** A path is drawn on to a node. */
	onDraw: (id: number) => void;
}

const step = 80;

/** The tree: dragged, zoomed and clicked; by keyboard moved and zoomed, and searched by name. */
export function TreeView({ model, change, heat, onClick, onDraw }: Props) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const drawing = useRef<TreeCanvas>(undefined);
	const click = useRef(onClick);
	click.current = onClick;
	const draw = useRef(onDraw);
	draw.current = onDraw;
	const [isDrawing, setDrawing] = useState(false);
	const [hovered, setHovered] = useState<TreeNode>();
	const [text, setText] = useState("");

	useEffect(() => {
		const element = canvas.current as HTMLCanvasElement;
		const tree = new TreeCanvas(
			element,
			model,
			(id) => click.current(id),
			setHovered,
			(id) => draw.current(id),
		);
		drawing.current = tree;
		// For tests, and for whoever looks from the console.
		Object.assign(element, { tree });
		return () => tree.destroy();
	}, [model]);
	useEffect(() => {
		if (drawing.current) drawing.current.isDrawing = isDrawing;
	}, [model, isDrawing]);
	useEffect(() => {
		drawing.current?.show({
			allocated: model.allocated(change),
			added: new Set(change.add),
			removed: new Set(change.remove),
			heat,
		});
	}, [model, change, heat]);
	useEffect(() => drawing.current?.select(hovered?.id), [model, hovered]);

	const words = text.trim().toLowerCase();
	const found =
		words.length < 3
			? []
			: model.tree.nodes.filter((node) => node.allocatable && matches(node, words)).slice(0, 12);
	const keys: Record<string, () => void> = {
		ArrowLeft: () => drawing.current?.pan(step, 0),
		ArrowRight: () => drawing.current?.pan(-step, 0),
		ArrowUp: () => drawing.current?.pan(0, step),
		ArrowDown: () => drawing.current?.pan(0, -step),
		"+": () => drawing.current?.by(1.3),
		"-": () => drawing.current?.by(1 / 1.3),
		0: () => drawing.current?.fit(model.tree.allocated),
		d: () => setDrawing((before) => !before),
	};

	return (
		<div class="canvas">
			<canvas
				ref={canvas}
				class={isDrawing ? "drawing" : ""}
				tabIndex={0}
				role="img"
				aria-label={`Passive tree ${model.tree.version} with ${model.allocated(change).size} allocated nodes. Arrow keys move it, plus and minus zoom, 0 shows the build, d draws. Nodes can be found by name below.`}
				onKeyDown={(event) => {
					const action = keys[event.key];
					if (!action) return;
					event.preventDefault();
					action();
				}}
			/>
			{hovered && (
				<div class="tip" aria-hidden="true">
					<strong>{hovered.name}</strong>
					{hovered.stats.map((line) => (
						<span key={line}>{line}</span>
					))}
					{heat.has(hovered.id) && <em>gains {Number((heat.get(hovered.id) as number).toPrecision(6))}</em>}
				</div>
			)}
			<p class="row">
				<button type="button" aria-pressed={isDrawing} onClick={() => setDrawing((before) => !before)}>
					Draw a path
				</button>
				<span class="hint">
					Dragging moves the tree; in this mode, or with Shift held, it adds the nodes it passes.
				</span>
			</p>
			<label>
				Find a node by name or stat line
				<input type="search" value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
			</label>
			{found.length > 0 && (
				<ul>
					{found.map((node) => (
						<li key={node.id}>
							<button
								type="button"
								onFocus={() => setHovered(node)}
								onClick={() => {
									onClick(node.id);
									drawing.current?.fit([node.id, ...model.tree.allocated]);
								}}
							>
								{node.name}: {node.stats.join("; ")}
							</button>
						</li>
					))}
				</ul>
			)}
		</div>
	);
}

function matches({ name, stats }: TreeNode, words: string): boolean {
	return name.toLowerCase().includes(words) || stats.some((line) => line.toLowerCase().includes(words));
}
