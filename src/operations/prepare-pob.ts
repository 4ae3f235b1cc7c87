import { keepSlices } from "../calculators/pob/kept-slices.js";
import { Engine } from "../engine/engine.js";
import { corpusBuilds } from "./certify/corpus.js";

/**
 * Lets the first batch of a checkout be as fast as later ones: what pobatch finds out of its modules, and what slices for the
 * default stats are made of, is kept in the user's cache folder. Takes some seconds.
 *
 * @param folder the checkout; as of `Engine.open` if not given
 * @throws what `Engine.open` does
 */
export async function preparePob(folder?: string): Promise<void> {
	await using engine = await Engine.open({
		calculator: "pob",
		...(folder !== undefined && { pob: folder }),
		threads: 1,
		cache: false,
	});
	const prepared = new Set<string>();
	for (const { text } of await corpusBuilds()) {
		// A build that this release does not know is not needed here.
		const build = await engine.load(text).catch(() => undefined);
		if (!build) continue;
		const stats = [...build.defaultStats];
		if (!prepared.has(stats.join())) await build.command("makeSlice", { stats });
		prepared.add(stats.join());
		await build.close();
	}
	await keepSlices(folder, await engine.command("takeSlices"));
}
