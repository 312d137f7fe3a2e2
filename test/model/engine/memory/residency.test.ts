import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  planResidency,
  type WeightResidency,
  weightResidency,
} from "../../../../src/model/engine/memory/residency.ts";
import { manifestOf, residencyOf, reusingResidencyOf } from "../../../support/model/segments-of.ts";

const segments = (...sizes: number[]) => manifestOf(sizes).segments;

/** Uses all segments in order, each read ahead while the one before it is used. */
async function runThrough(residency: WeightResidency, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const next = index + 1 < count ? String(index + 1) : undefined;
    await residency.use(String(index), async () => {}, next);
  }
}

describe("a residency plan", () => {
  it("keeps everything where everything fits", () => {
    expect(planResidency(segments(10, 20, 30), 60)).toEqual({
      kept: new Set(["0", "1", "2"]),
      readsAhead: true,
      streamed: 0,
    });
  });

  it("keeps nothing and reads nothing ahead where only one segment fits", () => {
    expect(planResidency(segments(10, 20, 30), 30)).toEqual({
      kept: new Set(),
      readsAhead: false,
      streamed: 1,
    });
  });

  it("reads ahead before it keeps anything", () => {
    expect(planResidency(segments(10, 10, 10, 10), 20)).toEqual({
      kept: new Set(),
      readsAhead: true,
      streamed: 2,
    });
  });

  it("keeps the first segments that fit beside one to run and one to read ahead", () => {
    expect(planResidency(segments(5, 10, 10, 10, 10), 37)).toEqual({
      kept: new Set(["0", "1"]),
      readsAhead: true,
      streamed: 2,
    });
  });
});

describe("a residency over a store that reads into memory of the reader's", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
  const allowances = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 4 });

  it("gives each segment its own bytes, and holds no more than is allowed", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, allowances, async (sizes, allowances) => {
        const { residency } = reusingResidencyOf(sizes);
        for (const allowance of allowances) {
          residency.allow(allowance);
          for (let index = 0; index < sizes.length; index++) {
            const next = index + 1 < sizes.length ? String(index + 1) : undefined;
            await residency.use(
              String(index),
              async (weights) => {
                await new Promise((resolve) => setImmediate(resolve));
                const { w } = weights.get(`program.${index}`) ?? {};
                expect(w?.data).toEqual(new Uint8Array(sizes[index] ?? 0).fill(index));
              },
              next,
            );
          }
          expect(residency.peakBytes()).toBeLessThanOrEqual(Math.max(allowance, ...sizes));
          const kept = residency.heldBytes() + residency.spareBytes();
          expect(kept).toBeLessThanOrEqual(Math.max(allowance, ...sizes));
        }
        residency.release();
        expect(residency.heldBytes() + residency.spareBytes()).toBe(0);
      }),
    );
  });

  it("leaves a segment alone while it is used, whatever is given up meanwhile", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, allowances, async (sizes, allowances) => {
        const { residency } = reusingResidencyOf(sizes);
        residency.allow(150);
        for (let turn = 0; turn < 3 * sizes.length; turn++) {
          const index = turn % sizes.length;
          const next = index + 1 < sizes.length ? String(index + 1) : undefined;
          await residency.use(
            String(index),
            async (weights) => {
              residency.allow(allowances[turn % allowances.length] ?? 0);
              await new Promise((resolve) => setImmediate(resolve));
              const { w } = weights.get(`program.${index}`) ?? {};
              expect(w?.data).toEqual(new Uint8Array(sizes[index] ?? 0).fill(index));
            },
            next,
          );
        }
      }),
    );
  });

  it("takes memory for the segment that stays and two streamed ones once, whatever is read", async () => {
    const { residency, taken } = reusingResidencyOf([10, 10, 10, 10, 10]);
    for (let clip = 0; clip < 5; clip++) {
      residency.allow(30);
      await runThrough(residency, 5);
    }
    expect(taken.filter((isNew) => isNew)).toHaveLength(3);
    expect(taken).toHaveLength(21);
  });

  it("gives memory up where it has to hold less", async () => {
    const { residency } = reusingResidencyOf([10, 10, 10, 10]);
    residency.allow(35);
    await runThrough(residency, 4);
    expect([residency.heldBytes(), residency.spareBytes()]).toEqual([10, 20]);
    residency.allow(15);
    expect([residency.heldBytes(), residency.spareBytes()]).toEqual([0, 10]);
    residency.release();
    expect(residency.spareBytes()).toBe(0);
  });
});

describe("a residency", () => {
  it("reads everything once where everything fits", async () => {
    const { residency, reads } = residencyOf([10, 20, 30]);
    residency.allow(60);
    await runThrough(residency, 3);
    await runThrough(residency, 3);
    expect(reads).toEqual(["0", "1", "2"]);
    expect(residency.heldBytes()).toBe(60);
    expect(residency.readBytes()).toBe(60);
    residency.allow(60);
    await runThrough(residency, 3);
    expect(residency.readBytes()).toBe(0);
  });

  it("keeps the first segments and reads the others again each time", async () => {
    const { residency, reads } = residencyOf([10, 10, 10, 10]);
    residency.allow(30);
    await runThrough(residency, 4);
    await runThrough(residency, 4);
    expect(reads).toEqual(["0", "1", "2", "3", "1", "2", "3"]);
    expect(residency.heldBytes()).toBe(10);
  });

  it("never holds more than it is allowed, or the largest segment if that is more", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 0, max: 300 }), async (sizes, allowance) => {
        const { residency } = residencyOf(sizes);
        residency.allow(allowance);
        await runThrough(residency, sizes.length);
        await runThrough(residency, sizes.length);
        const most = Math.max(allowance, ...sizes);
        expect(residency.peakBytes()).toBeLessThanOrEqual(most);
        expect(residency.heldBytes()).toBeLessThanOrEqual(residency.peakBytes());
      }),
    );
  });

  it("drops at once what it may no longer keep", async () => {
    const { residency, reads } = residencyOf([10, 20, 30]);
    residency.allow(60);
    await runThrough(residency, 3);
    residency.allow(0);
    expect(residency.heldBytes()).toBe(0);
    await residency.use("0", async () => {});
    expect(reads).toEqual(["0", "1", "2", "0"]);
  });

  it("reads a segment once for two who want it at the same time", async () => {
    const { residency, reads } = residencyOf([10]);
    residency.allow(10);
    await Promise.all([residency.use("0", async () => {}), residency.use("0", async () => {})]);
    expect(reads).toEqual(["0"]);
  });

  it("drops a segment also when the work with it fails", async () => {
    const { residency } = residencyOf([10]);
    const failing = residency.use("0", () => Promise.reject(new Error("work")));
    await expect(failing).rejects.toThrow("work");
    expect(residency.heldBytes()).toBe(0);
  });

  it("reads again what could not be read, and tells only who uses it", async () => {
    let isBroken = true;
    const residency = weightResidency(manifestOf([10, 10]), async () => {
      if (isBroken) throw new Error("broken");
      return new Uint8Array(10);
    });
    residency.allow(20);
    await expect(residency.use("0", async () => {}, "1")).rejects.toThrow("broken");
    isBroken = false;
    expect(await residency.use("0", async () => "used", "1")).toBe("used");
  });

  it("has no segment that the pack has not", async () => {
    const { residency } = residencyOf([10]);
    await expect(residency.use("7", async () => {})).rejects.toMatchObject({
      slug: "pack-damaged",
    });
  });
});
