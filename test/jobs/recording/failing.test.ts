import { describe, expect, it, test } from "vitest";
import { UndertoneError } from "../../../src/errors.ts";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import {
  LONG_CLIP,
  leftovers,
  startRecordings,
  windowedRegistry,
} from "../../support/jobs/recordings.ts";

test("a recording that is deleted in the middle leaves nothing", async () => {
  const service = await startRecordings();
  const id = await service.submit(LONG_CLIP);
  for (let count = 0; count < 4; count++) await service.consumeOne();
  expect((await leftovers(service)).results.length).toBeGreaterThan(0);
  expect((await service.app.request(`/v1/jobs/${id}`, { method: "DELETE" })).status).toBe(204);
  await service.drain();
  expect(await leftovers(service)).toEqual({
    ...{ recordings: 0, windows: 0, samples: [], clips: [], results: [] },
  });
});

/** Engines whose window `number` fails. */
async function failingAt(number: number, error: () => Error): Promise<ModelRegistry> {
  const inner = await windowedRegistry(["tiny-group"]);
  return {
    ...inner,
    async open(id) {
      const engine = await inner.open(id);
      return {
        ...engine,
        async runWindow(input, taps, options) {
          const keptSeconds = input.window.keepFirst / 50;
          if (Math.floor(keptSeconds / 4) === number) throw error();
          return engine.runWindow(input, taps, options);
        },
      };
    },
  };
}

describe("a window that always fails", () => {
  it.each([
    ["at once, if it is the clip's fault", "clip-exceeds-memory"],
    ["after six tries otherwise", "model-memory-exhausted"],
  ] as const)("fails the job %s, and says of which seconds", async (_, slug) => {
    const models = await failingAt(3, () => new UndertoneError(slug, "No."));
    const service = await startRecordings([], {}, models);
    const id = await service.submit(LONG_CLIP, "?pool=mean");
    await service.drain();
    const { status, problem } = await service.job(id);
    expect(status).toBe("failed");
    expect(problem).toMatchObject({
      type: `/problems/${slug}`,
      detail: "Between 14 s and 18 s: No.",
      ...{ start: 14, end: 18 },
    });
    expect((await service.app.request(`/v1/jobs/${id}/result`)).status).toBe(409);
    const partial = (run: number) =>
      service.app.request(`/v1/jobs/${id}/result?format=npy&partial=true&run=${run}`);
    expect((await partial(0)).headers.get("Undertone-Partial")).toMatch(
      /^start=0.000, end=14.000,/,
    );
    const { samples, clips, results } = await leftovers(service);
    expect({ samples, clips }).toEqual({ samples: [], clips: [] });
    expect(results.length).toBeGreaterThan(0);
    service.clock.nowMs += service.platform.settings.resultTtlMs;
    await service.background.sweep();
    expect(await leftovers(service)).toMatchObject({ recordings: 0, windows: 0, results: [] });
  });
});
