import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { Routes } from "./routes.js";

// From dist/ and from sources (tests) alike.
const folder = ["../page/", "../../dist/page/"]
	.map((path) => fileURLToPath(new URL(path, import.meta.url)))
	.find((path) => existsSync(`${path}assets`));

/** The page loads nothing from other machines, whatever a build's text contains. */
const policy =
	"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves the page. */
export async function pageRoutes(app: Routes): Promise<void> {
	if (folder === undefined) return;
	await app.register(fastifyStatic, {
		root: folder,
		prefix: "/page/",
		index: false,
		schemaHide: true,
		setHeaders: (response) => {
			response.setHeader("content-security-policy", policy);
			response.setHeader("x-content-type-options", "nosniff");
		},
	});
	app.get("/", { schema: { hide: true } as object }, (_, reply) => reply.sendFile("index.html"));
}
