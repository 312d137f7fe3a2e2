import { describe, expect, it } from "vitest";
import { createLedger, type MemoryLedger } from "../../../src/ledger.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { resolveTaps } from "../../../src/model/engine/taps/resolve.ts";
import { goldenSamples } from "../../../support/packs/golden.ts";
import { AMPLE_LIMITS } from "../../../support/packs/tiny-pack.ts";
import { goldenStore as store } from "../../support/model/engine-over.ts";
import { stagedEngine } from "../../support/model/staged.ts";

const MODEL = "tiny-group-fp32";
const BUDGET_BYTES = 60e6;
const limits = { ...AMPLE_LIMITS, memoryBudgetBytes: BUDGET_BYTES };
const taps = resolveTaps("all", 3);
const samples = await goldenSamples("x16000");

/** Other files' clips have made the heap larger that their engines share. */
const backend = createNodeBackend();

/** An engine over two stages, the ledger of the Worker in front and those of the stages. */
async function withLedgers() {
  const front = createLedger(BUDGET_BYTES);
  const stages = [createLedger(BUDGET_BYTES), createLedger(BUDGET_BYTES)];
  const changes = (stage: number) => ({ ledger: stages[stage - 1], backend: () => backend });
  const engine = await stagedEngine(store, MODEL, 2, { limits, ledger: front, changes });
  return { engine, front, stages };
}

/** Takes all that nobody holds, and what gives way. */
function fill(ledger: MemoryLedger): void {
  ledger.open("bodies").hold(ledger.unheldBytes() + ledger.heldByUse().weights);
}

describe("ledgers of stages", () => {
  it("of a stage counts its heap and the weights of its part, and buffers only while it computes", async () => {
    const { engine, stages } = await withLedgers();
    const during: number[] = [];
    const report = () => void during.push(stages[0].heldByUse().buffers);
    const { memory } = await engine.run(samples, taps, { report });
    expect(Math.max(...during)).toBeGreaterThan(0);
    const held = stages.map((ledger) => ledger.heldByUse());
    for (const { heap, weights, buffers } of held) {
      expect(heap).toBeGreaterThan(0);
      expect(weights).toBeGreaterThan(0);
      expect(buffers).toBe(0);
    }
    expect(held[0].weights + held[1].weights).toBe(memory.residentWeightBytes);
    for (const ledger of stages) expect(ledger.peakBytes()).toBeLessThanOrEqual(BUDGET_BYTES);
  });

  it("of a stage has weights give way to others; the next clip reads them for the same numbers", async () => {
    const { engine, stages } = await withLedgers();
    const first = await engine.run(samples, taps);
    const warm = await engine.run(samples, taps);
    expect(warm.memory.readWeightBytes).toBe(0);
    const { weights } = stages[1].heldByUse();
    const other = stages[1].open("cache-writes");
    other.hold(stages[1].unheldBytes() + weights);
    expect(stages[1].heldByUse().weights).toBe(0);
    other.release();
    const again = await engine.run(samples, taps);
    expect(again.memory.readWeightBytes).toBe(weights);
    expect(again.hiddenStates).toEqual(first.hiddenStates);
  });

  it("of the Worker in front counts what is tapped while stages compute, and neither heap nor weights", async () => {
    const { engine, front } = await withLedgers();
    const during: number[] = [];
    const report = () => void during.push(front.heldByUse().buffers);
    const { hiddenStates } = await engine.run(samples, taps, { report });
    const tapped = [...hiddenStates.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(Math.min(...during)).toBeGreaterThanOrEqual(tapped);
    expect(front.heldBytes()).toBe(0);
    expect(front.heldByUse()).toMatchObject({ heap: 0, weights: 0, buffers: 0 });
  });

  it("refuses a clip that finds no memory, wherever it is missing, and nothing stays counted", async () => {
    const { engine, front, stages } = await withLedgers();
    await engine.run(samples, taps);
    const before = stages[1].heldByUse().heap;
    fill(stages[1]);
    await expect(engine.run(samples, taps)).rejects.toMatchObject({ slug: "overloaded" });
    expect(front.heldBytes()).toBe(0);
    expect(stages[1].heldByUse()).toMatchObject({ heap: before, buffers: 0 });
    fill(front);
    const gone = new AbortController();
    const waiting = engine.run(samples, taps, { signal: gone.signal });
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ slug: "request-aborted" });
  });
});
