import { encodePobCode } from "pobatch";
import { Type } from "typebox";
import { operation, readSet } from "./operation.js";
import { NodeSet } from "./schemas.js";
import { needPob } from "./stats.js";

export const exportOperation = operation({
	name: "export",
	summary:
		"The build, with a node set written into it, as Path of Building's XML and as the code that it imports",
	input: Type.Object({ set: Type.Optional(NodeSet) }, { additionalProperties: false }),
	answer: Type.Object({ code: Type.String(), xml: Type.String() }),
	async run(build, { set: given }) {
		needPob(build, "write a build");
		const xml = await build.toXml(readSet(given));
		return { xml, code: encodePobCode(xml) };
	},
});
