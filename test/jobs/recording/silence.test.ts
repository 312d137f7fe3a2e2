import { beforeAll, describe, expect, it } from "vitest";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import type { JobService } from "../../support/jobs/job-service.ts";
import {
  leftovers,
  resultOf,
  startRecordings,
  WINDOW_SECONDS,
  windowedRegistry,
  withoutRequestId,
} from "../../support/jobs/recordings.ts";

const RATE_HZ = 16_000;
const SECONDS = 44;
/** Sound at 0 to 9 s and at 30 to 40 s; at 20 s a hum that is 50 dB below it, and an offset all through. */
const sampleAt = (index: number): number => {
  const seconds = index / RATE_HZ;
  const tone = Math.sin(2 * Math.PI * (200 + 15 * seconds) * seconds);
  if (seconds < 9 || (seconds >= 30 && seconds < 40)) return 0.01 + 0.4 * tone;
  return 0.01 + (seconds >= 20 && seconds < 21 ? 0.001 * tone : 0);
};
const clipOf = (sample: (index: number) => number) =>
  makeWav({
    sampleRateHz: RATE_HZ,
    channels: [Float32Array.from({ length: SECONDS * RATE_HZ }, (_, index) => sample(index))],
    format: "s16",
  });
const CLIP = clipOf(sampleAt);
const SILENT_CLIP = clipOf(() => 0.01);

/** Windows keep 0–6, 6–10, 10–14 … s and see two seconds more on both sides: those of 14 to 26 s hear nothing. */
const SILENT = [{ frame: 700, frames: 600, start: 14, end: 26 }];
const WINDOWS = 7;
const FRAMES = 2199 - 600;

let models: ModelRegistry;
beforeAll(async () => {
  const heads = ["tiny-ctc", "tiny-afc", "tiny-seqcls", "tiny-xvector"];
  models = await windowedRegistry(["tiny-group", "tiny-layer", ...heads]);
});

const start = () => startRecordings([], {}, models);

async function jobOf(service: JobService, query: string, clip = CLIP): Promise<string> {
  const id = await service.submit(clip, query);
  await service.drain();
  return id;
}

async function answerOf(service: JobService, path: string, clip = CLIP): Promise<Response> {
  return await service.app.request(path, { method: "POST", body: clip });
}

