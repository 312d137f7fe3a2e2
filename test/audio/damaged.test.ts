import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MOST_IDLE_BYTES } from "../../src/audio/codecs/wasm/heap.ts";
import type { ErrorSlug } from "../../src/errors.ts";
import { PROBLEM_TYPES } from "../../src/http/answer/problem-types.ts";
import { type ClipThread, startClipThread } from "../support/clips/clip-thread.ts";
import { ALL_FILES, damageTo, fieldFiles, type WholeFiles } from "../support/clips/damage.ts";

const PATIENCE_MS = 5_000;
const FILES = 3_000;
const FIELD_FILES = 1_000;
const TIMEOUT_MS = 600_000;

describe("damaged files", () => {
  let thread: ClipThread;
  let field: WholeFiles;
  beforeAll(async () => {
    field = await fieldFiles();
    thread = startClipThread();
    for (const bytes of ALL_FILES.values()) await thread.prepare(bytes(), PATIENCE_MS);
  });
  afterAll(() => thread?.stop());

  /** Expects samples of each, or a refusal by name, within 5 s. */
  const expectAnswered = (files: WholeFiles, numRuns: number) =>
    fc.assert(
      fc.asyncProperty(damageTo(files), async ({ history, bytes }) => {
        const outcome = await thread.prepare(bytes, PATIENCE_MS);
        if (outcome.kind === "crashed") throw new Error(`${history}: ${outcome.message}`);
        if (outcome.kind === "samples") expect(outcome.areFinite, history).toBe(true);
        else expectNamed(outcome.slug, history);
      }),
      { numRuns },
    );

  test("give samples or a named refusal, each within 5 s", { timeout: TIMEOUT_MS }, () =>
    expectAnswered(ALL_FILES, FILES),
  );

  test("of odd clips of the field do so too", { timeout: TIMEOUT_MS }, () =>
    expectAnswered(field, FIELD_FILES),
  );

  test("leave no WASM instance behind, but for those that wait for the next clip", async () => {
    expect(await thread.heldWasmBytes()).toBeLessThanOrEqual(MOST_IDLE_BYTES);
  });
});

function expectNamed(slug: string, history: string): void {
  if (slug === "empty-body" || slug === "clip-too-long") return;
  expect([415, 422], `${history}: ${slug}`).toContain(PROBLEM_TYPES[slug as ErrorSlug].status);
}
