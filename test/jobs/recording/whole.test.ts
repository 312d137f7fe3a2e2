import { beforeAll, describe, expect, it } from "vitest";
import { DiarizationSchema } from "../../../src/http/diarizations/schema.ts";
import { headTaps } from "../../../src/model/engine/taps/taps.ts";
import type { Head } from "../../../src/model/heads/head.ts";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { createCost } from "../../../src/telemetry/cost.ts";
import { AMPLE_LIMITS, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import type { JobService } from "../../support/jobs/job-service.ts";
import {
  answerOf,
  LONG_CLIP,
  leftovers,
  resultOf,
  startRecordings,
  WINDOW_SECONDS,
  WINDOWS,
  windowedRegistry,
  withoutRequestId,
} from "../../support/jobs/recordings.ts";
import {
  changeHeads,
  installXVectorPacks,
  thresholdAt,
} from "../../support/model/xvector-packs.ts";

describe("a recording, window by window, gives the bytes of the clip computed at once", () => {
  let models: ModelRegistry;
  beforeAll(async () => {
    const heads = ["tiny-ctc", "tiny-afc", "tiny-seqcls", "tiny-xvector"];
    models = await windowedRegistry(["tiny-group", "tiny-layer", ...heads]);
  });

  it.each([
    ["tiny-group-q8", "layers=1,extract_features"],
    ["tiny-layer-q8", "layers=weighted&layer_weights=1,2,3,4"],
  ])("as frames of %s in every format, with %s", async (model, layers) => {
    const [jobs, at] = [
      await startRecordings([], {}, models),
      await startRecordings([], {}, models),
    ];
    const query = `?model=${model}&${layers}`;
    const id = await jobs.submit(LONG_CLIP, query);
    await jobs.drain();
    const { status, progress } = await jobs.job(id);
    expect({ status, progress }).toMatchObject({
      status: "done",
      progress: { windows_done: WINDOWS, windows_total: WINDOWS },
    });
    for (const format of [
      "format=npz",
      "format=safetensors&dtype=f16",
      "format=ndjson",
      "encoding=base64",
      "",
    ]) {
      const [ours, theirs] = [
        await resultOf(jobs, id, `?${format}`),
        await answerOf(at, `/v1/features${query}&${format}`),
      ];
      if (format.startsWith("format")) expect(Buffer.from(ours).equals(theirs)).toBe(true);
      else expect(withoutRequestId(ours)).toEqual(withoutRequestId(theirs));
    }
  });

  it.each([
    ["features", "pool=mean_std&format=npy&model=tiny-group-q8"],
    ["features", "pool=max&format=npy&model=tiny-layer-q8"],
    ["features", "format=npy&layers=-1&model=tiny-layer-q8"],
  ])("as %s with %s", async (_, query) => {
    const [jobs, at] = [
      await startRecordings([], {}, models),
      await startRecordings([], {}, models),
    ];
    const id = await jobs.submit(LONG_CLIP, `?${query}`);
    await jobs.drain();
    const whole = await answerOf(at, `/v1/features?${query}`);
    expect(Buffer.from(await resultOf(jobs, id)).equals(whole)).toBe(true);
    expect(await leftovers(jobs)).toMatchObject({
      ...{ recordings: 0, windows: 0, samples: [], clips: [] },
    });
  });

  it.each([
    ["transcription", "transcriptions", "model=tiny-ctc-q8&tokens=true"],
    ["diarization", "diarizations", "model=tiny-afc-q8&probabilities=true"],
    ["classification", "classifications", "model=tiny-seqcls-q8"],
    ["embedding", "embeddings", "model=tiny-xvector-q8"],
    ["embedding", "embeddings", "model=tiny-group-q8&pool=mean_std&layers=2"],
  ])("as %s by /v1/%s with %s", async (task, endpoint, query) => {
    const [jobs, at] = [
      await startRecordings([], {}, models),
      await startRecordings([], {}, models),
    ];
    const id = await jobs.submit(LONG_CLIP, `?task=${task}&${query}`);
    await jobs.drain();
    const whole = await answerOf(at, `/v1/${endpoint}?${query}`);
    expect(withoutRequestId(await resultOf(jobs, id))).toEqual(withoutRequestId(whole));
  });
});

describe("a recording of a pack that names an x-vector pack", () => {
  /** At which several windows have a voice, and not all of them the same. */
  const COSINE = 0.9999;
  const store = memoryStore();
  let jobs: JobService;
  beforeAll(async () => {
    await installXVectorPacks(store, { cosine: COSINE });
    const limits = { ...AMPLE_LIMITS, windowSeconds: WINDOW_SECONDS };
    jobs = await startRecordings([], {}, nodeRegistry(store, "", limits));
  });

  it("is diarized by embeddings, as its endpoint does it", async () => {
    const query = "model=tiny-afc-q8&probabilities=true";
    const id = await jobs.submit(LONG_CLIP, `?task=diarization&${query}`);
    await jobs.drain();
    const answer = DiarizationSchema.omit({ request_id: true }).parse(
      withoutRequestId(await resultOf(jobs, id)),
    );
    const whole = withoutRequestId(await answerOf(jobs, `/v1/diarizations?${query}`));
    expect(answer).toEqual(whole);
    expect(answer.windows_matched_by).toBe("embeddings");
    expect(answer.speakers.slice(0, 3)).toEqual(["speaker_0", "speaker_1", "speaker_2"]);
    expect(answer.probabilities?.[0]).toHaveLength(answer.speakers.length);
  });

  it("has its x-vectors charged to whom they are computed for, beside the model that was asked", async () => {
    const { models, telemetry } = jobs.platform;
    const cost = createCost();
    await telemetry.charge(cost, async () => {
      const engine = await models.open("tiny-afc-q8");
      const [head] = engine.manifest.heads;
      await engine.run(new Float32Array(16_000), headTaps(head as Head));
      const xvectors = await models.openXVectors(engine);
      await xvectors?.engine.run(new Float32Array(16_000), headTaps(xvectors.head));
    });
    expect(cost).toMatchObject({ computations: 2, modelId: "tiny-afc-q8" });
  });

  it("has partial results that say the same", async () => {
    const id = await jobs.submit(LONG_CLIP, "?task=diarization&model=tiny-afc-q8&threshold=0.45");
    for (let count = 0; count < 5; count++) await jobs.consumeOne();
    const partial = JSON.parse(new TextDecoder().decode(await resultOf(jobs, id, "?partial=true")));
    expect(partial).toMatchObject({ partial: true, windows_matched_by: "embeddings" });
    await jobs.drain();
  });

  it("is begun anew if that pack has become another", async () => {
    const id = await jobs.submit(LONG_CLIP, "?task=diarization&model=tiny-afc-q8&threshold=0.4");
    for (let count = 0; count < 3; count++) await jobs.consumeOne();
    await changeHeads(store, "packs/tiny-xvector-q8/manifest.json", (head) =>
      head.kind === "xvector" ? { ...head, threshold: thresholdAt(-1) } : head,
    );
    await jobs.drain();
    // All voices are of one speaker now, in windows of both tries.
    const { speakers } = JSON.parse(new TextDecoder().decode(await resultOf(jobs, id)));
    expect(speakers).toEqual(["speaker_0", "speaker_1"]);
  });
});
