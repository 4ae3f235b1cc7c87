import { type Agent, type RequestOptions, request } from "node:https";
import { RequestFilteringHttpsAgent } from "request-filtering-agent";
import { ServerError } from "./errors.js";

/** Addresses at which sites return only the code, for the links that people share. */
const rawForms: readonly (readonly [link: RegExp, raw: string])[] = [
	[/^pobb\.in\/([\w-]+)$/, "https://pobb.in/$1/raw"],
	[/^poe\.ninja\/(?:poe2\/)?pob\/([\w-]+)$/, "https://poe.ninja/poe2/pob/raw/$1"],
	[/^poe2db\.tw\/(?:\w+\/)?pob\/([\w-]+)$/, "https://poe2db.tw/pob/$1/raw"],
	[/^maxroll\.gg\/poe2\/pob\/([\w-]+)$/, "https://maxroll.gg/poe2/api/pob/$1"],
	[/^pastebin\.com\/(\w+)$/, "https://pastebin.com/raw/$1"],
	[/^rentry\.co\/([\w-]+)$/, "https://rentry.co/paste/$1/raw"],
];

export interface LinkRules {
	/** Hosts whose links are opened, lower case; none: no link is. */
	readonly hosts: ReadonlySet<string>;
	readonly maxBytes: number;
	/** From the first to the last byte, redirections included. */
	readonly timeoutMs: number;
	/** For tests: by default one that connects to no address of a local network, whatever a name resolves to. */
	readonly agent?: Agent;
	readonly requestOptions?: RequestOptions;
}

const maxRedirections = 3;

/**
 * The text behind a link of a build site.
 *
 * @throws ServerError LINK_REFUSED, LINK_FAILED
 */
export async function openLink(link: string, rules: LinkRules): Promise<string> {
	const signal = AbortSignal.timeout(rules.timeoutMs);
	// Its check sees the addresses that a name was resolved to for the connection itself: no second look-up can differ.
	const agent = rules.agent ?? new RequestFilteringHttpsAgent();
	try {
		let url = rawForm(checked(link, rules));
		for (let hops = 0; hops <= maxRedirections; hops++) {
			const answer = await get(url, rules, agent, signal);
			if (typeof answer === "string") return answer;
			url = checked(answer.href, rules);
		}
		throw failed(link, `it was redirected more than ${maxRedirections} times`);
	} catch (error) {
		if (error instanceof ServerError) throw error;
		if (signal.aborted) throw failed(link, `nothing complete came within ${rules.timeoutMs} ms`);
		const { message } = error as Error;
		if (/is not allowed/.test(message))
			throw refused(
				link,
				"its host is at an address of a local network",
				"Only public addresses are opened.",
			);
		throw failed(link, message);
	} finally {
		if (!rules.agent) agent.destroy();
	}
}

function checked(link: string, { hosts }: LinkRules): URL {
	let url: URL;
	try {
		url = new URL(/^https?:/i.test(link) ? link : `https://${link}`);
	} catch {
		throw refused(link, "it is no address", "A link looks like https://pobb.in/abc123.");
	}
	const host = url.hostname.replace(/^www\./, "");
	if (hosts.size === 0)
		throw refused(
			link,
			"this server opens no links",
			"Give the build's code, or start it with --allow-links.",
		);
	if (url.protocol !== "https:") throw refused(link, "it is not https", "Only https links are opened.");
	if (url.username !== "" || url.password !== "" || url.port !== "")
		throw refused(link, "it has a user, a password or a port", "Give the plain link.");
	if (!hosts.has(host))
		throw refused(link, `${host} is none of the hosts that are opened`, `They are ${[...hosts].join(", ")}.`);
	return url;
}

function rawForm(url: URL): URL {
	const plain = `${url.hostname.replace(/^www\./, "")}${url.pathname.replace(/\/$/, "")}`;
	for (const [form, raw] of rawForms) if (form.test(plain)) return new URL(plain.replace(form, raw));
	return url;
}

/** The body, or where it says to look instead. */
function get(url: URL, rules: LinkRules, agent: Agent, signal: AbortSignal): Promise<string | URL> {
	return new Promise((resolve, reject) => {
		const headers = { accept: "text/plain, */*", "user-agent": "pobatch" };
		const outgoing = request(url, { ...rules.requestOptions, agent, headers, signal }, (incoming) => {
			const { statusCode = 0 } = incoming;
			const { location } = incoming.headers;
			if (statusCode >= 300 && statusCode < 400 && location !== undefined) {
				incoming.resume();
				try {
					resolve(new URL(location, url));
				} catch (error) {
					reject(error);
				}
				return;
			}
			if (statusCode !== 200) {
				incoming.resume();
				reject(failed(url.href, `the site answered ${statusCode}`));
				return;
			}
			const chunks: Buffer[] = [];
			let size = 0;
			incoming.on("data", (chunk: Buffer) => {
				size += chunk.length;
				chunks.push(chunk);
				if (size <= rules.maxBytes) return;
				reject(failed(url.href, `it is larger than ${rules.maxBytes} bytes`));
				outgoing.destroy();
			});
			incoming.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
			incoming.on("error", reject);
		});
		outgoing.on("error", reject);
		outgoing.end();
	});
}

function refused(link: string, why: string, hint: string): ServerError {
	return new ServerError("LINK_REFUSED", `The link is not opened: ${why}`, { value: link, hint });
}

function failed(link: string, why: string): ServerError {
	return new ServerError("LINK_FAILED", `The link could not be opened: ${why}`, {
		value: link,
		hint: "Open it in a browser, copy the build's code and give that.",
	});
}
