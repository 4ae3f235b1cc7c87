import { endianness } from "node:os";
import { firstGame, recognizeBuild, unreadable } from "../../builds/build-text.js";
import { childOf, childrenOf, MAX_WORK, nestedTooDeep, scanXml, type XmlElement } from "../../builds/xml.js";
import { digest } from "../../common/digest.js";
import { invalidArgument, PobatchError } from "../../common/errors.js";
import { addon, type Plain } from "../../native/addon.js";
import type { PassiveTree } from "../../tree/passive-tree.js";
import { contentsDigest, luaDigest, manifestDigest } from "../identity.js";
import { embedded, luaFolder } from "../lua-files.js";
import type { CalculatorSource, Certified } from "../source.js";
import { type CertifyAnswer, certifyInBackground } from "./background-certification.js";
import { type Certificate, certificateOf } from "./certificates.js";
import { findPob, installHint, pobSource, pobTree } from "./checkout.js";
import { CompiledFile } from "./compiled-file.js";
import { type Conclusions, KeptAnalysis } from "./kept-analysis.js";
import { type KeptSlice, KeptSlices } from "./kept-slices.js";

/**
 * Path of Building, unmodified, from a checkout.
 *
 * @param folder the checkout; by default the one that {@link findPob} finds
 * @param options the engine's options; they override `defaults`, which do not affect results
 * @throws PobatchError POB_NOT_FOUND, POB_INVALID
 */
export async function pobCalculator(
	folder: string | undefined,
	options: Plain,
	defaults: { rowCache: boolean; verify: number; states: number },
): Promise<CalculatorSource> {
	const found = await findPob(folder);
	if (found === undefined)
		throw new PobatchError("POB_NOT_FOUND", "No Path of Building checkout was found", { hint: installHint });
	const source = await pobSource(found);
	const trees = new Map<string, Promise<PassiveTree | undefined>>();
	const treeOf = (version: string) => {
		let tree = trees.get(version);
		if (!tree) {
			tree = pobTree(source, version);
			trees.set(version, tree);
		}
		return tree;
	};
	const { fast, keepAnalysis, trust, verifyShare } = checkedOptions(options);
	const program = await luaDigest(luaFolder);
	// Given forms add to what is known, so they are part of its identity, as pobatch's own Lua is.
	const { versions } = (options ?? {}) as { versions?: Plain };
	const known = versions === undefined ? program : digest(program, JSON.stringify(versions));
	// With `fast: false`, states run the checkout's own text.
	const compiled = fast && keepAnalysis ? new CompiledFile(source, compiledIdentity(known)) : undefined;
	// The file is large: it is read while other files are examined.
	const reading = compiled?.read();
	const manifest = await manifestDigest(source);
	const kept = fast && trust === "certified" ? await certificateOf(source, { versions }) : undefined;
	const certificate = await kept?.read();
	const analysis = fast ? new KeptAnalysis(known, source, keepAnalysis) : undefined;
	const slices = fast ? new KeptSlices(known, manifest, keepAnalysis) : undefined;
	const ofStates = {
		...defaults,
		...(analysis && { analysis: await analysis.read() }),
		...(slices && { slices: (await slices.read()) as Plain }),
		...(options as object),
		dir: source,
	};
	/** Options of states that use the certified parts; undefined if nothing is certified. */
	const statesOf = (certificate: Certificate | undefined): Certified["states"] => {
		const certified = certificate && !certificate.withdrawn ? certifiedParts(certificate) : [];
		if (certified.length === 0) return undefined;
		const onDifference = (why: string) => {
			kept?.write({ ...(certificate as Certificate), withdrawn: why }).catch(() => {});
			return (
				`The certificate of Path of Building in ${found} is withdrawn: ${why}. ` +
				`Rows go on without ${certified.join(", ")}.`
			);
		};
		return {
			options: { ...ofStates, certified: Object.fromEntries(certified.map((part) => [part, true])) },
			verification: {
				share: verifyShare,
				originals: { ...ofStates, fast: false, rowCache: false },
				doubting: ofStates,
				onDifference,
			},
		};
	};
	const states = statesOf(certificate);
	return {
		...(await embedded("pob/calculator.lua")),
		chunkFolder: source,
		options: states?.options ?? ofStates,
		...(compiled &&
			reading && {
				compiled: { read: () => reading, write: (bytes: Uint8Array) => compiled.write(bytes) },
			}),
		...(states && { verification: states.verification }),
		tree: undefined,
		treeOf,
		identity: async () => digest(program, manifest, JSON.stringify(options)),
		contents: async () => digest(program, await contentsDigest(source), JSON.stringify(options)),
		prepare(text, { spec }) {
			const { kind, text: xml } = recognizeBuild(text);
			if (kind === "json") throw jsonForPob();
			const { root, fault, tooDeep, work } = scanXml(xml);
			if (tooDeep !== undefined) throw nestedTooDeep(tooDeep);
			if (work > MAX_WORK) throw tooMuchWork();
			if (root?.name === "PathOfBuilding") throw firstGame();
			const version = treeVersionOf(root, spec);
			// Read while the states load the build. Whoever needs the tree calls this again, and gets the error.
			if (version !== undefined) treeOf(version).catch(() => {});
			const source = {
				xml,
				...(spec !== undefined && { spec }),
				// Path of Building's own reader decides whether the text is accepted, but it cannot name lines.
				...(fault !== undefined && { fault: `line ${fault.line}: ${fault.reason}` }),
			};
			return { source, warnings: [] };
		},
		...(kept &&
			!certificate &&
			({
				async certify(command, text, { onProgress, warn }) {
					if (!(await canBeCertified(command))) return undefined;
					warn({ code: "POB_NOT_CERTIFIED", text: notCertified(found), where: found });
					const { done, ...running } = certifyInBackground(
						kept.path,
						{ pob: found, builds: [{ name: "the build that was loaded", text }], versions },
						onProgress,
					);
					const read = async (): Promise<Certified> => {
						const answer = await done;
						const states = statesOf(await kept.read());
						return { ...summaryOf(found, answer), ...(states && { states }) };
					};
					return { done: read(), ...running };
				},
			} satisfies Pick<CalculatorSource, "certify">)),
		async loaded(command) {
			// On failure it is found out again next time.
			await command("takeConclusions").then(
				(found) => analysis?.add(found as Conclusions),
				() => {},
			);
		},
		async calculated(command) {
			await command("takeSlices").then(
				(made) => slices?.add(made as unknown as KeptSlice[]),
				() => {},
			);
		},
		explain(error) {
			// Only refusals worded by lua/pob. An error with a position in its code is a defect of pobatch, and is passed on.
			if (!(error instanceof PobatchError) || !/^(?:CALCULATOR_ERROR|BUILD_INVALID)$/.test(error.code))
				return undefined;
			if (!/^Path of Building (?:in|was not found) /.test(error.message)) return undefined;
			return new PobatchError("POB_INVALID", error.message, {
				value: found,
				hint: / LuaJIT inside/.test(error.message) ? luajitHint : installHint,
			});
		},
	};
}

