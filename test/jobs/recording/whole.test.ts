import { beforeAll, describe, expect, it } from "vitest";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import {
  answerOf,
  LONG_CLIP,
  leftovers,
  resultOf,
  startRecordings,
  WINDOWS,
  windowedRegistry,
  withoutRequestId,
} from "../../support/jobs/recordings.ts";

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
