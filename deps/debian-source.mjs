// Fetches one Debian source package without root and without touching the system: apt gets a private state
// and the machine's own list of package sources, with `Types: deb` turned into `Types: deb-src`.
import { execFileSync } from "node:child_process";
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const SYSTEM_SOURCES = "/etc/apt/sources.list.d";

/** The deb822 stanzas of the machine that name Debian's own archive (they carry Debian's key ring). */
function debianStanzas() {
	if (!existsSync(SYSTEM_SOURCES)) return [];
	return readdirSync(SYSTEM_SOURCES)
		.filter((name) => name.endsWith(".sources"))
		.flatMap((name) => readFileSync(join(SYSTEM_SOURCES, name), "utf8").split(/\n\s*\n/))
		.filter((stanza) => /^Types:/m.test(stanza) && /debian-archive-keyring/.test(stanza));
}

/**
 * Unpacks the source package `name` into the folder `destination`.
 * @param {string} name Debian's source package
 * @param {string} destination folder to make; its parent must be on the same disk as where the package goes
 * @param {string[]} suites suites to ask, in order; "" stands for the machine's own
 * @returns {string} destination
 * @throws {Error} saying per suite why it failed
 */
export function fetchDebianSource(name, destination, suites) {
	const stanzas = debianStanzas();
	if (stanzas.length === 0) throw new Error(`no Debian package sources under ${SYSTEM_SOURCES}`);
	const failures = [];
	for (const suite of suites) {
		const work = mkdtempSync(join(tmpdir(), "pobatch-apt-"));
		try {
			for (const folder of ["lists/partial", "cache/archives/partial", "parts", "unpack"])
				mkdirSync(join(work, folder), { recursive: true });
			const wanted = suite === "" ? stanzas : stanzas.slice(0, 1);
			const text = wanted
				.map((stanza) => stanza.replace(/^Types:.*$/m, "Types: deb-src"))
				.map((stanza) => (suite === "" ? stanza : stanza.replace(/^Suites:.*$/m, `Suites: ${suite}`)))
				.join("\n\n");
			writeFileSync(join(work, "parts", "debian.sources"), `${text}\n`);
			const options = [
				`Dir::State::lists=${join(work, "lists")}`,
				`Dir::Cache=${join(work, "cache")}`,
				"Dir::Etc::sourcelist=/dev/null",
				`Dir::Etc::sourceparts=${join(work, "parts")}`,
				"APT::Sandbox::User=",
			].flatMap((option) => ["-o", option]);
			const run = (args) =>
				execFileSync("apt-get", [...options, "-q", ...args], {
					cwd: join(work, "unpack"),
					stdio: ["ignore", "pipe", "pipe"],
					timeout: 300_000,
				});
			run(["update"]);
			run(["source", "--only-source", name]);
			const tree = readdirSync(join(work, "unpack"), { withFileTypes: true }).find((e) => e.isDirectory());
			if (!tree) throw new Error("apt-get source unpacked no folder");
			const fresh = `${destination}.new`;
			rmSync(fresh, { recursive: true, force: true });
			mkdirSync(dirname(destination), { recursive: true });
			cpSync(join(work, "unpack", tree.name), fresh, { recursive: true });
			rmSync(destination, { recursive: true, force: true });
			renameSync(fresh, destination);
			return destination;
		} catch (error) {
			const detail = error.stderr?.toString().trim().split("\n").at(-1) || error.message;
			failures.push(`${suite || "this system's suite"}: ${detail}`);
		} finally {
			rmSync(work, { recursive: true, force: true });
		}
	}
	throw new Error(failures.join("; "));
}

/**
 * Prints where the source of one dependency is, for CMake: the folder that an environment variable names, else the
 * tree unpacked before, else Debian's source package; exits with 1 and what to do when there is none.
 * @param {{name: string, variable: string, marker: string, unpacked: string, suites: string[], hint: string}} what
 * `marker` is a file that tells such a tree from any other folder
 */
export function printSourceFolder({ name, variable, marker, unpacked, suites, hint }) {
	const isSource = (folder) => existsSync(join(folder, marker));
	const named = process.env[variable];
	try {
		if (named && !isSource(named))
			throw new Error(`${variable} is ${named}, but there is no ${marker} in it`);
		const folder = named
			? resolve(named)
			: isSource(unpacked)
				? unpacked
				: fetchDebianSource(name, unpacked, suites);
		process.stdout.write(folder);
	} catch (error) {
		process.stderr.write(
			`No ${name} source: ${error.message}\nSet ${variable} to ${hint} and build again.\n`,
		);
		process.exit(1);
	}
}
