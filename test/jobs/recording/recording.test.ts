import { beforeAll, describe, expect, it, test } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { UndertoneError } from "../../../src/errors.ts";
import { processWindow } from "../../../src/jobs/recording/consumer.ts";
import { joinRecording } from "../../../src/jobs/recording/join.ts";
import { claimWindow, remainingWindows } from "../../../src/jobs/recording/table.ts";
import { jobWork } from "../../../src/jobs/work/compute.ts";
import type { JobWork } from "../../../src/jobs/work/work.ts";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import { bytesOf, chirp } from "../../support/http/service.ts";
import type { JobService } from "../../support/jobs/job-service.ts";
import {
  LONG_CLIP,
  leftovers,
  startRecordings,
  windowedRegistry,
} from "../../support/jobs/recordings.ts";

const WINDOWS = 9;

async function answerOf(service: JobService, path: string): Promise<Uint8Array> {
  const response = await service.app.request(path, { method: "POST", body: LONG_CLIP });
  if (response.status !== 200) throw new Error(await response.text());
  return bytesOf(response);
}

async function resultOf(service: JobService, id: string, query = ""): Promise<Uint8Array> {
  const response = await service.app.request(`/v1/jobs/${id}/result${query}`);
  if (response.status !== 200) throw new Error(await response.text());
  return bytesOf(response);
}

