import { encodePobCode, type VariantChange } from "pobatch";
import { Type } from "typebox";
import { needPob } from "./full-dps.js";
import { operation, readSet } from "./operation.js";
import { NodeSet } from "./schemas.js";
import { Change } from "./stats.js";

export const exportOperation = operation({
	name: "export",
	summary:
		"The build, with a node set and a change of items, gems and the like written into it, as Path of Building's XML and " +
		"as the code that it imports",
	input: Type.Object({ set: Type.Optional(NodeSet), change: Change }, { additionalProperties: false }),
	answer: Type.Object({ code: Type.String(), xml: Type.String() }),
	async run(build, { set: given, change }) {
		needPob(build, "write a build");
		const variant = change && build.variant(change as VariantChange);
		const xml = await build.toXml(readSet(given), { variant });
		return { xml, code: encodePobCode(xml) };
	},
});
