import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MOST_IDLE_BYTES } from "../../src/audio/codecs/codec-heap.ts";
import { CODEC_NAMES } from "../../src/audio/codecs/codec-modules.ts";
import type { ErrorSlug } from "../../src/errors.ts";
import { PROBLEM_TYPES } from "../../src/http/problem-types.ts";
import { type ClipThread, startClipThread } from "./clip-thread.ts";
import { ALL_FILES, damagedFiles } from "./damage.ts";
import { readClip } from "./fixtures.ts";

const PATIENCE_MS = 5_000;
const FILES = 3_000;
const TIMEOUT_MS = 600_000;

describe("damaged files", () => {
  let thread: ClipThread;
  beforeAll(async () => {
    thread = startClipThread();
    for (const file of ALL_FILES) await thread.prepare(readClip(file), PATIENCE_MS);
  });
  afterAll(() => thread?.stop());

  test("give samples or a named refusal, each within 5 s", { timeout: TIMEOUT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(damagedFiles, async ({ history, bytes }) => {
        const outcome = await thread.prepare(bytes, PATIENCE_MS);
        if (outcome.kind === "crashed") throw new Error(`${history}: ${outcome.message}`);
        if (outcome.kind === "samples") expect(outcome.areFinite, history).toBe(true);
        else expectNamed(outcome.slug, history);
      }),
      { numRuns: FILES },
    );
  });

  test("leave no WASM instance behind, but for one of each codec that waits for the next clip", async () => {
    const mostBytes = CODEC_NAMES.length * MOST_IDLE_BYTES;
    expect(await thread.heldWasmBytes()).toBeLessThanOrEqual(mostBytes);
  });
});

function expectNamed(slug: string, history: string): void {
  if (slug === "empty-body" || slug === "clip-too-long") return;
  expect([415, 422], `${history}: ${slug}`).toContain(PROBLEM_TYPES[slug as ErrorSlug].status);
}