/** Without the id of the request, which no job has. */
function withoutRequestId(bytes: Uint8Array): unknown {
  const { request_id: _, ...members } = JSON.parse(new TextDecoder().decode(bytes));
  return members;
}

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
    for (const format of ["format=npz", "format=safetensors&dtype=f16", "encoding=base64", ""]) {
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

test("short jobs submitted behind a recording are done before it", async () => {
  const service = await startRecordings();
  const long = await service.submit(LONG_CLIP, "?pool=mean");
  await service.consumeOne();
  expect((await service.job(long)).progress.windows_total).toBe(WINDOWS);
  const short: string[] = [];
  for (let count = 0; count < 5; count++) short.push(await service.submit(chirp(4000 + count)));
  for (let count = 0; count < 13; count++) await service.consumeOne();
  const states = await Promise.all(short.map(async (id) => (await service.job(id)).status));
  expect(states).toEqual(Array(5).fill("done"));
  expect((await service.job(long)).status).toBe("running");
  await service.drain();
  expect((await service.job(long)).status).toBe("done");
});

test("windows whose consumers die are computed by others once their lease is over", async () => {
  const service = await startRecordings();
  const id = await service.submit(LONG_CLIP, "?pool=mean");
  await service.consumeOne();
  for (let count = 0; count < 3; count++) await claimWindow(service.platform, id);
  await service.drain();
  expect((await service.job(id)).status).toBe("done");
});

test("a recording whose messages are lost is taken up by the sweep", async () => {
  const service = await startRecordings();
  const id = await service.submit(LONG_CLIP, "?pool=mean");
  await service.consumeOne();
  await service.consumeOne();
  await service.platform.database.run(sql`DELETE FROM messages`);
  service.clock.nowMs += 6 * service.platform.settings.jobLeaseMs;
  await service.background.sweep();
  await service.drain();
  const { status, tries, progress } = await service.job(id);
  expect({ status, tries }).toEqual({ status: "done", tries: 1 });
  expect(progress.windows_done).toBe(WINDOWS);
});

test("what somebody leaves who dies right after the end of a job is removed by the sweep", async () => {
  const service = await startRecordings();
  const { database } = service.platform;
  const deleted = await service.submit(LONG_CLIP, "?pool=mean&start=1");
  const done = await service.submit(LONG_CLIP, "?pool=mean");
  for (let count = 0; count < 4; count++) await service.consumeOne();
  await database.run(sql`DELETE FROM jobs WHERE id = ${deleted}`);
  await database.run(
    sql`UPDATE jobs SET status = 'done', result_key = NULL, lease_token = NULL WHERE id = ${done}`,
  );
  await service.background.sweep();
  expect(await leftovers(service)).toMatchObject({ recordings: 0, windows: 0, samples: [] });
});

test("two recordings of the same clip are computed once", async () => {
  const service = await startRecordings();
  const ids = [
    await service.submit(LONG_CLIP, "?pool=mean"),
    await service.submit(LONG_CLIP, "?pool=mean"),
  ];
  await service.drain();
  const jobs = await Promise.all(ids.map((id) => service.job(id)));
  expect(jobs.map(({ status }) => status)).toEqual(["done", "done"]);
  expect(jobs.map(({ progress }) => progress.windows_total)).toEqual([WINDOWS, 0]);
  expect(await resultOf(service, ids[0])).toEqual(await resultOf(service, ids[1]));
});

test("two consumers that join at once end the job once, and keep its result", async () => {
  const service = await startRecordings();
  const id = await service.submit(LONG_CLIP, "?format=npy");
  await service.consumeOne();
  const { platform } = service;
  while ((await remainingWindows(platform, id)).undone > 1) await service.consumeOne();
  const inner = jobWork(platform);
  const other: Promise<unknown>[] = [];
  /** While one joins, its lease ends, and another joins as well. */
  const slow: JobWork = {
    ...inner,
    async prepare(options) {
      const prepared = await inner.prepare(options);
      const { recorded } = prepared;
      if (recorded === null) throw new Error("no recording");
      const join: typeof recorded.join = async (...given) => {
        service.clock.nowMs += platform.settings.jobLeaseMs;
        other.push(joinRecording(platform, inner, id));
        await Promise.all(other);
        return recorded.join(...given);
      };
      return { ...prepared, recorded: { ...recorded, join } };
    },
  };
  await processWindow(platform, slow, id);
  expect(other).toHaveLength(1);
  expect((await service.job(id)).status).toBe("done");
  const at = await startRecordings();
  const whole = await answerOf(at, "/v1/features?format=npy");
  expect(Buffer.from(await resultOf(service, id)).equals(whole)).toBe(true);
});

describe("a recording whose file is odd", () => {
  const done = async (service: JobService, id: string) => {
    await service.drain();
    expect((await service.job(id)).status).toBe("done");
    return JSON.parse(new TextDecoder().decode(await resultOf(service, id)));
  };

  it("is computed as far as it goes, if it breaks off", async () => {
    const service = await startRecordings();
    const id = await service.submit(LONG_CLIP.subarray(0, 1_200_001), "?pool=mean");
    const { audio, frames } = await done(service, id);
    expect(audio.seconds).toBeCloseTo(37.5, 2);
    expect(frames).toBe(1874);
    expect(audio.warnings).toMatchObject([{ code: "truncated" }]);
  });

  it("is computed though it is silent throughout", async () => {
    const service = await startRecordings();
    const silence = { channels: [new Float32Array(640_000)] };
    const id = await service.submit(chirp(1, silence), "?pool=max");
    const { audio, layers } = await done(service, id);
    expect(audio.warnings).toMatchObject([{ code: "silence" }]);
    expect(layers[0].data.every(Number.isFinite)).toBe(true);
  });

  it("is refused if it is longer than a job takes, whatever its header says", async () => {
    const { settings } = (await startRecordings()).platform;
    const short = { ...settings, maxClipSeconds: 5, maxJobSeconds: 35 };
    const service = await startRecordings(["tiny-group"], { settings: short });
    const liar = LONG_CLIP.slice();
    // The length of its data: unknown, as of a stream.
    new DataView(liar.buffer).setUint32(40, 0xffffffff, true);
    const id = await service.submit(liar, "?pool=mean");
    await service.drain();
    const { status, problem } = await service.job(id);
    expect({ status, type: problem?.type }).toEqual({
      status: "failed",
      type: "/problems/clip-too-long",
    });
    expect(await leftovers(service)).toMatchObject({ recordings: 0, samples: [], results: [] });
  });
});

test("a recording that is deleted in the middle leaves nothing", async () => {
  const service = await startRecordings();
  const id = await service.submit(LONG_CLIP);
  for (let count = 0; count < 4; count++) await service.consumeOne();
  expect((await leftovers(service)).results.length).toBeGreaterThan(0);
  expect((await service.app.request(`/v1/jobs/${id}`, { method: "DELETE" })).status).toBe(204);
  await service.drain();
  expect(await leftovers(service)).toEqual({
    ...{ recordings: 0, windows: 0, samples: [], clips: [], results: [] },
  });
});

/** Engines whose window `number` fails. */
async function failingAt(number: number, error: () => Error): Promise<ModelRegistry> {
  const inner = await windowedRegistry(["tiny-group"]);
  return {
    ...inner,
    async open(id) {
      const engine = await inner.open(id);
      return {
        ...engine,
        async runWindow(input, taps, options) {
          const keptSeconds = input.window.keepFirst / 50;
          if (Math.floor(keptSeconds / 4) === number) throw error();
          return engine.runWindow(input, taps, options);
        },
      };
    },
  };
}

describe("a window that always fails", () => {
  it.each([
    ["at once, if it is the clip's fault", "clip-exceeds-memory"],
    ["after six tries otherwise", "model-memory-exhausted"],
  ] as const)("fails the job %s, and says of which seconds", async (_, slug) => {
    const models = await failingAt(3, () => new UndertoneError(slug, "No."));
    const service = await startRecordings([], {}, models);
    const id = await service.submit(LONG_CLIP, "?pool=mean");
    await service.drain();
    const { status, problem } = await service.job(id);
    expect(status).toBe("failed");
    expect(problem).toMatchObject({
      type: `/problems/${slug}`,
      detail: "Between 14 s and 18 s: No.",
      ...{ start: 14, end: 18 },
    });
    expect((await service.app.request(`/v1/jobs/${id}/result`)).status).toBe(409);
    const partial = (run: number) =>
      service.app.request(`/v1/jobs/${id}/result?format=npy&partial=true&run=${run}`);
    expect((await partial(0)).headers.get("Undertone-Partial")).toMatch(
      /^start=0.000, end=14.000,/,
    );
    const { samples, clips, results } = await leftovers(service);
    expect({ samples, clips }).toEqual({ samples: [], clips: [] });
    expect(results.length).toBeGreaterThan(0);
    service.clock.nowMs += service.platform.settings.resultTtlMs;
    await service.background.sweep();
    expect(await leftovers(service)).toMatchObject({ recordings: 0, windows: 0, results: [] });
  });
});

test("of one owner four recordings are computed at once; a fifth waits", async () => {
  const service = await startRecordings();
  const ids: string[] = [];
  for (let count = 0; count < 5; count++)
    ids.push(await service.submit(LONG_CLIP, `?pool=mean&start=0.${count + 1}`));
  for (let count = 0; count < 5; count++) await service.consumeOne();
  const states = await Promise.all(ids.map(async (id) => (await service.job(id)).status));
  expect(states).toEqual(["running", "running", "running", "running", "queued"]);
  await service.drain();
  for (const id of ids) expect((await service.job(id)).status).toBe("done");
});

describe("what is finished of a recording that runs", () => {
  it("can be read, and a header says which part it is", async () => {
    const service = await startRecordings(["tiny-ctc"]);
    const at = await startRecordings(["tiny-ctc"]);
    const query = "?task=transcription&tokens=true";
    const id = await service.submit(LONG_CLIP, query);
    const path = `/v1/jobs/${id}/result`;
    await service.consumeOne();
    expect((await service.app.request(`${path}?partial=true`)).status).toBe(409);
    for (let count = 0; count < 3; count++) await service.consumeOne();
    expect((await service.app.request(path)).status).toBe(409);
    const response = await service.app.request(`${path}?partial=true`);
    expect(response.headers.get("Undertone-Partial")).toBe(
      `start=0.000, end=14.000, windows-done=3, windows-total=${WINDOWS}, run=0, runs=1`,
    );
    const { partial, tokens, frames } = await response.json();
    expect({ partial, frames }).toEqual({ partial: true, frames: 700 });
    const whole = JSON.parse(
      new TextDecoder().decode(await answerOf(at, "/v1/transcriptions?tokens=true")),
    );
    const early = (all: { start: number; end: number }[]) => all.filter(({ end }) => end < 13.9);
    expect(early(tokens)).toEqual(early(whole.tokens));
    expect((await service.app.request(`${path}?partial=true&run=1`)).status).toBe(409);
  });
});

describe("the events of a job", () => {
  /** The names and data of all events. */
  const eventsOf = async (service: JobService, id: string) => {
    const text = await (await service.app.request(`/v1/jobs/${id}/events`)).text();
    return [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, name, data]) => ({
      name,
      job: JSON.parse(data as string),
    }));
  };

  it("are its changes, and end with its end, also after the fact", async () => {
    const service = await startRecordings();
    const id = await service.submit(LONG_CLIP, "?pool=mean");
    await service.consumeOne();
    await service.consumeOne();
    const watching = eventsOf(service, id);
    await service.drain();
    const events = await watching;
    expect(events[0]).toMatchObject({ name: "progress", job: { status: "running" } });
    expect(events.at(-1)).toMatchObject({
      name: "done",
      job: { progress: { windows_done: WINDOWS, seconds_done: 40, seconds_total: 40 } },
    });
    expect((await eventsOf(service, id)).map(({ name }) => name)).toEqual(["done"]);
    expect((await service.app.request("/v1/jobs/job_0/events")).status).toBe(404);
  });

  it("end at once for who stops reading them", async () => {
    const service = await startRecordings();
    const id = await service.submit(LONG_CLIP);
    const reader = (await service.app.request(`/v1/jobs/${id}/events`)).body?.getReader();
    const decoder = new TextDecoder();
    const read = async () => decoder.decode((await reader?.read())?.value);
    expect(await read()).toMatch(/^retry: /);
    expect(await read()).toMatch(/^event: progress\n/);
    // Now it waits for a change, which does not come.
    await reader?.cancel();
    expect((await reader?.read())?.done).toBe(true);
  });
});
