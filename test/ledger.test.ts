import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { UndertoneError } from "../src/errors.ts";
import { createLedger, type LedgerEntry, type MemoryLedger, type Yielding } from "../src/ledger.ts";

/** Holds weights of `bytes` that all give way. */
function weightsOf(ledger: MemoryLedger, bytes: number): { entry: LedgerEntry; given: number[] } {
  const entry = ledger.open("weights");
  entry.hold(bytes);
  const given: number[] = [];
  const holder: Yielding = {
    yieldableBytes: () => entry.bytes,
    giveUp(asked) {
      given.push(asked);
      entry.set(entry.bytes - asked);
    },
  };
  ledger.addYielding(holder);
  return { entry, given };
}

function refusal(work: () => unknown): UndertoneError {
  try {
    work();
  } catch (error) {
    if (error instanceof UndertoneError) return error;
  }
  throw new Error("it was not refused");
}

describe("a ledger", () => {
  it("counts what is held by use, and the most of it", () => {
    const ledger = createLedger(100);
    const bodies = ledger.open("bodies");
    const results = ledger.open("results");
    bodies.hold(40);
    results.set(50);
    bodies.release();
    bodies.release();
    expect(ledger.heldByUse()).toMatchObject({ bodies: 0, results: 50 });
    expect([ledger.heldBytes(), ledger.unheldBytes(), ledger.peakBytes()]).toEqual([50, 50, 90]);
  });

  it("refuses what does not fit, says what would, and counts nothing of it", () => {
    const ledger = createLedger(100);
    const entry = ledger.open("bodies");
    entry.hold(70);
    const { slug, extensions } = refusal(() => entry.hold(31));
    expect(slug).toBe("overloaded");
    expect(extensions).toMatchObject({ wantedBytes: 31, freeBytes: 30 });
    expect(extensions).toHaveProperty("retryAfterSeconds");
    expect(entry.bytes).toBe(70);
    entry.hold(30);
  });

  it("has weights give way, no more than needed, and not for what would not fit in any case", () => {
    const ledger = createLedger(100);
    const { entry, given } = weightsOf(ledger, 60);
    const bodies = ledger.open("bodies");
    bodies.hold(40);
    expect(given).toEqual([]);
    bodies.hold(25);
    expect(given).toEqual([25]);
    expect(refusal(() => bodies.hold(36)).extensions).toMatchObject({ freeBytes: 35 });
    expect(entry.bytes).toBe(35);
  });

  it("passes bytes on without counting them twice", () => {
    const ledger = createLedger(100);
    const one = ledger.open("buffers");
    const other = ledger.open("heap");
    one.hold(90);
    one.give(other, 50);
    expect(ledger.heldByUse()).toMatchObject({ buffers: 40, heap: 50 });
    expect(ledger.peakBytes()).toBe(90);
  });

  it("serves those who wait in order, the small ones behind a large one too", async () => {
    const ledger = createLedger(100);
    const held = ledger.open("bodies");
    held.hold(90);
    const served: string[] = [];
    const take = async (name: string, bytes: number) => {
      const entry = await ledger.take("buffers", bytes);
      served.push(name);
      return entry;
    };
    const large = take("large", 60);
    const small = take("small", 10);
    await Promise.resolve();
    held.set(85);
    await Promise.resolve();
    expect(served).toEqual([]);
    held.set(40);
    (await large).release();
    await small;
    expect(served).toEqual(["large", "small"]);
  });

  it("does not wait where weights give way", async () => {
    const ledger = createLedger(100);
    const { entry } = weightsOf(ledger, 100);
    await ledger.take("buffers", 30);
    expect(entry.bytes).toBe(70);
  });

  it("refuses who has waited too long, and then serves the one behind", async () => {
    vi.useFakeTimers();
    const ledger = createLedger(100);
    ledger.open("bodies").hold(80);
    const large = ledger.take("buffers", 30, { patienceMs: 1000 });
    const small = ledger.take("buffers", 20, { patienceMs: 5000 });
    const refused = expect(large).rejects.toMatchObject({ slug: "overloaded" });
    await vi.advanceTimersByTimeAsync(1000);
    await refused;
    expect((await small).bytes).toBe(20);
    vi.useRealTimers();
  });

  it("forgets who no longer waits", async () => {
    const ledger = createLedger(100);
    const held = ledger.open("bodies");
    held.hold(100);
    const leaving = new AbortController();
    const left = ledger.take("buffers", 50, { signal: leaving.signal });
    const stays = ledger.take("buffers", 60);
    leaving.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    held.release();
    expect((await stays).bytes).toBe(60);
    expect(ledger.heldBytes()).toBe(60);
    await expect(ledger.take("buffers", 1, { signal: leaving.signal })).rejects.toThrow("gone");
  });

  it("never holds more than it may, whatever is asked for in whatever order", () => {
    const step = fc.record({ entry: fc.nat(4), bytes: fc.nat(60), releases: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), fc.nat(50), (steps, weights) => {
        const ledger = createLedger(100);
        weightsOf(ledger, weights);
        const entries = Array.from({ length: 5 }, () => ledger.open("bodies"));
        for (const { entry, bytes, releases } of steps) {
          if (releases) entries[entry]?.release();
          else {
            try {
              entries[entry]?.hold(bytes);
            } catch (error) {
              expect(error).toMatchObject({ slug: "overloaded" });
            }
          }
          const counted = entries.reduce((sum, { bytes }) => sum + bytes, 0);
          expect(counted + ledger.heldByUse().weights).toBe(ledger.heldBytes());
          expect(ledger.heldBytes()).toBeLessThanOrEqual(100);
        }
        for (const entry of entries) entry.release();
        expect(ledger.heldByUse().bodies).toBe(0);
      }),
    );
  });
});
