import { afterEach, describe, expect, it, vi } from "vitest";
import { resolveTaps } from "../../../src/model/engine/taps/resolve.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import type { StageLink } from "../../../src/model/stages/call.ts";
import { bytesOfPieces } from "../../../src/model/stages/protocol/bytes.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { goldenSamples } from "../../../support/packs/golden.ts";
import { AMPLE_LIMITS, installGolden } from "../../../support/packs/tiny-pack.ts";
import { bitsOf } from "../../support/model/bits.ts";
import {
  engineOver,
  recording,
  segmentsRead,
  goldenStore as store,
  tapEverything,
} from "../../support/model/engine-over.ts";
import { linkTo, stagedEngine, stageOver } from "../../support/model/staged.ts";

const ID = "tiny-group-fp32";
const TAPS = tapEverything(3);
const LAST = resolveTaps("last", 3);

afterEach(() => vi.useRealTimers());

/** A way to a stage that dies in the middle of its first answers. */
function mortal(link: StageLink, deaths: number): StageLink {
  let calls = 0;
  return {
    async call(message, signal) {
      const answer = await link.call(message, signal);
      if (calls++ >= deaths) return answer;
      let takes = 0;
      return {
        async take(count) {
          if (++takes === 8) throw new Error("Network connection lost.");
          return await answer.take(count);
        },
      };
    },
  };
}

const unreachable: StageLink = { call: () => Promise.reject(new Error("no such service")) };

