import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Engine, findPob } from "../../../dist/index.js";

const demo = fileURLToPath(new URL("../../../data/demo-build.json", import.meta.url));
const folder = process.env.POBATCH_BUILDS;

export const seconds = Number(process.env.BENCH_SECONDS ?? 60);

/** An engine, and names and texts of the builds; with Path of Building if there is a folder of builds. */
export async function open(most) {
	const pob = folder === undefined ? undefined : await findPob();
	const engine = await Engine.open(
		pob === undefined ? { threads: 2 } : { calculator: "pob", pob, threads: 2 },
	);
	const names =
		pob === undefined
			? [demo]
			: readdirSync(folder)
					.filter((name) => name.endsWith(".xml"))
					.sort()
					.map((name) => join(folder, name));
	const count = Number(process.env.BENCH_BUILDS ?? most);
	return { engine, files: names.slice(0, count).map((file) => ({ file, text: readFileSync(file, "utf8") })) };
}

/**
 * A build without the share of its passives that is farthest from its start, and the number of removed points. Nodes
 * that are lost together with a jewel count, too.
 */
export async function cutBack(engine, text, share) {
	const build = await engine.load(text);
	const { info, tree } = build;
	const starts = info.starts ?? info.allocated.filter((id) => /Start$/.test(tree.node(id).type));
	const own = new Set(info.allocated);
	const order = [...starts];
	const seen = new Set(order);
	for (const id of order)
		for (const other of tree.neighbours(id))
			if (own.has(other) && !seen.has(other)) {
				seen.add(other);
				order.push(other);
			}
	const isMain = (id) => tree.node(id).allocatable && tree.node(id).ascendancy === undefined;
	const passives = order.filter((id) => own.has(id) && isMain(id));
	const gone = passives.reverse().slice(0, Math.round(passives.length * share));
	const isPob = info.calculator === "pob";
	const cut = await engine.load(isPob ? await build.toXml({ remove: gone }) : withoutNodes(text, gone));
	const left = new Set(cut.info.allocated);
	const points = { points: 0, weaponSet1: 0, weaponSet2: 0 };
	const pools = ["points", "weaponSet1", "weaponSet2"];
	info.allocated.forEach((id, i) => {
		if (!left.has(id) && isMain(id)) points[pools[info.weaponSets[i]]]++;
	});
	return { build, cut, points };
}

function withoutNodes(text, gone) {
	const json = JSON.parse(text);
	const attributes = Object.entries(json.attributes ?? {}).filter(([id]) => !gone.includes(Number(id)));
	const nodes = json.nodes.filter((id) => !gone.includes(id));
	return JSON.stringify({ ...json, nodes, attributes: Object.fromEntries(attributes) });
}

/** The whole build's nodes as a node set of the build that was cut back. */
export function wholeSet({ info }) {
	const names = ["", "Str", "Dex", "Int"];
	const pairs = (list, of) =>
		Object.fromEntries(info.allocated.map((id, i) => [id, of(list[i])]).filter(([, value]) => value));
	return {
		nodes: info.allocated,
		attributes: pairs(info.attributes, (attribute) => names[attribute]),
		weaponSets: pairs(info.weaponSets, (set) => set),
	};
}