describe("skip_silence=true", () => {
  it.each(["tiny-group-q8", "tiny-layer-q8"])(
    "leaves windows of silence out of the frames of %s, says so, and changes no other frame",
    async (model) => {
      const [jobs, at] = [await start(), await start()];
      const query = `?model=${model}&layers=1,3`;
      const id = await jobOf(jobs, `${query}&skip_silence=true`);
      expect((await jobs.job(id)).progress).toMatchObject({
        ...{ windows_done: WINDOWS, windows_total: WINDOWS, seconds_done: SECONDS },
      });
      const answer = JSON.parse(new TextDecoder().decode(await resultOf(jobs, id)));
      expect(answer).toMatchObject({ silent: SILENT, frames: FRAMES, windows: WINDOWS });
      const whole = await (await answerOf(at, `/v1/features${query}`)).json();
      for (const [index, { data, shape }] of answer.layers.entries()) {
        const { data: all } = whole.layers[index];
        expect(shape[0]).toBe(FRAMES);
        expect(data).toEqual([...all.slice(0, 700), ...all.slice(1300)]);
      }
      for (const format of ["npz", "safetensors", "ndjson"]) {
        const path = `/v1/features${query}&skip_silence=true&format=${format}`;
        const direct = new Uint8Array(await (await answerOf(at, path)).arrayBuffer());
        const ours = await resultOf(jobs, id, `?format=${format}`);
        expect(Buffer.from(ours).equals(direct), format).toBe(true);
      }
      const lines = new TextDecoder().decode(await resultOf(jobs, id, "?format=ndjson"));
      const frames = lines
        .trimEnd()
        .split("\n")
        .slice(1, 1 + FRAMES);
      expect(JSON.parse(frames[699] as string).frame).toBe(699);
      expect(JSON.parse(frames[700] as string).frame).toBe(1300);
      const file = await jobs.app.request(`/v1/jobs/${id}/result?format=safetensors`);
      expect(file.headers.get("X-Undertone-Silent")).toBe("700-1300");
    },
  );

  it.each([
    ["features", "features", "model=tiny-group-q8&pool=mean_std"],
    ["transcription", "transcriptions", "model=tiny-ctc-q8&tokens=true"],
    ["classification", "classifications", "model=tiny-seqcls-q8"],
    ["embedding", "embeddings", "model=tiny-xvector-q8"],
  ])(
    "as %s by /v1/%s with %s is about the frames that were computed",
    async (task, path, query) => {
      const [jobs, at] = [await start(), await start()];
      const id = await jobOf(jobs, `?task=${task}&${query}&skip_silence=true`);
      const answer = withoutRequestId(await resultOf(jobs, id));
      expect(answer).toMatchObject({ silent: SILENT, frames: FRAMES });
      const whole = await answerOf(at, `/v1/${path}?${query}&skip_silence=true`);
      const bytes = new Uint8Array(await whole.arrayBuffer());
      expect(answer).toEqual(withoutRequestId(bytes));
      const plain = await (await answerOf(at, `/v1/${path}?${query}`)).json();
      expect(plain).not.toMatchObject(answer as object);
      expect(plain.silent).toBeUndefined();
    },
  );

  it("pools as if there were only the frames that were computed", async () => {
    const at = await start();
    const query = "model=tiny-layer-q8&skip_silence=true";
    const { layers } = await (await answerOf(at, `/v1/features?${query}&pool=max`)).json();
    const frames = await (await answerOf(at, `/v1/features?${query}`)).json();
    const rows: number[][] = frames.layers[0].data;
    const most = rows[0]?.map((_, channel) =>
      Math.max(...rows.map((row) => row[channel] as number)),
    );
    expect(layers[0].data).toEqual(most);
  });

  it("keeps the times of what is said behind silence", async () => {
    const at = await start();
    const path = "/v1/transcriptions?model=tiny-ctc-q8&tokens=true";
    const plain = await (await answerOf(at, path)).json();
    const { tokens } = await (await answerOf(at, `${path}&skip_silence=true`)).json();
    const behind = (all: { start: number }[]) => all.filter(({ start }) => start > 26.5);
    expect(behind(tokens).length).toBeGreaterThan(0);
    expect(behind(tokens)).toEqual(behind(plain.tokens));
  });

  it("is refused for diarization, whose windows are matched by each other", async () => {
    const service = await start();
    const path = "/v1/jobs?task=diarization&model=tiny-afc-q8&skip_silence=true";
    const response = await answerOf(service, path);
    expect(await response.json()).toMatchObject({
      ...{ status: 422, type: "/problems/invalid-option", option: "skip_silence" },
      detail: expect.stringContaining("frames that it has in common with the next"),
    });
  });

  it("keeps partial results apart where a window is missing, not where silence is", async () => {
    const service = await start();
    const id = await service.submit(CLIP, "?skip_silence=true&model=tiny-group-q8");
    for (let count = 0; count < 5; count++) await service.consumeOne();
    const response = await service.app.request(`/v1/jobs/${id}/result?partial=true`);
    expect(response.headers.get("Undertone-Partial")).toBe(
      `start=0.000, end=30.000, windows-done=4, windows-total=${WINDOWS}, run=0, runs=1`,
    );
    expect(await response.json()).toMatchObject({ partial: true, frames: 900, silent: SILENT });
  });
});

describe("a recording that is silent all through, with skip_silence=true", () => {
  it("has an empty transcript, for which nothing is computed", async () => {
    const service = await start();
    const query = "?task=transcription&model=tiny-ctc-q8&skip_silence=true";
    const id = await jobOf(service, query, SILENT_CLIP);
    const answer = withoutRequestId(await resultOf(service, id));
    expect(answer).toMatchObject({
      ...{ text: "", words: [], confidence: null, backend: "none", frames: 0, windows: 0 },
      silent: [{ frame: 0, frames: 2199, start: 0, end: 43.98 }],
    });
    const path = "/v1/transcriptions?model=tiny-ctc-q8&skip_silence=true";
    const whole = await answerOf(service, path, SILENT_CLIP);
    expect(answer).toEqual(withoutRequestId(new Uint8Array(await whole.arrayBuffer())));
    expect(await leftovers(service)).toMatchObject({ samples: [], recordings: 0, windows: 0 });
  });

  it.each(["features", "embedding"])("fails as %s, saying why", async (task) => {
    const service = await start();
    const id = await jobOf(
      service,
      `?task=${task}&skip_silence=true&model=tiny-xvector-q8`,
      SILENT_CLIP,
    );
    expect(await service.job(id)).toMatchObject({
      ...{ status: "failed", tries: 1, problem: { type: "/problems/clip-silent" } },
    });
    expect(await leftovers(service)).toMatchObject({ samples: [], recordings: 0, windows: 0 });
    const short = SILENT_CLIP.slice(0, 44 + 2 * RATE_HZ * WINDOW_SECONDS);
    const path = `/v1/features?skip_silence=true&model=tiny-xvector-q8`;
    const response = await answerOf(service, path, short);
    expect({ status: response.status, ...(await response.json()) }).toMatchObject({
      ...{ status: 422, type: "/problems/clip-silent" },
    });
  });
});
