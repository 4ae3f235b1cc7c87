// A row against Path of Building's own what-if loop: the same node sets, alternating round by round.
import { Engine, NodeSets } from "../../../dist/index.js";
import { mean, ratioOfSums, summary } from "../../lib/measure.mjs";
import { Naive } from "./naive.mjs";
import { builds, changes, climbSets, powerSets, rounds, rows } from "./workload.mjs";

const fullDps = ["FullDPS", "FullDotDPS"];
/** Default stats that are known before the offence calculation begins. */
const isDefence = (stat) => /^(TotalEHP|Life|Mana|EnergyShield|Armour|Evasion|\w+Resist)$/.test(stat);
/** Today's method takes so long that only a few rows are measured. */
const realRows = Math.min(20, rows);

export async function rowCost(source) {
	const list = builds();
	const naive = await Naive.start(source);
	const plain = await Engine.open({ calculator: "pob", pob: source, threads: 1, cache: false });
	const pair = await Engine.open({ calculator: "pob", pob: source, threads: 2, cache: true });
	const one = await Engine.open({ calculator: "pob", pob: source, threads: 1, cache: true });
	// For each build, milliseconds of each round.
	const times = new Map(list.map(({ name }) => [name, {}]));
	const withFull = [];
	for (const { name, file, text } of list) {
		const measured = times.get(name);
		const put = (key, ms) => {
			measured[key] ??= [];
			measured[key].push(ms);
		};
		const build = await plain.load(text);
		const without = build.defaultStats.filter((stat) => !fullDps.includes(stat));
		const defences = build.defaultStats.filter(isDefence);
		if (build.calculateSync({}, { stats: ["FullDPS"] }).FullDPS > 0) withFull.push(name);
		const work = {
			changes: changes(build),
			climb: await climbSets(build),
			power: powerSets(build),
		};
		const sets = Object.fromEntries(
			Object.entries(work).map(([key, deltas]) => [key, NodeSets.deltas(deltas)]),
		);
		await naive.load(file);
		// LuaJIT compiles during its first 250 rows or so.
		await naive.sets(work.changes.slice(0, 250));
		await naive.naive();
		await build.calculateBatch(NodeSets.deltas(work.changes.slice(0, 250)));
		for (let round = 0; round < rounds; round++) {
			for (const [key, deltas] of Object.entries(work)) {
				await naive.sets(deltas);
				put(`naive ${key}`, await naive.naive());
			}
			if (round === 0) {
				await naive.sets(work.changes);
				put("real", (await naive.real(realRows)) / realRows);
			}
			put("off", (await batch(build, sets.changes)).elapsedMs);
			put("no full", (await batch(build, sets.changes, without)).elapsedMs);
			put("defences", (await batch(build, sets.changes, defences)).elapsedMs);
			const cached = await loadUnseen(pair, text, round);
			for (const key of Object.keys(work)) put(`two ${key}`, (await batch(cached, sets[key])).elapsedMs);
			await cached.close();
			const alone = await loadUnseen(one, text, round);
			for (const key of ["climb", "power"]) put(`one ${key}`, (await batch(alone, sets[key])).elapsedMs);
			await alone.close();
		}
		await build.close();
	}
	await plain.close();
	await pair.close();
	await one.close();
	const { name } = naive;
	await naive.stop();

	const names = list.map((each) => each.name);
	/** The ratios of each build's rounds taken together, for the median and the worst build. */
	const figure = (key, what, mine, theirs, [target, worst] = [], over = names) => {
		const each = over.map((one) => ratioOfSums(times.get(one)[mine], times.get(one)[theirs]).value);
		const { max, ...rest } = summary(each);
		const common = { unit: "x", better: "lower" };
		return [
			{
				key: `pob-${key}`,
				what: `${what}: median build`,
				...rest,
				...common,
				...(target !== undefined && { target }),
				note: `${what}: ${over.map((one, i) => `${one} ${each[i].toFixed(3)}`).join(", ")}`,
			},
			{
				key: `pob-${key}-worst`,
				what: "worst build",
				value: max,
				low: max,
				high: max,
				...common,
				...(worst !== undefined && { target: worst }),
			},
		];
	};
	const perRow = (kind, count) => summary(names.map((one) => mean(times.get(one)[kind]).value / count));
	const naiveRow = perRow("naive changes", rows);
	// Mean milliseconds per row over all builds, which is consistent with the ratio of the sums.
	const peer = (who, kind, count = rows) => {
		const rowOf = (key, of, round) =>
			names.reduce((sum, one) => sum + times.get(one)[key][round], 0) / of / names.length;
		const mine = times.get(names[0])[kind].map((_, round) => rowOf(kind, count, round));
		const theirs = mine.map((_, round) => rowOf("naive changes", rows, round));
		return {
			peer: {
				table: `Rows of Path of Building, FullDPS included: mean of a row over ${counted(names.length, "build")}`,
				who,
				time: { ...mean(mine), unit: "ms" },
				against: ratioOfSums(mine, theirs),
			},
		};
	};
	const off = figure("off", "1 thread, cache off, default stats", "off", "naive changes", [0.3, 0.5]);
	const two = figure(
		"two",
		"2 threads, cache on, default stats",
		"two changes",
		"naive changes",
		[0.09, 0.2],
	);
	Object.assign(off[0], peer("**pobatch**, 1 thread, cache off", "off"));
	Object.assign(two[0], peer("**pobatch**, 2 threads, cache on", "two changes"));
	const what = "1 thread, cache off, without FullDPS, on builds that have it";
	const figures = [
		...off,
		...(withFull.length > 0 ? figure("no-full", what, "no full", "naive changes", [], withFull) : []),
		...figure("defences", "1 thread, cache off, stats of the defences alone", "defences", "naive changes"),
		...two,
		...figure("climb", "1 thread, cache on, hill-climb neighbours", "one climb", "naive climb"),
		...figure("power", "1 thread, cache on, node power", "one power", "naive power"),
		...figure(
			"two-climb",
			"2 threads, cache on, hill-climb neighbours",
			"two climb",
			"naive climb",
			[0.08, 0.15],
		),
		...figure("two-power", "2 threads, cache on, node power", "two power", "naive power", [0.06, 0.15]),
	];
	return [
		{
			key: "pob-naive-row",
			what: "PoB's what-if loop, a row (median of the builds)",
			...naiveRow,
			unit: "ms",
			better: "lower",
			...peer("Path of Building's what-if loop in a plain LuaJIT", "naive changes"),
			note:
				`Times are against PoB's own getMiscCalculator loop in ${name}, FullDPS included, over ${counted(names.length, "build")}, ` +
				`${rows} rows each, ${counted(rounds, "round")}; PoB's loop ignores attribute choices and radius jewels, pobatch does not.`,
		},
		{
			key: "pob-real-row",
			what: "Today's tools: allocate and BuildOutput, a row",
			...perRow("real", 1),
			unit: "ms",
			better: "lower",
			...peer("today's tools: allocate the nodes, BuildOutput", "real", 1),
		},
		...figures,
	];
}

function counted(count, what) {
	return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/**
 * The same build as a different text, so that the cache has none of its rows. Path of Building's code is loaded again
 * with a build, so LuaJIT has to compile again: with other node sets, and with what the cache sees as other stats (in
 * another order).
 */
async function loadUnseen(engine, text, round) {
	const build = await engine.load(text + "\n".repeat(round + 1));
	const warmUpRows = 250 * engine.threads;
	await batch(build, NodeSets.deltas(changes(build, warmUpRows, 99)), [...build.defaultStats].reverse());
	return build;
}

async function batch(build, sets, stats = build.defaultStats) {
	const result = await build.calculateBatch(sets, { stats });
	if (result.errors.length > 0) throw result.errors[0];
	return result;
}
