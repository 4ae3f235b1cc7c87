// Fetches one Debian source package without root and without touching the system: apt gets a private state
// and the machine's own list of package sources, with `Types: deb` turned into `Types: deb-src`.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
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
 * @typedef {object} Pin
 * @property {string} version Debian's version of the source package
 * @property {Record<string, string>} files SHA-256 by name of each file that is unpacked: the upstream tarball, and Debian's
 * patches where they are to be applied
 */

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** Runs apt's tools on a private state below `work` that knows the source packages of one suite ("": the machine's own). */
function aptFor(work, suite, stanzas) {
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
	return (program, args) =>
		execFileSync(program, [...options, "-q", ...args], {
			cwd: join(work, "unpack"),
			stdio: ["ignore", "pipe", "pipe"],
			timeout: 300_000,
			encoding: "utf8",
		});
}

/** The folder that the one source package in `work`/unpack unpacks to; its files must be those of the pin, where there is one. */
function unpack(apt, work, name, pin) {
	const folder = join(work, "unpack");
	if (pin === undefined) {
		apt("apt-get", ["source", "--only-source", name]);
	} else {
		const patched = Object.keys(pin.files).length > 1;
		const what = `${name}=${pin.version}`;
		apt("apt-get", ["source", "--only-source", "--download-only", ...(patched ? [] : ["--tar-only"]), what]);
		for (const [file, expected] of Object.entries(pin.files)) {
			const found = sha256(readFileSync(join(folder, file)));
			if (found !== expected)
				throw new Error(`${file} was refused: its SHA-256 is ${found}, pinned is ${expected}`);
		}
		const run = (program, args) =>
			execFileSync(program, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
		if (patched)
			run("dpkg-source", ["--no-check", "-x", readdirSync(folder).find((file) => file.endsWith(".dsc"))]);
		else run("tar", ["xf", Object.keys(pin.files)[0]]);
	}
	const tree = readdirSync(folder, { withFileTypes: true }).find((entry) => entry.isDirectory());
	if (!tree) throw new Error("the source package unpacked no folder");
	return join(folder, tree.name);
}

/**
 * Unpacks the source package `name` into the folder `destination`.
 * @param {string} name Debian's source package
 * @param {string} destination folder to make
 * @param {string[]} suites suites to ask, in order; "" stands for the machine's own
 * @param {Pin[]} [pins] the only versions that are taken, the best one first; without it, whatever a suite has
 * @returns {{ suite: string, pin?: Pin }} what was taken, and from where
 * @throws {Error} saying per suite why it failed
 */
export function fetchDebianSource(name, destination, suites, pins) {
	const stanzas = debianStanzas();
	if (stanzas.length === 0) throw new Error(`no Debian package sources under ${SYSTEM_SOURCES}`);
	const failures = [];
	const failed = (suite, error) => {
		const detail = error.stderr?.toString().trim().split("\n").at(-1) || error.message;
		failures.push(`${suite || "this system's suite"}: ${detail}`);
	};
	for (const suite of suites) {
		const work = mkdtempSync(join(tmpdir(), "pobatch-apt-"));
		try {
			const apt = aptFor(work, suite, stanzas);
			apt("apt-get", ["update"]);
			const offered =
				pins && [...apt("apt-cache", ["showsrc", name]).matchAll(/^Version: (.*)$/gm)].map(([, v]) => v);
			const candidates = pins ? pins.filter(({ version }) => offered.includes(version)) : [undefined];
			if (candidates.length === 0)
				throw new Error(`has ${offered.join(", ") || "no version"}, none of which is pinned`);
			for (const pin of candidates) {
				try {
					const tree = unpack(apt, work, name, pin);
					const fresh = `${destination}.new`;
					rmSync(fresh, { recursive: true, force: true });
					mkdirSync(dirname(destination), { recursive: true });
					cpSync(tree, fresh, { recursive: true });
					rmSync(destination, { recursive: true, force: true });
					renameSync(fresh, destination);
					return { suite, pin };
				} catch (error) {
					failed(suite, error);
				}
			}
		} catch (error) {
			failed(suite, error);
		} finally {
			rmSync(work, { recursive: true, force: true });
		}
	}
	throw new Error(failures.join("; "));
}

// Beside an unpacked tree: which pin it is, and by which list of pins it was chosen.
const STAMP = ".pobatch-source.json";

function stampOf(folder) {
	try {
		return JSON.parse(readFileSync(join(folder, STAMP), "utf8"));
	} catch {
		return undefined;
	}
}

/**
 * Prints where the source of one dependency is, for CMake: the folder that an environment variable names, else the
 * tree unpacked before, else Debian's source package; exits with 1 and what to do when there is none. What was taken
 * is said on standard error.
 * @param {{name: string, variable: string, marker: string, unpacked: string, suites: string[], pins?: Pin[], hint: string}} what
 * `marker` is a file that tells such a tree from any other folder
 */
export function printSourceFolder({ name, variable, marker, unpacked, suites, pins, hint }) {
	const isSource = (folder) => existsSync(join(folder, marker));
	const say = (text) => process.stderr.write(`${name} source: ${text}\n`);
	const named = process.env[variable];
	const list = sha256(JSON.stringify(pins ?? null));
	try {
		if (named) {
			if (!isSource(named)) throw new Error(`${variable} is ${named}, but there is no ${marker} in it`);
			say(`${resolve(named)}, as ${variable} says`);
			process.stdout.write(resolve(named));
			return;
		}
		const stamp = isSource(unpacked) ? stampOf(unpacked) : undefined;
		if (stamp?.list !== list) {
			try {
				const { suite, pin } = fetchDebianSource(name, unpacked, suites, pins);
				writeFileSync(join(unpacked, STAMP), JSON.stringify({ list, version: pin?.version }));
				say(`${pin?.version ?? "Debian's"} of ${suite || "this system's suite"}`);
			} catch (error) {
				// Without a network an older pinned tree will do.
				if (!stamp || !pins?.some(({ version }) => version === stamp.version)) throw error;
				say(`${stamp.version}, unpacked before (no newer one: ${error.message})`);
			}
		}
		process.stdout.write(unpacked);
	} catch (error) {
		process.stderr.write(
			`No ${name} source: ${error.message}\nSet ${variable} to ${hint} and build again.\n`,
		);
		process.exit(1);
	}
}
