import { describe, expect, test } from "vitest";
import { IdentificationSchema } from "../../../src/http/identifications/schema.ts";
import { headTaps } from "../../../src/model/engine/taps/taps.ts";
import { headOf } from "../../../src/model/heads/head.ts";
import { cosine, l2Normalised } from "../../../src/model/heads/vectors.ts";
import { startService } from "../../support/http/service.ts";
import { VOICE_MODEL, voiceClip, voiceModels } from "../../support/http/voices.ts";

const SIZE = 16;
const random = (index: number, at: number) => Math.sin(12.9 * index + 78.2 * at + 0.3 * index * at);

/** Mean and deviation of `one`'s cosines with all of a cohort, by their definitions. */
function statistics(one: Float32Array, cohort: readonly Float32Array[]) {
  const cosines = cohort.map((other) => cosine(one, other));
  const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
  const variance = cosines.reduce((sum, value) => sum + (value - mean) ** 2, 0) / cosines.length;
  return { mean, deviation: Math.sqrt(variance) };
}

describe("identification by a pack with a cohort", () => {
  test("normalises scores on both sides, and decides by the threshold of these", async () => {
    const { models } = await voiceModels(0.99);
    const engine = await models.open(VOICE_MODEL);
    const head = headOf(engine.manifest, "xvector");
    if (head === undefined) throw new Error("no head");
    const embed = async (clip: Uint8Array<ArrayBuffer>) => {
      const samples = new Float32Array(clip.slice(-4 * 24_000).buffer);
      const { head: output } = await engine.run(samples, headTaps(head));
      return l2Normalised(output?.embedding as Float32Array);
    };
    const cohort = Array.from({ length: 12 }, (_, index) =>
      l2Normalised(
        Float32Array.from({ length: head.embeddingSize }, (_, at) => random(index, at % SIZE)),
      ),
    );
    const [enrolled, asked] = [await embed(voiceClip("hum")), await embed(voiceClip("hum", 3))];
    const alike = cosine(enrolled, asked);
    const [one, other] = [statistics(enrolled, cohort), statistics(asked, cohort)];
    const expected =
      ((alike - one.mean) / one.deviation + (alike - other.mean) / other.deviation) / 2;
    for (const [score, isKnown] of [
      [expected - 0.01, true],
      [expected + 0.01, false],
    ] as const) {
      const { models: own } = await voiceModels(0.99, { embeddings: cohort, score });
      const { app } = startService(own);
      await app.request("/v1/speakers?name=hum", { method: "POST", body: voiceClip("hum") });
      const body = voiceClip("hum", 3);
      const response = await app.request("/v1/identifications", { method: "POST", body });
      const found = IdentificationSchema.parse(await response.json());
      expect(found).toMatchObject({ scores: "s-norm", threshold: { score, source: "pairs.csv" } });
      expect(found.candidates[0]?.score).toBeCloseTo(expected, 3);
      expect(found.candidates[0]?.cosine).toBeCloseTo(alike, 5);
      expect(found.speaker !== null).toBe(isKnown);
    }
  });
});
