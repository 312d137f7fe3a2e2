import { expect, test } from "vitest";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { chirp, post, startService } from "../../support/http/service.ts";

test("the log says of each computed clip what memory it took", async () => {
  const service = startService(await tinyRegistry());
  for (const sampleCount of [400, 16_000]) await post(service, "", chirp(sampleCount));
  const [short, long] = service.logged;
  for (const line of [short, long]) {
    expect(line).toMatchObject({ event: "request", status: 200 });
    expect(line?.wasm_heap_bytes).toBeGreaterThan(0);
  }
  // The first clip reads all weights, and the second finds them in memory.
  expect(short?.read_weight_bytes).toBeGreaterThan(0);
  expect(long?.read_weight_bytes).toBe(0);
  // At least the samples themselves.
  const grownBytes = Number(long?.held_buffer_bytes) - Number(short?.held_buffer_bytes);
  expect(grownBytes).toBeGreaterThanOrEqual((16_000 - 400) * Float32Array.BYTES_PER_ELEMENT);
});

test("the log says of each refused clip why, and nothing of memory", async () => {
  const service = startService(await tinyRegistry());
  await post(service, "", chirp(399));
  expect(service.logged).toEqual([
    expect.objectContaining({ event: "request", status: 422, problem: "clip-too-short" }),
  ]);
  expect(service.logged[0]).not.toHaveProperty("wasm_heap_bytes");
  expect(service.logged[0]).not.toHaveProperty("held_buffer_bytes");
});

test("the log says how long each request took, until its answer was ready", async () => {
  const PAUSE_MS = 40;
  const service = startService(undefined, {
    database: {
      ...startService().platform.database,
      all: () => new Promise((resolve) => setTimeout(() => resolve([]), PAUSE_MS)),
    },
  });
  await service.app.request("/v1/jobs");
  await service.app.request("/healthz");
  const [slow, quick] = service.logged.map(({ duration_ms }) => Number(duration_ms));
  expect(slow).toBeGreaterThanOrEqual(PAUSE_MS - 1);
  expect(Number.isInteger(quick)).toBe(true);
});
