// Checks rows of variants: each change is made in Path of Building itself, with its window's controls, then the node
// set is clicked together, and what the window shows is compared bit by bit.
import { Engine, NodeSets } from "../../../dist/index.js";
import { seededRandom } from "../../lib/workload.mjs";
import { Naive } from "../pob/naive.mjs";
import { builds, clickedSets } from "../pob/workload.mjs";
import { variantChanges, wardrobe } from "./kinds.mjs";

const count = Number(process.env.BENCH_VARIANTS ?? 100);
const setsEach = 3;

export async function truth(source) {
	const list = builds();
	const clothes = wardrobe(list);
	const engine = await Engine.open({ calculator: "pob", pob: source, threads: 2, cache: true });
	const counts = { builds: 0, variants: 0, refused: 0, rows: 0, clicked: 0, values: 0, differing: 0 };
	const notes = [];
	for (const { file, text } of list) {
		let build;
		try {
			build = await engine.load(text);
		} catch (error) {
			if (/unknown tree version/.test(error.message)) continue;
			throw error;
		}
		const name = file.split("/").at(-1);
		// New processes for each build: forks of a large process are slow.
		const naives = await Promise.all([Naive.start(source), Naive.start(source)]);
		const found = await compare(naives, build, file, text, clothes);
		await Promise.all(naives.map((naive) => naive.stop()));
		for (const key of Object.keys(found.counts)) counts[key] += found.counts[key];
		counts.builds++;
		notes.push(...found.notes.map((note) => `${name}: ${note}`));
		if (process.env.BENCH_VERBOSE)
			console.log(name, JSON.stringify(found.counts), found.notes.slice(0, 12).join("\n  "));
		await build.close();
	}
	await engine.close();
	const single = (value) => ({ value, low: value, high: value });
	return [
		{
			key: "variants-truth",
			what: `Values of variants that differ from Path of Building's window, of ${counts.values.toLocaleString("en")}`,
			...single(counts.differing),
			unit: "",
			better: "lower",
			target: 0,
			note: [
				`${counts.builds} builds, ${counts.variants} variants (${counts.refused} others refused), ${counts.clicked} of ${counts.rows} rows can be clicked together;`,
				"all stats but those that Path of Building leaves to chance; variants in any order, 2 threads, caches; then the build itself.",
				...notes.slice(0, 10),
			].join(" "),
		},
	];
}

async function compare(naives, build, file, text, clothes) {
	const notes = [];
	const counts = { variants: 0, refused: 0, rows: 0, clicked: 0, values: 0, differing: 0 };
	const chance = new Set(build.unstableStats);
	const stats = build.stats().filter((stat) => !chance.has(stat));
	const before = await build.calculate({}, { stats });
	const gems = await build.command("gems");
	const wanted = variantChanges(build, text, clothes, gems, await build.configOptions(), count);
	const tried = wanted.map(({ kind, change }) => ({ kind, change, variant: build.variant(change) }));
	const checks = await build.checkVariants(tried.map(({ variant }) => variant));
	const taken = tried
		.map((one, i) => ({ ...one, ...checks[i] }))
		.filter(({ refused }) => refused === undefined);
	counts.variants = taken.length;
	counts.refused = tried.length - taken.length;
	const sets = [{ add: [], remove: [] }, ...clickedSets(build, setsEach - 1)];
	const random = seededRandom(7);
	const rows = taken
		.flatMap(({ kind, variant, unstableStats }, i) =>
			sets.map((set) => ({ kind, variant, unstableStats, set, place: i + 1 })),
		)
		.map((row) => ({ row, order: random() }))
		.sort((a, b) => a.order - b.order)
		.map(({ row }) => row);
	const half = Math.ceil(rows.length / naives.length);
	const halves = await Promise.all(
		naives.map(async (naive, i) => {
			await naive.load(file);
			await naive.variants(taken.map(({ variant }) => variant.normal));
			await naive.sets(
				rows.slice(i * half, (i + 1) * half).map(({ set, place }) => ({ ...set, variant: place })),
			);
			return naive.truth();
		}),
	);
	const shown = halves.flat();
	if (shown.length !== rows.length) throw new Error(`${file}: a process that clicks sets ended early`);
	const reasons = new Map();
	for (const { why } of shown) if (why) reasons.set(why, (reasons.get(why) ?? 0) + 1);
	for (const [why, times] of reasons)
		if (!/no click|other nodes/.test(why)) notes.push(`window (${times}): ${why.slice(0, 200)}`);
	counts.rows = rows.length;
	const clicked = rows.flatMap((row, i) => (shown[i].bits ? [{ ...row, bits: shown[i].bits }] : []));
	counts.clicked = clicked.length;
	const wrongKinds = new Map();
	const judge = (row, values, asked, message) => {
		const compared = asked.filter((stat) => !row.unstableStats.includes(stat));
		const wrong = message
			? compared
			: compared.filter((stat) => bitsOf(values[stat]) !== (row.bits.get(stat) ?? bitsOf(0)));
		counts.values += compared.length;
		counts.differing += wrong.length;
		if (wrong.length > 0) {
			const key = `${row.kind} ${JSON.stringify(row.variant.change).slice(0, 160)}`;
			if (!wrongKinds.has(key))
				wrongKinds.set(
					key,
					message ??
						`${wrong.length}: ${wrong.slice(0, 4).join(", ")} (${values[wrong[0]]}, not ${numberOf(row.bits.get(wrong[0]) ?? bitsOf(0))}) set ${JSON.stringify(row.set)}`,
				);
		}
	};
	for (const compared of [build.defaultStats.filter((stat) => !chance.has(stat)), stats]) {
		const result = await build.calculateBatch(NodeSets.deltas(clicked.map(({ set }) => set)), {
			stats: compared,
			variants: clicked.map(({ variant }) => variant),
		});
		const failed = new Map(result.errors.map((error) => [error.row, error.message]));
		for (const [i, row] of clicked.entries()) judge(row, result.row(i), compared, failed.get(i));
	}
	for (const [key, what] of wrongKinds) notes.push(`${key} -> ${what}`);
	// Once in the state that has already calculated variants, and once in a new one.
	const after = await build.calculate({}, { stats });
	const own = stats.filter((stat) => bitsOf(before[stat]) !== bitsOf(after[stat]));
	counts.values += stats.length;
	counts.differing += own.length;
	if (own.length > 0) notes.push(`the build itself changed: ${own.slice(0, 5).join(", ")}`);
	return { counts, notes };
}

const view = new DataView(new ArrayBuffer(8));

/** The numbers as the other side writes them; Path of Building's 0 and -0 look alike. */
function bitsOf(value) {
	view.setFloat64(0, value === 0 ? 0 : value);
	return view.getBigUint64(0).toString(16).padStart(16, "0");
}

function numberOf(bits) {
	view.setBigUint64(0, BigInt(`0x${bits}`));
	return view.getFloat64(0);
}
