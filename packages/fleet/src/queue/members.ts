import type { Redis } from "ioredis";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { keys } from "./names.js";

/** After how many seconds without a sign of life a member counts as gone. */
const presenceSeconds = 12;
/** How often a member announces its presence, in milliseconds. */
export const presenceMs = 3000;

const Kind = Type.Object({
	pobatch: Type.String({ maxLength: 100 }),
	calculator: Type.String({ maxLength: 200 }),
	contents: Type.String({ maxLength: 100 }),
	luajit: Type.String({ maxLength: 100 }),
	platform: Type.String({ maxLength: 100 }),
	arithmetic: Type.String({ maxLength: 100 }),
});

const Common = {
	id: Type.String({ maxLength: 100 }),
	/** A SHA-256; see `kindDigest`. */
	kind: Type.String({ maxLength: 64 }),
	parts: Kind,
	host: Type.String({ maxLength: 300 }),
	pid: Type.Integer(),
};

const Worker = Type.Object({
	...Common,
	role: Type.Literal("worker"),
	threads: Type.Integer({ minimum: 1 }),
	/** Average over the last seconds. */
	rowsPerSecond: Type.Number({ minimum: 0 }),
});

const Engine = Type.Object({
	...Common,
	role: Type.Literal("engine"),
	/** Unanswered rows of its batches, and how long one worker would take for them. */
	rowsLeft: Type.Integer({ minimum: 0 }),
	secondsLeft: Type.Number({ minimum: 0 }),
});

const Member = Compile(Type.Union([Worker, Engine]));

export type WorkerMember = Type.Static<typeof Worker>;
export type EngineMember = Type.Static<typeof Engine>;

/** The members of a queue. Malformed entries of others are left out. */
export interface Members {
	readonly workers: readonly WorkerMember[];
	readonly engines: readonly EngineMember[];
}

export async function sayPresent(redis: Redis, member: WorkerMember | EngineMember): Promise<void> {
	await redis
		.multi()
		.set(keys.member(member.id), JSON.stringify(member), "EX", presenceSeconds)
		.sadd(keys.members, member.id)
		.exec();
}

export async function sayGone(redis: Redis, id: string): Promise<void> {
	await redis.multi().del(keys.member(id)).srem(keys.members, id).exec();
}

export async function listMembers(redis: Redis): Promise<Members> {
	const ids = await redis.smembers(keys.members);
	const texts = ids.length > 0 ? await redis.mget(ids.map(keys.member)) : [];
	const gone = ids.filter((_, i) => texts[i] === null);
	if (gone.length > 0) await redis.srem(keys.members, ...gone);
	const found = texts.flatMap((text) => read(text) ?? []);
	return {
		workers: found.filter((member) => member.role === "worker"),
		engines: found.filter((member) => member.role === "engine"),
	};
}

function read(text: string | null): WorkerMember | EngineMember | undefined {
	try {
		const found: unknown = JSON.parse(text ?? "null");
		return Member.Check(found) ? found : undefined;
	} catch {
		return undefined;
	}
}
