import { beforeAll, describe, expect, test } from "vitest";
import * as ids from "../../../src/audio/containers/matroska/ids.ts";
import { FeaturesSchema } from "../../../src/http/features/schema.ts";
import { int16s } from "../../../support/clips/bytes.ts";
import { block, element, makeMatroska, trackEntry } from "../../../support/clips/make-matroska.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import {
  bytesOf,
  MAX_CLIP_SECONDS,
  MAX_DECODED_SECONDS,
  post,
  problemOf,
  type Service,
  startService,
} from "../../support/http/service.ts";

const RATE_HZ = 16_000;
const wave = (pitch: number, seconds: number) =>
  Float32Array.from({ length: seconds * RATE_HZ }, (_, index) => 0.5 * Math.sin(index * pitch));
const wav = (...channels: Float32Array[]) =>
  makeWav({ sampleRateHz: RATE_HZ, channels, format: "f32" });

const left = wave(0.3, 1);
const right = wave(0.05, 1);
const stereo = wav(left, right);

let service: Service;
beforeAll(async () => {
  service = startService(await tinyRegistry());
});

/** The features of a clip as .npy. */
async function features(query: string, body: BodyInit): Promise<Uint8Array> {
  const response = await post(service, `?format=npy${query}`, body);
  expect(response.status).toBe(200);
  return bytesOf(response);
}

async function audioOf(query: string, body: BodyInit) {
  const response = await post(service, `?pool=mean${query}`, body);
  return FeaturesSchema.parse(await response.json()).audio;
}

function form(...fields: [string, string | File][]): FormData {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  return data;
}

describe("the channel and the part that are asked for", () => {
  test("give the features of a clip that has nothing else", async () => {
    expect(await features("&channel=left", stereo)).toEqual(await features("", wav(left)));
    expect(await features("&channel=1", stereo)).toEqual(await features("", wav(right)));
    const part = wav(left.subarray(4_000, 12_000));
    expect(await features("&start=0.25&end=0.75&channel=0", stereo)).toEqual(
      await features("", part),
    );
  });

  test("are told in the answer", async () => {
    expect(await audioOf("&start=0.25&end=0.75&channel=1", stereo)).toMatchObject({
      channels: 2,
      channel: 1,
      start: 0.25,
      end: 0.75,
      seconds: 0.5,
      warnings: [],
    });
    const audio = await audioOf("", stereo);
    expect(audio).toMatchObject({ channel: "mix", seconds: 1 });
    expect(audio).not.toHaveProperty("start");
  });

  test("may be of a clip that is too long as a whole", async () => {
    const long = wav(wave(0.2, MAX_CLIP_SECONDS + 1));
    const problem = await problemOf(await post(service, "", long));
    expect(problem).toMatchObject({ type: "/problems/clip-too-long", max_clip_seconds: 2 });
    expect(problem.detail).toContain("start and end");
    expect(await audioOf("&start=1", long)).toMatchObject({ seconds: 2 });
  });

  test.each([
    ["&channel=2", "channel-out-of-range", 422, /channels 0 to 1/],
    ["&start=1.5", "start-out-of-range", 422, /ends at 1\.000 s/],
    [`&start=${MAX_DECODED_SECONDS}`, "clip-too-long", 413, /first 5 s/],
    ["&start=0.5&end=0.5", "invalid-option", 422, /after start/],
  ])("%s is refused", async (query, slug, status, detail) => {
    const problem = await problemOf(await post(service, `?pool=mean${query}`, stereo));
    expect(problem).toMatchObject({ type: `/problems/${slug}`, status });
    expect(problem.detail).toMatch(detail);
  });
});

describe("the audio track that is asked for", () => {
  const entry = (number: number) => trackEntry({ number, sampleRateHz: RATE_HZ });
  const sound = (samples: Float32Array, number: number) => {
    const values = Array.from(samples, (sample) => Math.round(sample * 0x7fff));
    return element(ids.SIMPLE_BLOCK, block(int16s(values), { track: number }));
  };
  const both = makeMatroska([entry(1), entry(2)], [sound(left, 1), sound(right, 2)]);
  const second = makeMatroska([entry(2)], [sound(right, 2)]);

  test("gives the features of a file that has no other, in the query and in a form", async () => {
    const expected = await features("", second);
    expect(await features("&track=1", both)).toEqual(expected);
    const file = ["file", new File([both], "clip.mka")] as [string, File];
    expect(await features("", form(["track", "1"], file))).toEqual(expected);
    expect(await features("", form(file, ["track", "1"]))).toEqual(expected);
    expect(await features("", both)).not.toEqual(expected);
  });

  test("is told in the answer where there are several, or where it was asked for", async () => {
    expect(await audioOf("&track=1", both)).toMatchObject({ track: 1 });
    expect(await audioOf("", both)).toMatchObject({ track: 0 });
    expect(await audioOf("&track=0", second)).toMatchObject({ track: 0 });
    expect(await audioOf("", second)).not.toHaveProperty("track");
  });

  test("that is not there is refused with how many there are", async () => {
    const problem = await problemOf(await post(service, "?track=2", both));
    expect(problem).toMatchObject({ type: "/problems/track-out-of-range", status: 422, tracks: 2 });
    expect(problem.detail).toContain("tracks 0 to 1");
  });

  test.each(["-1", "first", "1.5", ""])("%j is no track", async (track) => {
    const problem = await problemOf(await post(service, `?track=${track}`, both));
    expect(problem).toMatchObject({ type: "/problems/invalid-option", option: "track" });
  });

  test("is too late after a file that was decoded as it arrived", async () => {
    const file = ["file", new File([both], "clip.mka")] as [string, File];
    const late = form(["pool", "mean"], file, ["track", "1"]);
    const problem = await problemOf(await post(service, "", late));
    expect(problem).toMatchObject({ type: "/problems/invalid-option", option: "track" });
  });

  test("is not answered with what was kept of another", async () => {
    const first = await features("&track=0", both);
    expect(await features("&track=1", both)).not.toEqual(first);
    expect(await features("&track=0", both)).toEqual(first);
  });
});

describe("in a form", () => {
  const file = ["file", new File([stereo], "clip.wav")] as [string, File];
  const asked = [["channel", "left"] as [string, string], ["end", "0.5"] as [string, string]];

  test("they may come before the file, after it, or in the query", async () => {
    const expected = await features("", wav(left.subarray(0, 8_000)));
    expect(await features("", form(...asked, file))).toEqual(expected);
    expect(await features("", form(file, ...asked))).toEqual(expected);
    expect(await features("&channel=left&end=0.5", form(file))).toEqual(expected);
    expect(await features("&channel=left&end=0.5", form(["dtype", "f32"], file))).toEqual(expected);
  });

  test("other options may come on both sides of the file", async () => {
    const both = await features("", form(["channel", "left"], file, ["layers", "0"]));
    expect(both).toEqual(await features("&layers=0", wav(left)));
  });

  test("they are too late after a file that was decoded as it arrived", async () => {
    const late = form(["pool", "mean"], file, ["channel", "left"]);
    const problem = await problemOf(await post(service, "", late));
    expect(problem).toMatchObject({ type: "/problems/invalid-option", option: "channel" });
    expect(problem.detail).toContain("before the file or in the query");
  });

  test("a bad option after the file is refused wherever the others are", async () => {
    for (const first of [[], [["pool", "mean"] as [string, string]]]) {
      const response = await post(service, "", form(...first, file, ["layers", "six"]));
      expect(await problemOf(response)).toMatchObject({ type: "/problems/invalid-option" });
    }
  });
});
