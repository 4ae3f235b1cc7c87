// One checkout and one build: rows with all fast parts against rows without, in a process of its own. Prints one line
// of JSON, the result of `compare`. Arguments: a checkout, a build, rows, seed, and "certified" if it is to be
// certified first.
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
