import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ServerError } from "../service/errors.js";

export interface SecurityOptions {
	/** The address that the server listens at. */
	readonly host: string;
	/** Requests need this token; undefined: no token is needed, only allowed on the loopback address. */
	readonly token?: string | undefined;
	/** Further names by which the server may be addressed, lower case. */
	readonly names?: readonly string[];
}

const loopbackNames = ["localhost", "127.0.0.1", "::1"];
/** What a monitor asks for, and the page, which asks for the token itself. Nothing of a build is in it. */
const isPublic = (path: string) =>
	path === "/health" || path === "/ready" || path === "/" || path.startsWith("/page/");

export function isLoopback(host: string): boolean {
	return loopbackNames.includes(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Restricts who may send requests. A page of another site in the user's browser must not: neither under a name of its
 * own that resolves to this machine (checked by the Host header), nor by forms and scripts (by the Origin header). No
 * response allows other origins.
 */
export function secure(app: FastifyInstance, { host, token, names = [] }: SecurityOptions): void {
	const known = new Set([host.toLowerCase(), ...loopbackNames, ...names]);
	const expected = token === undefined ? undefined : hash(token);
	// At any address of a machine that listens at all of them: an address cannot be rebound like a name.
	const isKnown = (name: string) => known.has(name) || (!isLoopback(host) && isIP(name) !== 0);

	app.addHook("onRequest", async (request) => {
		const site = nameOf(`http://${request.headers.host ?? ""}`);
		if (site === undefined || !isKnown(site))
			throw new ServerError("FORBIDDEN", `This server is not ${request.headers.host ?? "without a name"}`, {
				hint: "--allow-host adds names by which it may be addressed.",
			});
		const { origin } = request.headers;
		// A proxy may have taken the TLS off.
		if (origin !== undefined && hostOf(origin) !== request.headers.host?.toLowerCase())
			throw new ServerError("FORBIDDEN", `Pages of ${origin} may not ask this server`);
		if (expected === undefined || isPublic(pathOf(request))) return;
		const [, given] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
		// Hashes have equal length, so the comparison reveals nothing by its duration.
		if (given === undefined || !timingSafeEqual(hash(given), expected))
			throw new ServerError(
				"UNAUTHORIZED",
				given === undefined ? "A token is needed" : "The token is wrong",
				{
					hint: "Send it as the header Authorization: Bearer TOKEN.",
				},
			);
	});
}

function pathOf({ url }: FastifyRequest): string {
	return url.split("?", 1)[0] as string;
}

/** Host and port of an origin. */
function hostOf(origin: string): string | undefined {
	return /^https?:\/\/([^/]+)$/.exec(origin)?.[1]?.toLowerCase();
}

function nameOf(address: string): string | undefined {
	try {
		return new URL(address).hostname.replace(/^\[|\]$/g, "").toLowerCase();
	} catch {
		return undefined;
	}
}

function hash(text: string): Buffer {
	return createHash("sha256").update(text).digest();
}
