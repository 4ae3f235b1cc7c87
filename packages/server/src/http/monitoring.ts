import { Type } from "typebox";
import type { Service } from "../service/service.js";
import { notReady } from "./requests.js";
import type { Routes } from "./routes.js";

const Status = Type.Object({ status: Type.String() });

/** What a monitor, an orchestrator and a client's generator ask for. */
export function monitoringRoutes(app: Routes, service: Service): void {
	app.get(
		"/health",
		{
			schema: { operationId: "health", summary: "The process answers", response: { 200: Status } },
			config: { rateLimit: false },
		},
		async () => ({ status: "ok" }),
	);
	app.get(
		"/ready",
		{
			schema: {
				operationId: "ready",
				summary: "Requests are taken: 503 while it starts or is being stopped",
				response: { 200: Status },
			},
			config: { rateLimit: false },
		},
		async () => {
			if (!service.isReady) throw notReady();
			return { status: "ready" };
		},
	);
	app.get(
		"/metrics",
		{
			schema: {
				operationId: "metrics",
				summary: "Counters in Prometheus' text format",
				response: { 200: Type.String() },
			},
			config: { rateLimit: false },
		},
		async (_, reply) => {
			const { registry } = service.metrics;
			return reply.type(registry.contentType).send(await registry.metrics());
		},
	);
	app.get("/openapi.json", { schema: { hide: true } as object }, async () => app.swagger());
}