describe("stages", () => {
  it("each read the segments of their part, and none of them again", async () => {
    const parts = [recording(), recording(), recording()];
    const engine = await stagedEngine(store, ID, 3, {
      storageOf: (stage) => parts[stage - 1].storage,
    });
    const samples = await goldenSamples("x4001");
    await engine.run(samples, LAST);
    expect(parts.map(({ reads }) => segmentsRead(engine, reads))).toEqual([
      ["frontend", "positional", "layer.0"],
      ["layer.1"],
      ["layer.2"],
    ]);
    const before = parts.map(({ reads }) => reads.length);
    await engine.run(samples, TAPS);
    expect(parts.map(({ reads }) => reads.length)).toEqual(before);
  });

  it("are not called behind the last state that is asked for", async () => {
    const link = (stage: number, made: StageLink) => (stage === 1 ? made : unreachable);
    const engine = await stagedEngine(store, ID, 2, { link });
    const { hiddenStates } = await engine.run(await goldenSamples("x4001"), resolveTaps([1], 3));
    expect(hiddenStates.get(1)?.rows).toBe(12);
  });

  it.each([1, 2, 3])(
    "that lose number %i once compute it again, with the same bits",
    async (dying) => {
      const lost: number[] = [];
      const engine = await stagedEngine(store, ID, 3, {
        link: (stage, link) => (stage === dying ? mortal(link, 1) : link),
        reportLost: (stage) => lost.push(stage),
      });
      const samples = await goldenSamples("x56789");
      const layerSum = { weights: [0, 1, 2, 3], lastState: "raw" as const };
      const reports: number[] = [];
      const result = await engine.run(
        samples,
        { ...TAPS, layerSum },
        {
          report: (layersDone) => reports.push(layersDone),
        },
      );
      const alone = await (await engineOver()).run(samples, { ...TAPS, layerSum });
      expect(bitsOf(result)).toEqual(bitsOf(alone));
      expect(reports).toEqual([1, 2, 3]);
      expect(lost).toEqual([dying]);
    },
  );

  it("that are lost twice in a clip end it, and the next clip is computed", async () => {
    const engine = await stagedEngine(store, ID, 2, {
      link: (stage, link) => (stage === 2 ? mortal(link, 2) : link),
    });
    const samples = await goldenSamples("x56789");
    await expect(engine.run(samples, TAPS)).rejects.toMatchObject({
      slug: "stage-unreachable",
      extensions: { stage: 2 },
      message: expect.stringContaining("undertone-stage-2"),
    });
    expect((await engine.run(samples, TAPS)).frames).toBe(177);
  });

  it("that cannot be reached are named", async () => {
    const engine = await stagedEngine(store, ID, 2, { link: () => unreachable });
    await expect(engine.run(await goldenSamples("x400"), LAST)).rejects.toMatchObject({
      slug: "stage-unreachable",
      extensions: { stage: 1 },
    });
  });

  it("that say nothing for half a minute are taken for lost", async () => {
    const silent: StageLink = {
      call: async () => ({ take: () => new Promise(() => {}) }),
    };
    const engine = await stagedEngine(store, ID, 2, { link: () => silent });
    const samples = await goldenSamples("x400");
    vi.useFakeTimers();
    const running = expect(engine.run(samples, LAST)).rejects.toMatchObject({
      slug: "stage-unreachable",
    });
    await vi.advanceTimersByTimeAsync(60_001);
    await running;
  });

  it("stop when the client goes away", async () => {
    const controller = new AbortController();
    const aborted: number[] = [];
    const engine = await stagedEngine(store, ID, 2, {
      link: (stage, link) => ({
        call(message, signal) {
          signal.addEventListener("abort", () => aborted.push(stage));
          return link.call(message, signal);
        },
      }),
    });
    const running = engine.run(await goldenSamples("tile5_x56789"), LAST, {
      signal: controller.signal,
      report: (layersDone) => {
        if (layersDone === 2) controller.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ slug: "request-aborted" });
    expect(aborted).toContain(2);
  });

  it.each(["takes no more", "sends no more"])(
    "know that a caller who %s has left, before its signal says so",
    async (what) => {
      const faults: unknown[] = [];
      const reportFault = (error: unknown) => void faults.push(error);
      const broken = new TypeError("The stream is no longer there.");
      const deaf = what === "takes no more" ? { after: 3 } : { after: 1000 };
      let frames = 0;
      const engine = await stagedEngine(store, ID, 1, {
        link: () => ({
          async call(message, signal) {
            const stage = stageOver(store, { stage: 1, stages: 1 }, { reportFault });
            const emit = async () => {
              if (++frames > deaf.after) throw broken;
            };
            async function* order() {
              if (what === "takes no more") yield message;
              else throw broken;
            }
            await stage.answer(bytesOfPieces(order()), emit, signal);
            throw new Error("Nothing comes of it.");
          },
        }),
      });
      await expect(engine.run(await goldenSamples("x4001"), TAPS)).rejects.toThrow();
      // Each of two calls ended at the first frame that nobody took.
      expect(frames).toBeLessThanOrEqual(2 * (deaf.after + 2));
      expect(faults).toEqual([]);
    },
  );

  it("of other code are refused", async () => {
    const changes = (stage: number) => (stage === 2 ? { engineDigest: "other" } : {});
    const engine = await stagedEngine(store, ID, 2, { changes });
    await expect(engine.run(await goldenSamples("x400"), LAST)).rejects.toMatchObject({
      slug: "stage-mismatch",
      message: expect.stringContaining("Stage 2 of 2 runs another version of Undertone"),
    });
  });

  it("bound in the wrong order are refused", async () => {
    const swapped = (stage: number) => linkTo(stageOver(store, { stage: 3 - stage, stages: 2 }));
    const engine = await stagedEngine(store, ID, 2, { link: swapped });
    await expect(engine.run(await goldenSamples("x400"), LAST)).rejects.toMatchObject({
      slug: "stage-mismatch",
      message: expect.stringContaining("stage 2 of 2 is bound as stage 1 of 2"),
    });
  });

  it("with another pack of the same id, or none, are refused by its digest", async () => {
    const other = memoryStore();
    const manifest = (await store.get(manifestKey(ID))) as Uint8Array<ArrayBuffer>;
    const text = new TextDecoder().decode(manifest).replace(/"licence": "[^"]*"/, '"licence": "x"');
    await other.put(manifestKey(ID), new TextEncoder().encode(text));
    for (const [storage, there] of [
      [other, /stage 2 finds one of digest [0-9a-f]{12}/],
      [memoryStore(), /stage 2 finds no such pack/],
    ] as const) {
      const engine = await stagedEngine(store, ID, 2, {
        storageOf: (stage) => (stage === 2 ? storage : store),
      });
      await expect(engine.run(await goldenSamples("x400"), LAST)).rejects.toMatchObject({
        slug: "stage-mismatch",
        message: expect.stringMatching(there),
      });
    }
  });

  it("with less memory than the Worker in front counts with are refused", async () => {
    const limits = { ...AMPLE_LIMITS, memoryBudgetBytes: 1e6 };
    const engine = await stagedEngine(store, ID, 2, { changes: () => ({ limits }) });
    await expect(engine.run(await goldenSamples("x400"), LAST)).rejects.toMatchObject({
      slug: "stage-mismatch",
      message: expect.stringContaining("has less memory for a clip than the Worker in front"),
    });
  });

  it("of more than the model's layers are refused", async () => {
    const own = memoryStore();
    const id = await installGolden(own, "tiny-group-convbias-oddpos", "fp32");
    await expect(stagedEngine(own, id, 3)).rejects.toMatchObject({
      slug: "pack-unsupported",
      message: expect.stringContaining("deploy with at most 2 stages"),
      extensions: { stages: 3, layers: 2 },
    });
  });

  it("pass on what goes wrong in one of them", async () => {
    const engine = await stagedEngine(store, ID, 2, {
      storageOf: (stage) =>
        stage === 1
          ? store
          : { ...store, get: async (key) => (key.startsWith("blobs/") ? null : store.get(key)) },
    });
    await expect(engine.run(await goldenSamples("x400"), LAST)).rejects.toMatchObject({
      slug: "pack-damaged",
    });
  });
});
