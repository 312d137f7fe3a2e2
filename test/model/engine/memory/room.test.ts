import { beforeEach, describe, expect, it } from "vitest";
import { createLedger, type MemoryLedger } from "../../../../src/ledger.ts";
import type { Engine } from "../../../../src/model/engine/engine.ts";
import { memoryNeeds } from "../../../../src/model/engine/memory/plan.ts";
import { resolveTaps } from "../../../../src/model/engine/taps/resolve.ts";
import { windowShape } from "../../../../src/model/engine/windows/plan.ts";
import { goldenSamples } from "../../../../support/packs/golden.ts";
import { AMPLE_LIMITS } from "../../../../support/packs/tiny-pack.ts";
import {
  engineOver,
  recording,
  segmentsRead,
  goldenStore as store,
} from "../../../support/model/engine-over.ts";

const BUDGET_BYTES = 60e6;
const limits = { ...AMPLE_LIMITS, memoryBudgetBytes: BUDGET_BYTES };
const taps = resolveTaps("all", 3);
const samples = await goldenSamples("x16000");

let ledger: MemoryLedger;
let engine: Engine;
let reads: string[];
beforeEach(async () => {
  ledger = createLedger(BUDGET_BYTES);
  const recorded = recording();
  reads = recorded.reads;
  engine = await engineOver(recorded.storage, () => {}, limits, ledger);
});

const needs = () =>
  memoryNeeds(engine.manifest, samples.length, taps, windowShape(limits.windowSeconds));

describe("an engine within a ledger", () => {
  it("counts the heap and the weights that stay, and buffers only while it computes", async () => {
    let during = 0;
    const report = () => {
      during = ledger.heldByUse().buffers;
    };
    const { memory } = await engine.run(samples, taps, { report });
    expect(during).toBe(needs().bufferBytes);
    const { heap, weights, buffers } = ledger.heldByUse();
    expect({ heap, weights, buffers }).toEqual({
      heap: memory.wasmHeapBytes,
      weights: memory.residentWeightBytes,
      buffers: 0,
    });
    expect(weights).toBeGreaterThan(0);
    expect(ledger.peakBytes()).toBeLessThanOrEqual(BUDGET_BYTES);
  });

  it("reads nothing for a warm clip if all of its weights just fit beside the rest", async () => {
    await engine.run(samples, taps);
    const { heapBytes, bufferBytes } = needs();
    const weightBytes = engine.manifest.segments.reduce((sum, { bytes }) => sum + bytes, 0);
    const heap = Math.max(heapBytes, ledger.heldByUse().heap);
    const tight = createLedger(heap + bufferBytes + weightBytes);
    const { storage, reads: tightReads } = recording();
    const other = await engineOver(storage, () => {}, limits, tight);
    await other.run(samples, taps);
    expect(segmentsRead(other, tightReads)).toHaveLength(engine.manifest.segments.length);
    tightReads.length = 0;
    await other.run(samples, taps);
    expect(segmentsRead(other, tightReads)).toEqual([]);
    expect(tight.peakBytes()).toBeLessThanOrEqual(tight.maxBytes);
  });

  it("gives weights up to others, and reads them again for the same numbers", async () => {
    const first = await engine.run(samples, taps);
    reads.length = 0;
    await engine.run(samples, taps);
    expect(segmentsRead(engine, reads)).toEqual([]);
    const body = ledger.open("bodies");
    body.hold(ledger.unheldBytes() + ledger.heldByUse().weights);
    expect(ledger.heldByUse().weights).toBe(0);
    body.release();
    const again = await engine.run(samples, taps);
    expect(segmentsRead(engine, reads)).toContain("layer.0");
    expect(again.hiddenStates).toEqual(first.hiddenStates);
  });

  it("gives them up in the middle of a clip too, but for what it is about to use", async () => {
    const first = await engine.run(samples, taps);
    const body = ledger.open("bodies");
    let refused = 0;
    const report = () => {
      if (body.bytes > 0) return;
      const { weights } = ledger.heldByUse();
      const kept = 2 * needs().weightBytes;
      body.hold(ledger.unheldBytes() + weights - Math.min(weights, kept));
      try {
        body.hold(1);
      } catch {
        refused++;
      }
    };
    const again = await engine.run(samples, taps, { report });
    expect(body.bytes).toBeGreaterThan(0);
    expect(refused).toBe(1);
    expect(again.hiddenStates).toEqual(first.hiddenStates);
    expect(ledger.peakBytes()).toBeLessThanOrEqual(BUDGET_BYTES);
  });

  it("waits for memory that others hold, until it is free", async () => {
    const body = ledger.open("bodies");
    body.hold(BUDGET_BYTES - 1e6);
    let isDone = false;
    const run = engine.run(samples, taps).then((result) => {
      isDone = true;
      return result;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isDone).toBe(false);
    body.release();
    expect((await run).frames).toBeGreaterThan(0);
  });

  it("stops waiting once the client is gone, and takes the next clip", async () => {
    const body = ledger.open("bodies");
    body.hold(BUDGET_BYTES - 1e6);
    const client = new AbortController();
    const run = engine.run(samples, taps, { signal: client.signal });
    await new Promise((resolve) => setTimeout(resolve, 10));
    client.abort();
    await expect(run).rejects.toMatchObject({ slug: "request-aborted" });
    body.release();
    expect((await engine.run(samples, taps)).frames).toBeGreaterThan(0);
  });

  it("is as before where a ledger of its own has the same budget", async () => {
    const alone = await engineOver(store, () => {}, limits);
    const result = await engine.run(samples, taps);
    const { memory, hiddenStates } = await alone.run(samples, taps);
    expect(memory).toEqual(result.memory);
    expect(hiddenStates).toEqual(result.hiddenStates);
  });
});
