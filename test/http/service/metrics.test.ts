import { expect, test } from "vitest";
import { createKey } from "../../../src/keys/table.ts";
import { prometheusMetrics } from "../../../src/telemetry/prometheus.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { problemOf, startService } from "../../support/http/service.ts";

function closedService(isOpen: boolean) {
  const metrics = prometheusMetrics();
  return startService(undefined, {
    isOpen: false,
    telemetry: createTelemetry(metrics),
    metricsPage: { ...metrics, isOpen },
  });
}

type Service = ReturnType<typeof closedService>;

async function scrapeWith(service: Service, scope: "metrics" | "features") {
  const request = { scopes: [scope], requestsPerMinute: 60 };
  const { token } = await createKey(service.platform.database, request, Date.now());
  return service.app.request("/metrics", { headers: { Authorization: `Bearer ${token}` } });
}

test("only a key with the scope `metrics` may read the metrics", async () => {
  const service = closedService(false);
  const refused = await scrapeWith(service, "features");
  expect(await problemOf(refused)).toMatchObject({ type: "/problems/key-lacks-scope" });
  expect((await service.app.request("/metrics")).status).toBe(401);
  const read = await scrapeWith(service, "metrics");
  expect(read.status).toBe(200);
  expect(await read.text()).toContain('undertone_problems_total{slug="key-lacks-scope"} 1\n');
});

test("METRICS_OPEN lets anybody read them, and nothing else", async () => {
  const service = closedService(true);
  expect((await service.app.request("/metrics")).status).toBe(200);
  expect((await service.app.request("/v1/models")).status).toBe(401);
  expect((await service.app.request("/metrics", { method: "POST" })).status).toBe(401);
});

test("where metrics are written elsewhere, the answer says so", async () => {
  const answer = await startService().app.request("/metrics");
  expect(answer.status).toBe(404);
  expect((await problemOf(answer)).detail).toContain("Analytics Engine");
});
