import { readFileSync } from "node:fs";
import { loopSource, sandboxSource } from "../../dist/calculators/lua-files.js";
import { referenceCalculator } from "../../dist/calculators/reference.js";
import { PassiveTree } from "../../dist/index.js";
import { addon } from "../../dist/native/addon.js";

// Bit of a word; see binding/batch/node_set.hpp.
const removeBit = 1 << 20;

const small = {
	source: readFileSync(new URL("../calculators/few-allocations.lua", import.meta.url), "utf8"),
	chunkName: "@few-allocations.lua",
	packagePath: "",
	options: {},
	failAfterOpen: false,
	rollback: false,
};

/**
 * Makes each of a state's first allocations fail in turn: those of a small calculator from the state's start, those of
 * the reference calculator once it is open. A call may fail; afterwards every row has the right bits.
 */
export async function refuseAllocations(report, text, times) {
	await refuseEach(report, "allocations refused: from the start", small, "7", times);
	await refuseEach(report, "allocations refused: with rollback", { ...small, rollback: true }, "7", times);
	const { source, chunkName, packagePath, options, rollback, prepare } = await referenceCalculator(
		await PassiveTree.embedded(),
	);
	const config = { source, chunkName, packagePath, options, rollback, failAfterOpen: true };
	// Opening it takes 40 ms, so only every tenth allocation is tried in the same time.
	await refuseEach(report, "allocations refused: reference", config, prepare(text, {}).source, times, 10);
}

async function refuseEach(report, name, calculator, source, times, step = 1) {
	const part = report.part(name);
	const right = await evaluate(part, { ...calculator }, source, 0);
	for (let n = 1; n <= times; n += step) {
		part.faults++;
		const values = await evaluate(part, { ...calculator, failAllocation: n }, source, n);
		// Undefined: the engine's start failed, with an error.
		values?.forEach((value, i) => {
			if (!Object.is(value, right[i])) part.wrong++;
		});
	}
}

/** Opens, loads and calculates until all rows are answered. @returns the values, or undefined if opening failed */
async function evaluate(part, config, source, n) {
	const { AllocatedNodes, Engine } = addon();
	// Only in the sandbox can everything be undone.
	const sandbox = config.rollback ? await sandboxSource() : "";
	const native = new Engine(
		{ ...config, threads: 1, loopSource: await loopSource(), sandboxSource: sandbox, memoryLimit: 0 },
		() => {},
	);
	try {
		const opened = await attempt(() => native.open());
		if (!opened) return undefined;
		const loaded = (await attempt(() => native.load(1, source))) ?? (await native.load(1, source));
		const base = new AllocatedNodes(null, Uint32Array.from(loaded.info.allocated));
		const stats = loaded.stats.slice(0, 3);
		// Rows that change nothing, remove one node, and remove two.
		const words = Uint32Array.from(loaded.info.allocated.slice(0, 3), (id) => removeBit | id);
		const offsets = Uint32Array.of(0, 0, 1, 3);
		const calculate = () =>
			native.batch(1, base, "delta", words, offsets, stats, undefined, undefined, undefined).promise;
		const results = [];
		do {
			results.push(await calculate());
			part.rows += 3;
		} while (results.length < 2 || (results.at(-1).errorRows.length > 0 && results.length < 4));
		const last = results.at(-1);
		part.lost += last.errorRows.length;
		for (const { status, results: values } of results) {
			status.forEach((state, row) => {
				if (state === 0) part.lost++;
				for (let i = 0; state === 1 && i < stats.length; i++) {
					const at = row * stats.length + i;
					if (!Object.is(values[at], last.results[at])) part.wrong++;
				}
			});
		}
		return last.results;
	} catch (error) {
		throw new Error(`allocation ${n}: ${error.message}`, { cause: error });
	} finally {
		native.close();
	}
}

/** Undefined if the failed allocation made the call fail. */
async function attempt(call) {
	try {
		return await call();
	} catch (error) {
		if (typeof error.code !== "string") throw error;
		return undefined;
	}
}