// Bytecode is specific to a LuaJIT, and to the layout of its numbers and pointers.
function compiledIdentity(known: string): string {
	const { platform, arch } = process;
	return digest(known, addon().versions.luajit, platform, arch, endianness());
}

interface PobOptions {
	readonly fast: boolean;
	readonly keepAnalysis: boolean;
	readonly trust: "known" | "certified";
	readonly verifyShare: number;
}

function certifiedParts({ parts }: Pick<Certificate, "parts">): string[] {
	return parts.filter(({ status }) => status === "certified").map(({ part }) => part);
}

async function canBeCertified(command: (name: string) => Promise<Plain>): Promise<boolean> {
	const candidates = (await command("certifiable")) as unknown as readonly { points?: Plain }[];
	return Array.isArray(candidates) && candidates.some(({ points }) => points !== undefined);
}

function notCertified(pob: string): string {
	return (
		`Some of what makes rows fast is off, since this Path of Building is not one that is known. What can be used is found out ` +
		`in the background while the engine is open; \`pobatch pob certify ${pob}\` does it at once`
	);
}

function summaryOf(pob: string, answer: CertifyAnswer): Omit<Certified, "states"> {
	if (!("certificate" in answer)) {
		const why = "failed" in answer ? answer.failed : "it did not end";
		return { certified: [], text: `Path of Building in ${pob} is not certified: ${why}` };
	}
	const { parts, rows, values } = answer.certificate;
	const certified = certifiedParts(answer.certificate);
	const compared = `${rows} rows and ${values} numbers compared`;
	const used = certified.length === 0 ? "nothing more can be used" : `${certified.join(", ")} can be used`;
	const off = parts.filter(({ status }) => status === "off").map(({ part, why }) => `${part} (${why})`);
	const left = off.length === 0 ? "" : `; off: ${off.join(", ")}`;
	return { certified, text: `Path of Building in ${pob} is certified, ${compared}: ${used}${left}` };
}

/** @throws PobatchError INVALID_ARGUMENT */
function checkedOptions(options: Plain): PobOptions {
	if (typeof options !== "object" || options === null) throw invalidArgument("an object", "options", options);
	const {
		fast = true,
		keepAnalysis = true,
		trust = "known",
		verifyShare = 0.01,
	} = options as Record<string, unknown>;
	for (const [name, value] of Object.entries({ fast, keepAnalysis }))
		if (typeof value !== "boolean") throw invalidArgument("a boolean", `options.${name}`, value);
	if (trust !== "known" && trust !== "certified")
		throw invalidArgument('"known" or "certified"', "options.trust", trust);
	if (typeof verifyShare !== "number" || !(verifyShare > 0 && verifyShare <= 1))
		throw invalidArgument("a share above 0, up to 1", "options.verifyShare", verifyShare);
	return { fast: fast as boolean, keepAnalysis: keepAnalysis as boolean, trust, verifyShare };
}

const luajitHint =
	"Update pobatch, or build its addon with a newer LuaJIT: name its source tree by LUAJIT_SOURCE_DIR and run `npx pobatch build-addon`.";

function jsonForPob(): PobatchError {
	return unreadable(
		"it is JSON, which Path of Building does not read",
		'pobatch\'s own JSON is for the reference calculator ("reference", --calculator reference). Other JSON is not read: ' +
			"export the build from Path of Building as XML or as a code.",
	);
}

function tooMuchWork(): PobatchError {
	return unreadable(
		"Path of Building's XML reader would take minutes for it",
		"White space in a row, or an unclosed comment, attribute or tag, is too long: save the build in Path of Building again.",
	);
}

/** The tree version of a Path of Building build; undefined if the build does not say. */
function treeVersionOf(document: XmlElement | undefined, spec: number | undefined): string | undefined {
	const tree = childOf(document, "Tree");
	const wanted = spec ?? Number(tree?.attributes.get("activeSpec") ?? 1);
	return childrenOf(tree, "Spec")[wanted - 1]?.attributes.get("treeVersion");
}
