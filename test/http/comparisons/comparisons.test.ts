import { beforeAll, describe, expect, test } from "vitest";
import { ComparisonSchema } from "../../../src/http/comparisons/schema.ts";
import { manifestKey, type PackManifest } from "../../../src/model/pack/manifest.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { problemOf, type Service, startService } from "../../support/http/service.ts";
import { ask, startTaskService, wavOf } from "../../support/http/tasks.ts";
import {
  GOLDEN_HEADS,
  goldenHeadVectors,
  installChanged,
} from "../../support/model/golden-heads.ts";

let service: Service;
/** Of the reference's embeddings of x16000 and the part of x56789. */
let expectedCosine: number;

beforeAll(async () => {
  service = await startTaskService();
  const vectors = await goldenHeadVectors(GOLDEN_HEADS[0] as (typeof GOLDEN_HEADS)[number]);
  const [a, b] = ["x16000", "single1"].map((part) => [
    ...(vectors.get(part)?.embeddings ?? []),
  ]) as [number[], number[]];
  const dot = a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
  expectedCosine = dot / (Math.hypot(...a) * Math.hypot(...b));
});

async function pairOf(a: string, b: string): Promise<FormData> {
  const form = new FormData();
  form.set("a", new Blob([await wavOf(a)]), "a.wav");
  form.set("b", new Blob([await wavOf(b)]), "b.wav");
  return form;
}

describe("POST /v1/comparisons", () => {
  test("gives the cosine of two speakers' embeddings", async () => {
    const response = await ask(
      service,
      "comparisons",
      "tiny-xvector",
      await pairOf("x16000", "single1"),
    );
    const { a, b, cosine, threshold, same_speaker, note } = ComparisonSchema.parse(
      await response.json(),
    );
    expect(cosine).toBeCloseTo(expectedCosine, 4);
    expect([a.audio.seconds, b.audio.seconds]).toEqual([1, 0.5625]);
    expect({ threshold, same_speaker }).toEqual({ threshold: null, same_speaker: null });
    expect(note).toMatch(/no threshold.*calibrate-threshold/);
  });

  test("says what the pack's threshold makes of it, and where that came from", async () => {
    const threshold = (cosine: number) => ({
      cosine,
      source: "pairs.csv",
      targetPairs: 40,
      nonTargetPairs: 60,
      equalErrorRate: 0.05,
    });
    for (const [limit, isSame] of [
      [expectedCosine - 0.01, true],
      [expectedCosine + 0.01, false],
    ] as const) {
      const store = memoryStore();
      const key = manifestKey(await installChanged(store, "tiny-xvector", {}));
      const manifest: PackManifest = JSON.parse(
        new TextDecoder().decode((await store.get(key)) as Uint8Array),
      );
      const heads = manifest.heads.map((head) => ({ ...head, threshold: threshold(limit) }));
      await store.put(key, new TextEncoder().encode(JSON.stringify({ ...manifest, heads })));
      const calibrated = startService(nodeRegistry(store));
      const form = await pairOf("x16000", "single1");
      const answer = ComparisonSchema.parse(
        await (await ask(calibrated, "comparisons", "tiny-xvector", form)).json(),
      );
      expect(answer.same_speaker).toBe(isSame);
      expect(answer.threshold).toEqual({
        cosine: limit,
        equal_error_rate: 0.05,
        target_pairs: 40,
        non_target_pairs: 60,
        source: "pairs.csv",
      });
      expect(answer.note).toMatch(/comes from pairs\.csv.*calibrate-threshold/);
    }
  });

  test("uses the same part of both clips", async () => {
    const form = await pairOf("x16000", "x16000");
    form.set("end", "0.5");
    const { a, b, cosine } = await (await ask(service, "comparisons", "tiny-xvector", form)).json();
    expect([a.audio.seconds, b.audio.seconds, cosine]).toEqual([0.5, 0.5, 1]);
  });

  test("says which clip is at fault", async () => {
    const short = await problemOf(
      await ask(service, "comparisons", "tiny-xvector", await pairOf("x16000", "x4001")),
    );
    expect(short).toMatchObject({
      type: "/problems/clip-too-short",
      detail: expect.stringMatching(/^Clip b: .*5200/),
      minimum_samples: 5200,
      clip: "b",
    });
    const form = await pairOf("x16000", "x16000");
    form.set("a", new Blob(["not audio at all, but text"]), "a.txt");
    const problem = await problemOf(await ask(service, "comparisons", "tiny-xvector", form));
    expect(problem).toMatchObject({ type: "/problems/not-audio", clip: "a" });
  });

  test("wants two files in a form", async () => {
    const without = await pairOf("x16000", "x16000");
    without.delete("b");
    for (const body of [without, await wavOf("x16000")]) {
      const problem = await problemOf(await ask(service, "comparisons", "tiny-xvector", body));
      expect(problem).toMatchObject({ type: "/problems/missing-file", status: 400 });
      expect(problem.detail).toContain("curl -F a=@one.wav -F b=@other.wav");
    }
    const elsewhere = await pairOf("x16000", "x16000");
    elsewhere.delete("b");
    elsewhere.set("other", new Blob([await wavOf("x16000")]), "other.wav");
    const misplaced = await problemOf(await ask(service, "comparisons", "tiny-xvector", elsewhere));
    expect(misplaced).toMatchObject({
      type: "/problems/missing-file",
      file_fields: ["other"],
      detail: expect.stringContaining("no file in field `b` but one in `other`"),
    });
    const twice = await pairOf("x16000", "x16000");
    twice.append("a", new Blob([await wavOf("x16000")]), "again.wav");
    const problem = await problemOf(await ask(service, "comparisons", "tiny-xvector", twice));
    expect(problem).toMatchObject({
      type: "/problems/malformed-multipart",
      detail: expect.stringMatching(/several fields `a`/),
    });
  });

  test("needs a model with a speaker head, and names those that have one", async () => {
    const response = await ask(
      service,
      "comparisons",
      "tiny-group",
      await pairOf("x16000", "x16000"),
    );
    expect(await problemOf(response)).toMatchObject({
      type: "/problems/model-without-head",
      head: "xvector",
      models: ["tiny-xvector-fp32"],
    });
  });
});
