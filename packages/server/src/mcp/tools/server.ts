import { encodePobCode, versions } from "pobatch";
import { Type } from "typebox";
import { needPob } from "../../operations/stats.js";
import { operations } from "../../operations/table.js";
import { changeOf, changeProperties } from "../changes.js";
import { forgiven } from "../forgiving.js";
import { tool } from "../tool.js";
import { buildArgument } from "./build.js";

export const exportBuild = tool({
	name: "export",
	title: "Export a build",
	description:
		"The build, or the build with a change of its tree, as the code that Path of Building imports, or as XML. Long: ask " +
		"for it when a person wants to import it.",
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
			jobs: [...operations.values()].map(({ name, summary }) => ({ operation: name, summary })),
			files: session.canReadFiles,
			limits,
			notes: [
				"Only the passive tree can be changed so far: items, gems and configuration are those of the build.",
				"Nothing that is asked changes a build: each answer starts from the build as it was loaded.",
			],
		};
	},
});

export const jobStart = tool({
	name: "job_start",
	title: "Start long work as a job",
	description:
		"Starts an operation on a build and answers at once with the job's id: for work that takes longer than a call may. " +
		'capabilities lists the operations; input is what the operation takes, e.g. {"stats":["Life"],"depth":10} for power.',
	readOnly: false,
	input: Type.Object({
		operation: Type.String({ description: "power, for instance" }),
		build: buildArgument,
		input: Type.Optional(Type.Object({}, { description: "What the operation takes" })),
	}),
	run: (session, { operation: name, build: id, input = {} }) =>
		session.withBuild(id, async (_, { known }) => {
			const operation = session.service.operation(name);
			return {
				job: await session.service.jobs.start({
					operation: name,
					build: known,
					input: forgiven(operation.input, input),
					client: session.client,
				}),
			};
		}),
});

const jobArgument = Type.String({ description: "Id that job_start answered" });

export const jobStatus = tool({
	name: "job_status",
	title: "How far a job is",
	description: "Status and progress of a job that job_start began, and why it failed if it did.",
	input: Type.Object({ job: jobArgument }),
	run: async (session, { job }) => ({ job: session.service.jobs.get(job) }),
});

export const jobResult = tool({
	name: "job_result",
	title: "Result of a job",
	description: "What the job's operation answered, once it is done; brief unless `full`.",
	input: Type.Object({
		job: jobArgument,
		full: Type.Optional(Type.Boolean({ description: "All of it, however long" })),
	}),
	isLong: ({ full = false }) => full,
	run: async (session, { job }) => {
		const result = session.service.jobs.result(job);
		return typeof result === "object" && result !== null ? { ...result } : { result };
	},
});

export const jobCancel = tool({
	name: "job_cancel",
	title: "Cancel a job",
	description: "Ends a job that has not ended; what it did so far is lost.",
	readOnly: false,
	input: Type.Object({ job: jobArgument }),
	run: async (session, { job }) => ({ job: await session.service.jobs.cancel(job) }),
});
