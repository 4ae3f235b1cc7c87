// One checkout and one build: rows with all that makes them fast against rows without, in a process of its own. Prints one line
// of JSON, what `compare` answers. Arguments: a checkout, a build, rows, seed, and "certified" where it is certified first.
import { compare } from "./comparison.mjs";

const [pob, file, rows, seed, trust] = process.argv.slice(2);
const found = await compare({
	pob,
	builds: [file],
	rows: Number(rows),
	seed: Number(seed),
	certify: trust === "certified",
});
console.log(JSON.stringify(found));
