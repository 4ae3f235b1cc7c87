import { keepSlices } from "../calculators/pob/kept-slices.js";
import { Engine } from "../engine/engine.js";
import { corpusBuilds } from "./certify/corpus.js";

/**
 * Makes the first batch of a checkout as fast as later ones: what pobatch finds out about its modules, and the slices
 * for the default stats, are stored in the user's cache folder. Takes a few seconds.
 *
 * @param folder the checkout; by default as for `Engine.open`
 * @throws PobatchError like `Engine.open`
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
		// If this release does not accept the build, preparing works without it.
		const build = await engine.load(text).catch(() => undefined);
		if (!build) continue;
		const stats = [...build.defaultStats];
		if (!prepared.has(stats.join())) await build.command("makeSlice", { stats });
		prepared.add(stats.join());
		await build.close();
	}
	await keepSlices(folder, await engine.command("takeSlices"));
}
