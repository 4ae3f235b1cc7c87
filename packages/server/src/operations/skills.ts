import { skillGroups } from "pobatch/operations";
import { Type } from "typebox";
import { needPob } from "./full-dps.js";
import { operation } from "./operation.js";

export const skillsOperation = operation({
	name: "skills",
	summary: "Skill groups with their gems, by the numbers that changes of gems and fullDps name",
	input: Type.Object({}, { additionalProperties: false }),
	answer: Type.Object({
		groups: Type.Array(
			Type.Object(
				{
					group: Type.Integer({ description: "From 1" }),
					label: Type.String(),
					enabled: Type.Boolean(),
					includeInFullDps: Type.Boolean(),
					main: Type.Boolean({ description: "It is the main skill's" }),
					granted: Type.Boolean({ description: "By an item or the tree: its gems cannot be changed" }),
					gems: Type.Array(
						Type.Object(
							{
								name: Type.String(),
								support: Type.Boolean(),
								level: Type.Integer(),
								quality: Type.Integer(),
								enabled: Type.Boolean(),
							},
							{ additionalProperties: true },
						),
					),
					skills: Type.Array(Type.String()),
				},
				{ additionalProperties: true },
			),
		),
	}),
	async run(build) {
		needPob(build, "list skill groups");
		return { groups: await skillGroups(build) } as never;
	},
});
