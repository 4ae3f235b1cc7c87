import { PobatchError, type PobatchErrorCode } from "pobatch";
import { oneLine } from "pobatch/operations";

/** Errors of a server, in addition to the library's; the codes are equally stable. */
export type ServerErrorCode =
	/** No token, or a wrong one. */
	| "UNAUTHORIZED"
	/** The Host or Origin header names another site, or what is asked for is not allowed here. */
	| "FORBIDDEN"
	/** There is nothing at this address. */
	| "NOT_FOUND"
	/** No build of this id was loaded, or it was forgotten since. */
	| "BUILD_UNKNOWN"
	/** No job of this id was started, or it was forgotten since. */
	| "JOB_UNKNOWN"
	/** The result of a job was asked for before the job ended. */
	| "JOB_NOT_DONE"
	/** A body, or the count of its rows, is larger than the server allows. */
	| "TOO_LARGE"
	/** A client asked for more at once, or more often, than the server allows; `use` says how much that is. */
	| "LIMIT_EXCEEDED"
	/** A link leads to a host that the server was not told to open, or into the local network. */
	| "LINK_REFUSED"
	/** What is behind a link could not be had. */
	| "LINK_FAILED"
	/** The server is being stopped; the work was not finished. */
	| "SHUTTING_DOWN";

const statuses: Readonly<Record<ServerErrorCode, number>> = {
	UNAUTHORIZED: 401,
	FORBIDDEN: 403,
	NOT_FOUND: 404,
	BUILD_UNKNOWN: 404,
	JOB_UNKNOWN: 404,
	JOB_NOT_DONE: 409,
	TOO_LARGE: 413,
	LIMIT_EXCEEDED: 429,
	LINK_REFUSED: 403,
	LINK_FAILED: 502,
	SHUTTING_DOWN: 503,
};

/** The library's codes that are not caused by the request. */
const libraryStatuses: Readonly<Partial<Record<PobatchErrorCode, number>>> = {
	ABORTED: 499,
	TIMEOUT: 504,
	MEMORY: 503,
	ENGINE_CLOSED: 503,
	CRASH: 500,
	LUA_ERROR: 500,
	QUEUE_UNAVAILABLE: 503,
	NO_WORKER: 503,
	FILE_NOT_WRITABLE: 500,
	PACKAGE_NOT_FOUND: 500,
	BAD_RESULT: 500,
	ADDON_NOT_FOUND: 500,
	POB_NOT_FOUND: 500,
	POB_INVALID: 500,
	CALCULATOR_INVALID: 500,
	CALCULATOR_SYNTAX: 500,
	CACHE_MISMATCH: 500,
};

/** A limit, how much of it a client has used, and when some of it is free again, where that is known. */
export interface LimitUse {
	readonly limit: number;
	readonly used: number;
	readonly retryAfterSeconds?: number;
}

/** An error that only a server has. */
export class ServerError extends Error {
	override readonly name = "ServerError";
	readonly code: ServerErrorCode;
	/** The offending value. */
	readonly value: unknown;
	/** What to do about it. */
	readonly hint: string | undefined;
	/** Of LIMIT_EXCEEDED. */
	readonly use: LimitUse | undefined;

	constructor(
		code: ServerErrorCode,
		message: string,
		details: { value?: unknown; hint?: string; use?: LimitUse } = {},
	) {
		super(oneLine(message));
		this.code = code;
		this.value = details.value;
		this.hint = details.hint;
		this.use = details.use;
	}
}

/** An error as all interfaces report it. Tracebacks stay in the log, since they name files of this machine. */
export interface Problem {
	code: string;
	message: string;
	hint?: string;
	/** Of LIMIT_EXCEEDED: what is allowed, what is used, when some of it is free again. */
	limit?: number;
	used?: number;
	retryAfterSeconds?: number;
}

export interface Answered {
	/** Of HTTP. */
	status: number;
	problem: Problem;
	/** Whether it is unforeseen: then only the log says what it was. */
	unexpected: boolean;
}

/** What is told of an error. */
export function problemOf(error: unknown): Answered {
	if (error instanceof ServerError) {
		const { status, problem, unexpected } = answered(statuses[error.code], error);
		return { status, problem: { ...problem, ...error.use }, unexpected };
	}
	if (error instanceof PobatchError) return answered(libraryStatuses[error.code] ?? 400, error);
	const problem = { code: "INTERNAL", message: "The server failed; its log says how." };
	return { status: 500, problem, unexpected: true };
}

function answered(
	status: number,
	{ code, message, hint }: { code: string; message: string; hint?: string | undefined },
): Answered {
	return {
		status,
		problem: { code, message, ...(hint !== undefined && { hint: oneLine(hint) }) },
		unexpected: false,
	};
}
