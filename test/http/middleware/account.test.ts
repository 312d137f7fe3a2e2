import { expect, test } from "vitest";
import { createLedger } from "../../../src/ledger.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { chirp, post, startService } from "../../support/http/service.ts";
import { startJobService } from "../../support/jobs/job-service.ts";

test("the log says of each computed clip what memory it took", async () => {
  const service = startService(await tinyRegistry());
  for (const sampleCount of [400, 16_000]) {
    await (await post(service, "", chirp(sampleCount))).arrayBuffer();
  }
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

test("the line of a streamed answer is written at its end, and says if its client left before", async () => {
  const service = startService(await tinyRegistry());
  const body = chirp(16_000);
  const whole = await post(service, "?layers=all", body);
  expect(service.logged).toEqual([]);
  await whole.arrayBuffer();
  const left = await post(service, "?layers=all", body);
  await left.body?.cancel();
  const [first, second] = service.logged;
  expect(first).toMatchObject({ status: 200, first_byte_ms: expect.any(Number) });
  expect(first).not.toHaveProperty("cut_off");
  expect(second).toMatchObject({ status: 200, kept: true, cut_off: true });
});

test("of an answer that HEAD asks for nothing stays open, and its line is written at once", async () => {
  const ledger = createLedger(1e9);
  const service = await startJobService({ ledger });
  const id = await service.submit(chirp(16_000));
  await service.drain();
  service.logged.length = 0;
  const heldBytes = ledger.heldBytes();
  for (const path of ["result", "events"]) {
    const address = `/v1/jobs/${id}/${path}`;
    const { status, body } = await service.app.request(address, { method: "HEAD" });
    expect([status, body]).toEqual([200, null]);
    expect(service.logged.splice(0)).toEqual([
      expect.objectContaining({ method: "HEAD", path: address, status: 200 }),
    ]);
    expect(ledger.heldBytes()).toBe(heldBytes);
  }
});

test("the line and the headers say what the request waited for, and where", async () => {
  const service = startService(await tinyRegistry(), {
    settings: { ...startService().platform.settings, region: "eu-west" },
    coloOf: () => "FRA",
  });
  const response = await post(service, "", chirp(16_000));
  expect(response.headers.get("X-Undertone-Region")).toBe("eu-west");
  expect(response.headers.get("X-Undertone-Colo")).toBe("FRA");
  await response.arrayBuffer();
  const [line] = service.logged;
  expect(line).toMatchObject({ region: "eu-west", colo: "FRA", cold: false, audio_seconds: 1 });
  for (const stage of ["queue_ms", "decode_ms", "model_load_ms", "compute_ms", "store_ms"]) {
    expect(line?.[stage]).toBeGreaterThanOrEqual(0);
  }
  expect(line?.compute_ms).toBeGreaterThan(0);
});

test("a clip that waits for its turn says how long", async () => {
  const service = startService(await tinyRegistry());
  const clips = [1, 2, 3].map((layer) => post(service, `?layers=${layer}`, chirp(16_000)));
  for (const answer of await Promise.all(clips)) await answer.arrayBuffer();
  const waits = service.logged.map(({ queue_ms }) => Number(queue_ms));
  expect(Math.max(...waits)).toBeGreaterThan(0);
});
