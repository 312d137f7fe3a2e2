import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { memoryStore } from "../../src/store/memory.ts";
import { makeWav } from "../../support/clips/make-wav.ts";
import { goldenSamples } from "../../support/packs/golden.ts";
import { computeAll, nodeRegistry } from "../../support/packs/tiny-pack.ts";
import { MISSING_CHROMIUM } from "../support/browser/chromium.ts";
import { type EnginePage, openEnginePage } from "../support/browser/engine-page.ts";
import { installFamily } from "../support/model/families.ts";

const isSkipped = MISSING_CHROMIUM !== null && process.env.CI !== "true";
const TIMEOUT_MS = 120_000;

describe("a page in Chromium", { timeout: TIMEOUT_MS }, () => {
  const store = memoryStore();
  let opened: EnginePage;
  beforeEach(({ skip }) => {
    if (isSkipped) skip(MISSING_CHROMIUM ?? "");
  });
  beforeAll(async () => {
    if (isSkipped) return;
    await installFamily(store, "hubert-large", "q8");
    opened = await openEnginePage(store, { isolated: true, backend: "wasm" });
  }, TIMEOUT_MS);
  afterAll(() => opened?.close());

  it("computes every bit of a HuBERT in q8 that Node computes", async () => {
    const samples = await goldenSamples("x16000");
    const clip = makeWav({ sampleRateHz: 16_000, channels: [samples], format: "f32" });
    const actual = await opened.page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const request = { clip: bytes, layers: ["last_hidden_state"], pool: "none" } as const;
      const { tensors } = await globalThis.engine.compute(request);
      return Array.from(tensors[0]?.data ?? []);
    }, Buffer.from(clip).toString("base64"));
    const engine = await nodeRegistry(store).open();
    const expected = (await computeAll(engine, samples)).get("last_hidden_state");
    expect(Float32Array.from(actual)).toEqual(expected?.data);
  });
});
