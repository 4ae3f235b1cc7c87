import type { FastifyInstance, FastifyRequest } from "fastify";
import { PobatchError } from "pobatch";
import { ServerError } from "../service/errors.js";
import type { RunningRequest } from "../service/limits.js";
import type { Service } from "../service/service.js";

declare module "fastify" {
	interface FastifyRequest {
		/** Undefined for requests that are always answered: health and metrics. */
		running: RunningRequest | undefined;
	}
}

/** The last one limits each of its calls. */
const unlimited = new Set(["/health", "/ready", "/metrics", "/mcp"]);

/** Requests that are also answered while the server starts. */
const always = new Set(["/health", "/ready", "/metrics", "/", "/page/*"]);

/** Error of a server that is starting or stopping. */
export function notReady(): ServerError {
	return new ServerError("SHUTTING_DOWN", "The server starts or is being stopped", {
		hint: "Ask again soon.",
	});
}

/** Who counts as one client: an address; of IPv6 its network, of which a single machine has all addresses. */
export function clientOf({ ip }: Pick<FastifyRequest, "ip">): string {
	const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
	if (mapped !== undefined) return mapped;
	if (!ip.includes(":")) return ip;
	const [head = "", tail] = ip.split("::");
	const groups = head === "" ? [] : head.split(":");
	const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").filter(Boolean).length;
	const all = [...groups, ...new Array<string>(missing).fill("0"), ...(tail?.split(":") ?? [])];
	return `${all.slice(0, 4).join(":")}::/64`;
}

/** Each request has a signal that ends its work, and is counted and timed to the end of its answer. */
export function trackRequests(app: FastifyInstance, service: Service): void {
	app.decorateRequest("running", undefined);
	app.addHook("onRequest", async (request, reply) => {
		const start = performance.now();
		const route = request.routeOptions.url ?? "unknown";
		service.metrics.requestStarted();
		reply.raw.once("close", () => {
			if (!reply.raw.writableFinished) request.running?.clientGone();
			request.running?.end();
			const seconds = (performance.now() - start) / 1000;
			service.metrics.requestEnded(request.method, route, reply.raw.statusCode, seconds);
		});
		// Until it has taken up its jobs, it would not know them.
		if (!service.isReady && !always.has(route)) throw notReady();
		if (unlimited.has(route)) return;
		request.running = service.requests.begin(
			clientOf(request),
			Number(request.headers["content-length"] ?? 0),
		);
		// A client that does not read would never get the end of its answer: it would be under way for ever.
		request.running.signal.addEventListener("abort", () => {
			setTimeout(() => reply.raw.destroy(), service.limits.goodbyeMs).unref();
		});
	});
}

/** Responds as soon as the request's work is to end, even if that cannot be interrupted. */
export function work<Answer>(
	request: FastifyRequest,
	body: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
	const { running } = request;
	if (!running) return body(new AbortController().signal);
	const { signal } = running;
	return new Promise<Answer>((resolve, reject) => {
		const stop = () => reject(new PobatchError("ABORTED", "The request was stopped"));
		if (signal.aborted) stop();
		signal.addEventListener("abort", stop, { once: true });
		running
			.within(() => body(signal))
			.then(resolve, reject)
			.finally(() => signal.removeEventListener("abort", stop));
	});
}
