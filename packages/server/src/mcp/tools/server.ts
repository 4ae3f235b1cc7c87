import { encodePobCode, versions } from "pobatch";
import { Type } from "typebox";
import { needPob } from "../../operations/full-dps.js";
import { operations } from "../../operations/table.js";
import { changeOf, changeProperties } from "../changes.js";
import { tool } from "../tool.js";
import { buildArgument } from "./build.js";

export const exportBuild = tool({
	name: "export",
	title: "Export a build",
	description:
		"The build, or the build with a change of its tree, as the code that Path of Building imports, or as XML; what_if " +
		"with code writes other changes, too. Long: ask for it when a person wants to import it.",
	input: Type.Object({
		build: buildArgument,
		...changeProperties,
		format: Type.Optional(Type.Enum(["code", "xml"], { description: "code if not given" })),
	}),
	isLong: () => true,
	run: (session, { build: id, format = "code", ...asked }) =>
		session.withBuild(id, async (build) => {
			needPob(build, "write a build");
			if (asked.add === undefined && asked.remove === undefined) {
				const xml = await build.toXml();
				return format === "xml" ? { xml } : { code: encodePobCode(xml) };
			}
			const { set, ...change } = changeOf(build, asked);
			const xml = await build.toXml(set);
			return { ...change, ...(format === "xml" ? { xml } : { code: encodePobCode(xml) }) };
		}),
});

export const capabilities = tool({
	name: "capabilities",
	title: "What this server can do",
	description:
		"Calculators by name, versions, operations that run as jobs, limits, and what is not possible here.",
	input: Type.Object({}),
	async run(session) {
		const { calculators, limits } = session.service;
		const opened = calculators.opened();
		return {
			versions: versions(),
			calculators: calculators.names.map((name) => {
				const engine = opened.get(name);
				return {
					name,
					isDefault: name === calculators.defaultName,
					...(engine && { answeredBy: engine.calculator.name, threads: engine.threads }),
				};
			}),
			overHttp: [...operations.keys()],
			files: session.canReadFiles,
			limits,
			notes: [
				"export writes changes of the tree; what_if with code those of items, gems, configuration and level, too.",
				"Nothing that is asked changes a build: each answer starts from the build as it was loaded.",
			],
		};
	},
});
