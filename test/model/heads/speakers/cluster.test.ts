import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterVoices, type WindowVoice } from "../../../../src/model/heads/speakers/cluster.ts";

const SIZE = 6;

/** Embeddings whose numbers are drawn, so that no two cosines are equal; windows of up to two. */
const voicesDrawn = fc
  .array(
    fc.record({
      window: fc.nat(11),
      embedding: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
        minLength: SIZE,
        maxLength: SIZE,
      }),
    }),
    { minLength: 1, maxLength: 24 },
  )
  .map((drawn): WindowVoice[] =>
    drawn.map(({ window, embedding }, index) => {
      const spread = embedding.map((value, at) => value + Math.sin(7 * index + 3 * at + 1));
      return { window, embedding: Float32Array.from(spread) };
    }),
  );

/** Which voices are in one cluster, whatever its number. */
function partition(clusters: readonly number[]): string[] {
  const members = Map.groupBy(clusters.keys(), (index) => clusters[index]);
  return [...members.values()].map((indices) => indices.join(",")).sort();
}

describe("clusters of voices", () => {
  it("do not depend on the order of the voices", async () => {
    const rules = { threshold: 0.4, mostClusters: Infinity };
    await fc.assert(
      fc.asyncProperty(voicesDrawn, fc.infiniteStream(fc.nat()), async (voices, random) => {
        const order = voices
          .map((_, index) => ({ index, key: random.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ index }) => index);
        const moved = await clusterVoices(
          order.map((index) => voices[index] as WindowVoice),
          rules,
        );
        const back = voices.map((_, index) => moved[order.indexOf(index)] as number);
        expect(partition(back)).toEqual(partition(await clusterVoices(voices, rules)));
      }),
    );
  });

  it("never have two voices of one window, and are numbered as they come", async () => {
    await fc.assert(
      fc.asyncProperty(voicesDrawn, fc.double({ min: -1, max: 1 }), async (voices, threshold) => {
        const clusters = await clusterVoices(voices, { threshold, mostClusters: 1 });
        const places = clusters.map((cluster, index) => `${cluster} ${voices[index]?.window}`);
        expect(new Set(places).size).toBe(places.length);
        const firsts = [...new Set(clusters)];
        expect(firsts).toEqual(firsts.map((_, number) => number));
      }),
    );
  });

  it("are fewer the lower the threshold is, and each voice alone above all cosines", async () => {
    await fc.assert(
      fc.asyncProperty(voicesDrawn, fc.double({ min: -1, max: 1 }), async (voices, threshold) => {
        const count = async (cosine: number) => {
          const clusters = await clusterVoices(voices, {
            threshold: cosine,
            mostClusters: Infinity,
          });
          return new Set(clusters).size;
        };
        expect(await count(threshold)).toBeGreaterThanOrEqual(await count(threshold - 0.3));
        expect(await count(1.01)).toBe(voices.length);
      }),
    );
  });

  it("are merged by the mean of the cosines between them, which has to reach the threshold", async () => {
    const at = (degrees: number, window: number): WindowVoice => {
      const angle = (degrees * Math.PI) / 180;
      return { window, embedding: Float32Array.of(3 * Math.cos(angle), 3 * Math.sin(angle)) };
    };
    const voices = [at(0, 0), at(10, 1), at(60, 2)];
    const cosine = (degrees: number) => Math.cos((degrees * Math.PI) / 180);
    const mean = (cosine(60) + cosine(50)) / 2;
    const clustersAt = (threshold: number) =>
      clusterVoices(voices, { threshold, mostClusters: Infinity });
    expect(await clustersAt(mean + 0.001)).toEqual([0, 0, 1]);
    expect(await clustersAt(mean - 0.001)).toEqual([0, 0, 0]);
  });

  it("are no more than are told apart", async () => {
    const voices = Array.from({ length: 12 }, (_, window) => {
      const embedding = new Float32Array(12).fill(0.01);
      embedding[window] = 1;
      return { window, embedding };
    });
    const clusters = await clusterVoices(voices, { threshold: 0.9, mostClusters: 8 });
    expect(new Set(clusters).size).toBe(8);
  });
});
