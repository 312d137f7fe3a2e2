import { expect, test } from "vitest";
import { createKey } from "../../../src/keys/table.ts";
import { recentRequests } from "../../../src/telemetry/regions/recent.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { chirp, post, problemOf, startService } from "../../support/http/service.ts";

const CLIP = chirp(1600);

test("GET /v1/regions says how clips fared in the last hour, and does not count what monitors", async () => {
  const clock = { nowMs: Date.UTC(2026, 10, 28) };
  const now = () => clock.nowMs;
  const service = startService(await tinyRegistry(), {
    regions: recentRequests("eu-west", now),
    now,
  });
  for (let index = 0; index < 2; index++) {
    const answer = await post(service, "?pool=mean", CLIP);
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
  }
  expect((await post(service, "?pool=soup", CLIP)).status).toBe(422);
  await service.app.request("/healthz");
  const read = async () => (await service.app.request("/v1/regions")).json();
  expect(await read()).toEqual({
    window_seconds: 3600,
    source: "process",
    regions: [
      {
        ...{ region: "eu-west", colo: null, requests: 3, clips: 2, cold_starts: 0, errors: 0 },
        p50_ms: expect.any(Number),
        p95_ms: expect.any(Number),
      },
    ],
  });
  service.shutDatabase();
  await service.app.request("/v1/jobs/job_00000000000000000000000000000000");
  clock.nowMs += 10_000;
  expect((await read()).regions[0].errors).toBe(1);
});

test("only a key with the scope `metrics` may read them", async () => {
  const service = startService(undefined, { isOpen: false });
  const readWith = async (scope: "metrics" | "features") => {
    const request = { scopes: [scope], requestsPerMinute: 60 };
    const { token } = await createKey(service.platform.database, request, Date.now());
    return service.app.request("/v1/regions", { headers: { Authorization: `Bearer ${token}` } });
  };
  expect(await problemOf(await readWith("features"))).toMatchObject({
    type: "/problems/key-lacks-scope",
  });
  expect((await readWith("metrics")).status).toBe(200);
  expect((await service.app.request("/v1/regions")).status).toBe(401);
});
