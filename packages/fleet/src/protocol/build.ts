import { digest } from "pobatch/operations";
import { Type } from "typebox";
import { Compile } from "typebox/compile";

/** A build as it was given to an engine: a worker reads its text as if its own user had given it. */
const Build = Type.Object(
	{
		text: Type.String({ maxLength: 2 ** 25 }),
		spec: Type.Optional(Type.Integer({ minimum: 1 })),
		timeoutMs: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
	},
	{ additionalProperties: false },
);

export type BuildText = Type.Static<typeof Build>;
const BuildCheck = Compile(Build);

export function buildDigest({ text, spec }: BuildText): string {
	return digest("build", String(spec ?? ""), text);
}

/** Undefined if it is not the build with that digest. */
export function readBuild(json: string, wanted: string): BuildText | undefined {
	try {
		const build: unknown = JSON.parse(json);
		return BuildCheck.Check(build) && buildDigest(build) === wanted ? build : undefined;
	} catch {
		return undefined;
	}
}
