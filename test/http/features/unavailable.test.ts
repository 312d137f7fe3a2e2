import { expect, test } from "vitest";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { createModelRegistry } from "../../../src/model/pack/registry.ts";
import { readSettings } from "../../../src/platform/settings.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import {
  bytesOf,
  chirp,
  damagedRegistry,
  post,
  problemOf,
  startService,
} from "../../support/http/service.ts";

test("a service without models says which command installs one", async () => {
  const problem = await problemOf(await post(startService(), "", chirp(400)));
  expect(problem).toMatchObject({ type: "/problems/no-pack-installed", status: 503 });
  expect(problem.detail).toMatch(/undertone pack install/);
});

test("a service whose model is damaged says so, and still answers the rest", async () => {
  const damaged = startService(await damagedRegistry());
  const problem = await problemOf(await post(damaged, "", chirp(400)));
  expect(problem).toMatchObject({ type: "/problems/pack-damaged", status: 503 });
  expect((await damaged.app.request("/v1/models")).status).toBe(200);
});

test("a service without room for the clip refuses it before work", async () => {
  const store = memoryStore();
  await installGolden(store, "tiny-group", "fp32");
  const service = startService(
    nodeRegistry(store, "", { ...AMPLE_LIMITS, memoryBudgetBytes: 1000 }),
  );
  const problem = await problemOf(await post(service, "", chirp(16_000)));
  expect(problem).toMatchObject({ type: "/problems/clip-exceeds-memory", status: 413 });
});

test("a service whose queue is full asks for the clip again later, and computes the other", async () => {
  const store = memoryStore();
  await installGolden(store, "tiny-group", "fp32");
  const service = startService(nodeRegistry(store, "", { ...AMPLE_LIMITS, maxQueue: 0 }));
  const answers = await Promise.all([1, 2].map(() => post(service, "", chirp(16_000))));
  const [computed, refused] = answers.sort((a, b) => a.status - b.status) as [Response, Response];
  expect(computed.status).toBe(200);
  expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect(await problemOf(refused)).toMatchObject({ type: "/problems/queue-full", status: 503 });
  expect((await post(service, "", chirp(16_000))).status).toBe(200);
});

test("a service whose memory runs out says so, and answers the next clip as ever", async () => {
  const storage = memoryStore();
  await installGolden(storage, "tiny-group", "fp32");
  const models = createModelRegistry({
    storage,
    backend: () => createNodeBackend({ maxHeapBytes: 20e6 }),
    defaultModel: "",
    reportDamage: () => {},
    limits: AMPLE_LIMITS,
  });
  const service = startService(models, { settings: readSettings({ MAX_CLIP_SECONDS: 60 }) });
  const before = await bytesOf(await post(service, "?format=npy", chirp(16_000)));
  const response = await post(service, "", chirp(60 * 16_000));
  expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect(await problemOf(response)).toMatchObject({
    type: "/problems/model-memory-exhausted",
    status: 503,
  });
  expect(await bytesOf(await post(service, "?format=npy", chirp(16_000)))).toEqual(before);
});
